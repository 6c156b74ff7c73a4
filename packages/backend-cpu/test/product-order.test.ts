import { contiguous, type Device, permuted } from '@nn/tensor/backend';
import { cpu } from '@nn/backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dice, filled, values } from './random-functions.ts';

let device: Device;
beforeAll(async () => { device = await cpu({ threads: 2 }); });
afterAll(async () => { await device.destroy(); });

describe('a product of few rows has the same bits whether its right operand lies row by row or column by column', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    it(`in ${dtype}`, () => {
      const [m, k, n] = [32, 900, 512];
      const numbers = values(new Dice(2), dtype, k * n);
      const turned = numbers.slice();
      for (let i = 0; i < k; i++) for (let j = 0; j < n; j++) turned[j * k + i] = numbers[i * n + j]!;
      const left = { storage: filled(device, dtype, values(new Dice(1), dtype, m * k)), ...contiguous([m, k]) };
      const rights = [
        { storage: filled(device, dtype, numbers), ...contiguous([k, n]) },
        { storage: filled(device, dtype, turned), ...permuted(contiguous([n, k]), [1, 0]) },
      ];
      const [one, other] = rights.map((right) => {
        const storage = device.allocate(dtype, m * n);
        device.matmul(left, right, { storage, offset: 0 });
        return Buffer.from(device.readSync(storage, 0, m * n).buffer);
      });
      expect(Buffer.compare(one!, other!)).toBe(0);
    });
  }
});

describe('a product has the same bits while heights of tiles take turns, and afterwards', () => {
  // Few rows that many chunks of lanes meet, in two parts of the inner axis; a shallow inner axis; rows and lanes that fill no tile.
  for (const [m, k, n] of [[33, 600, 320], [100, 40, 180], [61, 130, 77]] as const) {
    it(`[${m}, ${k}] x [${k}, ${n}]`, () => {
      const [a, b] = [values(new Dice(3), 'float32', m * k), values(new Dice(4), 'float32', k * n)];
      const [left, right] = [{ storage: filled(device, 'float32', a), ...contiguous([m, k]) }, { storage: filled(device, 'float32', b), ...contiguous([k, n]) }];
      const product = (): Buffer => {
        const storage = device.allocate('float32', m * n);
        device.matmul(left, right, { storage, offset: 0 });
        const bits = Buffer.from(device.readSync(storage, 0, m * n).buffer);
        device.free(storage);
        return bits;
      };
      const first = product();
      for (let i = 0; i < 250; i++) expect(Buffer.compare(product(), first)).toBe(0);
      const floats = new Float32Array(first.buffer, first.byteOffset, m * n);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let [sum, size] = [0, 0];
          for (let l = 0; l < k; l++) {
            const term = a[i * k + l]! * b[l * n + j]!;
            [sum, size] = [sum + term, size + Math.abs(term)];
          }
          expect(Math.abs(floats[i * n + j]! - sum)).toBeLessThanOrEqual(1e-6 * size);
        }
      }
    });
  }
});
