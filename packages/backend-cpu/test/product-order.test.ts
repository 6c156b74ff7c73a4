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
