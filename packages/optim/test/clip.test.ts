import { type Tensor, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { clipGradNorm, clipGradValue } from '../src/index.ts';

/** Leaves with these gradients. */
const leaves = (...gradients: number[][]): Tensor[] => gradients.map((values) => {
  const p = tensor(values, { dtype: 'float64', requiresGrad: true });
  p.square().sum().div(2).backward();
  return p;
});
const gradients = (list: Tensor[]) => Promise.all(list.map(async (p) => [...await p.grad!.data()]));

describe('clipGradNorm', () => {
  it('scales all gradients by one factor, and gives the norm before', async () => {
    const list = leaves([3, 0], [4]);
    expect(await clipGradNorm(list, 1).item()).toBe(5);
    const factor = 1 / (5 + 1e-6);
    const [[a, b], [c]] = await gradients(list) as [[number, number], [number]];
    expect([a, b, c]).toEqual([expect.closeTo(3 * factor, 14), 0, expect.closeTo(4 * factor, 14)]);
  });

  it('leaves smaller ones alone', async () => {
    const list = leaves([3, 0], [4]);
    clipGradNorm(list, 6);
    expect(await gradients(list)).toEqual([[3, 0], [4]]);
  });

  it('takes other norms', async () => {
    expect(await clipGradNorm(leaves([3, -7], [4]), 100, { normType: Infinity }).item()).toBe(7);
    expect(await clipGradNorm(leaves([3, -7], [4]), 100, { normType: 1 }).item()).toBe(14);
    expect(await clipGradNorm(leaves([3, 0, -7], [0, 0]), 100, { normType: 0 }).item()).toBe(1); // of the norms 2 and 0 one is not 0
    expect(() => clipGradNorm(leaves([1]), 1, { normType: NaN })).toThrow('clipGradNorm: normType is NaN. Use a number, or Infinity.');
  });

  it('takes one tensor, or none with a gradient', async () => {
    const [p] = leaves([3, 4]) as [Tensor];
    expect(await clipGradNorm(p, 10).item()).toBe(5);
    expect(await clipGradNorm([tensor([1], { requiresGrad: true })], 1).item()).toBe(0);
    expect(await clipGradNorm([], 1).item()).toBe(0);
    for (const normType of [2, Infinity, -Infinity]) expect(await clipGradNorm(leaves([], [3], []), 10, { normType }).item()).toBe(3);
    expect(await clipGradNorm(leaves([]), 1, { normType: Infinity }).item()).toBe(0);
  });

  it('spreads NaN, takes infinity for infinite, and says so when asked to', async () => {
    const broken = leaves([NaN, 1], [2]);
    expect(await clipGradNorm(broken, 1).item()).toBeNaN();
    expect(await gradients(broken)).toEqual([[NaN, NaN], [NaN]]);
    const infinite = leaves([Infinity, 1], [2]);
    expect(await clipGradNorm(infinite, 1).item()).toBe(Infinity);
    expect(await gradients(infinite)).toEqual([[NaN, 0], [0]]);
    const untouched = leaves([Infinity, 3]);
    await expect(clipGradNorm(untouched, 1, { errorIfNonfinite: true })).rejects.toThrow('clipGradNorm: the norm of the gradients is Infinity. Look for the step that made it so, or leave errorIfNonfinite out.');
    expect(await gradients(untouched)).toEqual([[Infinity, 3]]);
    expect(await (await clipGradNorm(leaves([3, 4]), 1, { errorIfNonfinite: true })).item()).toBe(5);
  });
});

describe('clipGradValue', () => {
  it('cuts each element', async () => {
    const list = leaves([3, -0.5], [-4]);
    clipGradValue(list, 1);
    expect(await gradients(list)).toEqual([[1, -0.5], [-1]]);
  });
});
