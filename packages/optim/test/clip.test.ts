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
    expect(() => clipGradNorm(leaves([1]), 1, { normType: 0 })).toThrow('clipGradNorm: normType is 0. Use a number above 0, or Infinity.');
  });

  it('needs gradients', () => {
    expect(() => clipGradNorm([tensor([1], { requiresGrad: true })], 1)).toThrow('clipGradNorm: no parameter has a gradient. Call it after backward().');
  });
});

describe('clipGradValue', () => {
  it('cuts each element', async () => {
    const list = leaves([3, -0.5], [-4]);
    clipGradValue(list, 1);
    expect(await gradients(list)).toEqual([[1, -0.5], [-1]]);
  });
});
