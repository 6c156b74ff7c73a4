/** Pools against PyTorch and finite differences, and what they refuse. */
import { gradCheck } from '@nn/autograd';
import { ones, tensor, type Tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/pools.json' with { type: 'json' };
import { mixed } from '../../../tooling/reference/fixtures.ts';
import { AdaptiveAvgPool2d, AvgPool2d, avgPool2d, lpPool2d, MaxPool2d, maxPool1dWithIndices, maxPool2d, maxPool2dWithIndices, maxUnpool1d, MaxUnpool2d } from '../src/index.ts';
import { runCases } from './cases.ts';

runCases('pools', fixture.cases);

const given = (shape: readonly number[], seed: number): Tensor => tensor(mixed(shape.reduce((a, b) => a * b, 1), seed).map((x, i) => x + i / 1000), { shape });
const twice = (f: (x: Tensor) => Tensor, shape: readonly number[]) => gradCheck((x) => f(x).square(), [given(shape, 1)], { order: 2, eps: 1e-5, tolerance: 2e-5 });

describe('to second order', () => {
  it('maxPool2d', () => twice((x) => maxPool2d(x, 3, { stride: 2, padding: 1 }), [1, 2, 4, 3]));
  it('avgPool2d', () => twice((x) => avgPool2d(x, 2, { stride: 1 }), [1, 1, 3, 3]));
  it('lpPool2d', () => twice((x) => lpPool2d(x, 2, 2), [1, 1, 4, 4]));
});

it('gives places from layers that are asked for them', async () => {
  const pool = new MaxPool2d(2, { returnIndices: true });
  const { values, indices } = pool.forward(tensor([[[1, 2], [4, 3]]]));
  expect([await values.toArray(), await indices.toArray()]).toEqual([[[[4]]], [[[2]]]]);
  const back = new MaxUnpool2d(2).forward(values, indices);
  expect(await back.toArray()).toEqual([[[0, 0], [4, 0]]]);
});

it('gives the gradient of a place to all that share it', async () => {
  const x = tensor([[[1, 2]]], { requiresGrad: true });
  maxUnpool1d(x, tensor([[[1, 1]]], { dtype: 'int32' }), 2, 1).mul(tensor([3, 5, 7])).sum().backward();
  expect(await x.grad!.toArray()).toEqual([[[5, 5]]]);
});

it('gives places, the first of equals', async () => {
  const { values, indices } = maxPool2dWithIndices(tensor([[[1, 5, 5, 0], [5, 2, 1, 7]]]), 2);
  expect([await values.toArray(), await indices.toArray(), indices.dtype]).toEqual([[[[5, 7]]], [[[1, 7]]], 'int32']);
  expect(await maxPool1dWithIndices(tensor([[1, NaN, 3]]), 3).indices.toArray()).toEqual([[1]]);
});

it('says what does not fit', () => {
  expect(() => new MaxPool2d(3, { padding: 2 }).forward(ones([1, 1, 5, 5]))).toThrow('MaxPool2d: padding [2, 2] of windows of [3, 3]. It must be at most half a window.');
  expect(() => new MaxPool2d(6).forward(ones([1, 1, 5, 5]))).toThrow('MaxPool2d: windows of [6, 6] on [5, 5] with padding [0, 0]. Use smaller windows, or pad.');
  expect(() => new AvgPool2d(2).forward(ones([5, 5]))).toThrow('AvgPool2d: the input is [5, 5]. Give [N, C, L, L] or [C, L, L].');
  expect(() => new AdaptiveAvgPool2d(2).forward(zeros([1, 1, 0, 4]))).toThrow('AdaptiveAvgPool2d: the spatial sizes are [0, 4]. They must be 1 or more.');
  expect(() => new AdaptiveAvgPool2d([2]).forward(zeros([1, 1, 4, 4]))).toThrow('AdaptiveAvgPool2d: outputSize is [2]. Give 2 of them, or one number.');
  expect(() => avgPool2d(ones([1, 1, 2, 2]), 2, { divisorOverride: 0 })).toThrow('avgPool2d: divisorOverride is 0.');
});
