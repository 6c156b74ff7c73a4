/** The lecture's program follows the CPU's losses. */
import { cpu } from '@nn/backend-cpu';
import { type Dataset, digits, FashionMNIST, Subset } from '@nn/data';
import { describe, expect, it } from 'vitest';
import { gpujs, type Mode } from '../src/index.ts';
import { apart, lecture } from './lecture.ts';

async function follows(mode: Mode, data: Dataset, options: Parameters<typeof lecture>[2]): Promise<void> {
  const expected = await lecture(await cpu(), data, options);
  const found = await lecture(await gpujs({ mode }), data, options);
  expect(found.drawn).toEqual(expected.drawn);
  expect(apart(found, expected)).toBeLessThan(1e-3);
  expect(Math.abs(found.accuracy - expected.accuracy)).toBeLessThan(0.02);
}

describe("the first 40 losses are the CPU's, to 1e-3", () => {
  it.each(['webasm', 'cpu'] as const)('digits: %s', async (mode) => { await follows(mode, digits({ scale: 'unit', shape: [64] }), { pixels: 64, hidden: 128 }); });

  // With the lecture's learning rate two orders of summation part here after ten steps, the CPU's and the reference's as well:
  // RMSprop's first steps go by the sign of gradients that are nearly 0, and loss is 5 after the first.
  it('5,000 images of Fashion-MNIST: webasm', { timeout: 120_000 }, async ({ skip }) => {
    const dir = process.env.NN_DATA_DIR;
    if (!dir) skip('NN_DATA_DIR names no folder with Fashion-MNIST');
    const images = await FashionMNIST.load({ dir: dir!, split: 'train', scale: 'unit', shape: [784] });
    const data = new Subset(images, Array.from({ length: 5000 }, (_, i) => i));
    await follows('webasm', data, { pixels: 784, steps: 4 });
    await follows('webasm', data, { pixels: 784, hidden: 128, lr: 1e-4 });
  });
});
