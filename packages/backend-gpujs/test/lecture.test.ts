/** The lecture's program does what it does on the CPU. */
import { cpu } from '@nn/backend-cpu';
import { digits, FashionMNIST, Subset } from '@nn/data';
import { describe, expect, it } from 'vitest';
import { gpujs } from '../src/index.ts';
import { apart, lecture, outside, type Run } from './lecture.ts';

const small = digits({ scale: 'unit', shape: [64] });

describe.each(['webasm', 'cpu'] as const)("%s: the first 40 losses are the CPU's", (mode) => {
  it('digits', { timeout: 60_000 }, async () => {
    const course = { pixels: 64, hidden: mode === 'webasm' ? 512 : 128 };
    const [found, expected] = [await lecture(await gpujs({ mode }), small, course), await lecture(await cpu(), small, course)];
    expect(found.drawn).toEqual(expected.drawn);
    expect(apart(found, expected)).toBeLessThan(1e-6);
  });

  it('5,000 images of Fashion-MNIST', { timeout: 120_000 }, async ({ skip }) => {
    const dir = process.env.NN_DATA_DIR;
    if (!dir) skip('NN_DATA_DIR names no folder with Fashion-MNIST');
    const images = await FashionMNIST.load({ dir: dir!, split: 'train', scale: 'unit', shape: [784] });
    const data = new Subset(images, Array.from({ length: 5000 }, (_, i) => i));
    const course = { pixels: 784, hidden: mode === 'webasm' ? 512 : 128 };
    const [found, expected] = [await lecture(await gpujs({ mode }), data, course), await lecture(await cpu(), data, course)];
    expect(found.drawn).toEqual(expected.drawn);
    expect(apart(found, expected)).toBeLessThan(1e-6);
  });
});

it("webasm: the metrics of epochs are in the CPU's range over seeds", { timeout: 60_000 }, async () => {
  const [found, expected]: [Run[], Run[]] = [[], []];
  for (const seed of [0, 1, 2]) {
    const course = { pixels: 64, hidden: 64, steps: 56, seed };
    found.push(await lecture(await gpujs({ mode: 'webasm' }), small, course));
    expected.push(await lecture(await cpu(), small, course));
  }
  expect(expected[0]!.epochs.length).toBe(2);
  expect(outside(found, expected)).toEqual([]);
});
