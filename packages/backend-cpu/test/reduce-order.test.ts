import { contiguous, type Device, identity, trace } from '@nn/tensor/backend';
import { cpu } from '@nn/backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dice, filled, values } from './random-functions.ts';

let device: Device;
beforeAll(async () => { device = await cpu({ threads: 2 }); });
afterAll(async () => { await device.destroy(); });

// What lies without gaps is folded in place, the rest in strips.
describe('a reduction has the same bits whether its rows lie without gaps or with them', () => {
  for (const dtype of ['float32', 'float64', 'int32'] as const) {
    for (const kind of ['sum', 'max'] as const) {
      for (const [rows, columns, axis] of [[300, 1037, 0], [300, 1037, 1], [19, 5003, 0], [5003, 19, 1], [70_001, 3, 0]] as const) {
        it(`${kind} of ${dtype} [${rows}, ${columns}] over axis ${axis}`, () => {
          const gap = 5;
          const numbers = values(new Dice(5), dtype, rows * columns);
          const spread = values(new Dice(6), dtype, rows * (columns + gap));
          for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) spread[i * (columns + gap) + j] = numbers[i * columns + j]!;
          const shape = [rows, columns];
          const [whole, parts] = [
            { storage: filled(device, dtype, numbers), ...contiguous(shape) },
            { storage: filled(device, dtype, spread), shape, strides: [columns + gap, 1], offset: 0, bounds: [] },
          ].map((view) => {
            const storage = device.allocate(dtype, shape[1 - axis]!);
            device.reduce(kind, identity(dtype), [view], [], shape, [axis], { storage, offset: 0 });
            const bits = Buffer.from(device.readSync(storage, 0, shape[1 - axis]!).buffer);
            device.free(storage);
            device.free(view.storage);
            return bits;
          });
          expect(Buffer.compare(whole!, parts!)).toBe(0);
        });
      }
    }
  }
});

it('a reduction of the second of two inputs reads that one', () => {
  const views = [1, 2].map((seed) => ({ storage: filled(device, 'float32', values(new Dice(seed), 'float32', 600)), ...contiguous([20, 30]) }));
  const sums = [trace(['float32', 'float32'], [], ([, second]) => [second!]), identity('float32')].map((f, i) => {
    const storage = device.allocate('float32', 20);
    device.reduce('sum', f, i === 0 ? views : views.slice(1), [], [20, 30], [1], { storage, offset: 0 });
    return [...device.readSync(storage, 0, 20)];
  });
  expect(sums[0]).toEqual(sums[1]);
});
