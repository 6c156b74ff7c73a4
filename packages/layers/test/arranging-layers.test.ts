/** Padding, folding, upsampling, shuffles and unpooling: against PyTorch, to second order, and what they refuse. */
import { gradCheck } from '@nn/autograd';
import { ones, tensor, type Tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/arranging_layers.json' with { type: 'json' };
import { mixed } from '../../../tooling/reference/fixtures.ts';
import {
  adaptiveAvgPool2d, affineGrid, channelsFirst, channelShuffle, channelsLast, CircularPad1d, fold, gridSample, interpolate, MaxUnpool2d, maxPool1dWithIndices, maxPool2dWithIndices, maxUnpool1d,
  maxUnpool2d, pad, PixelShuffle, PixelUnshuffle, ReflectionPad2d, ReplicationPad1d, unfold, Upsample, ZeroPad2d,
} from '../src/index.ts';
import { runCases } from './cases.ts';

runCases('arranging layers', fixture.cases);

const given = (shape: readonly number[]): Tensor => tensor(mixed(shape.reduce((a, b) => a * b, 1), 1), { shape });

describe('to second order', () => {
  const twice = (f: (x: Tensor) => Tensor, shape: readonly number[]) => gradCheck((x) => f(x).square(), [given(shape)], { order: 2, eps: 1e-5, tolerance: 2e-5 });
  it('interpolate', () => twice((x) => interpolate(x, { size: [3, 5], mode: 'bicubic' }), [1, 1, 3, 2]));
  it('gridSample', () => gradCheck((x, g) => gridSample(x, g).square(), [given([1, 1, 3, 3]), tensor([[[[0.1, -0.3], [0.7, 0.4]]]], { dtype: 'float64' })], { order: 2, eps: 1e-5, tolerance: 2e-5 }));
  it('pad', () => twice((x) => pad(x, [2, 1], { mode: 'reflect' }), [2, 3]));
  it('fold', () => twice((x) => fold(x, [3, 3], 2), [1, 4, 4]));
  it('unfold', () => twice((x) => unfold(x, 2), [1, 1, 3, 3]));
});

it('reads nothing but what counts', async () => {
  const x = tensor([[[1, 2, Infinity, 4, NaN]]]);
  expect(await interpolate(x, { size: 5, mode: 'linear', alignCorners: true }).toArray()).toEqual([[[1, 2, Infinity, 4, NaN]]]);
  expect(await adaptiveAvgPool2d(x.unsqueeze(2), [1, 4]).toArray()).toEqual([[[[1.5, Infinity, Infinity, NaN]]]]);
});

it('unpools', async () => {
  const x = tensor([[[1, 9, 2, 3], [4, 0, 8, 5]]]);
  const { values, indices } = maxPool2dWithIndices(x, 2);
  expect(await new MaxUnpool2d(2).forward(values, indices).toArray()).toEqual([[[0, 9, 0, 0], [0, 0, 8, 0]]]);
  expect(new MaxUnpool2d(2).forward(values, indices, [1, 1, 3, 5]).shape).toEqual([1, 3, 5]);
  expect(() => maxUnpool2d(values, indices, 2, { outputSize: [4, 4] })).toThrow('maxUnpool2d: outputSize is [4, 4]. It must be less than the stride [2, 2] away from [2, 4].');
  const line = tensor([[[1, 3, 2, 4, 0]]]);
  const pooled = maxPool1dWithIndices(line, 2);
  expect(await maxUnpool1d(pooled.values, pooled.indices, 2, { outputSize: [5] }).toArray()).toEqual([[[0, 3, 0, 4, 0]]]);
});

it('goes between channels first and last', () => {
  expect(channelsFirst(zeros([2, 5, 6, 3])).shape).toEqual([2, 3, 5, 6]);
  expect(channelsLast(zeros([2, 3, 5, 6])).shape).toEqual([2, 5, 6, 3]);
});

it('takes batches of nothing', () => {
  expect(interpolate(zeros([0, 1, 4]), { size: 2, mode: 'linear' }).shape).toEqual([0, 1, 2]);
  expect(unfold(zeros([0, 1, 4, 4]), 2).shape).toEqual([0, 4, 9]);
  expect(new PixelShuffle(2).forward(zeros([0, 4, 1, 1])).shape).toEqual([0, 1, 2, 2]);
  expect(new ReplicationPad1d(1).forward(zeros([0, 2, 3])).shape).toEqual([0, 2, 5]);
});

it('says what does not fit', () => {
  expect(() => new ReflectionPad2d(3).forward(ones([1, 1, 3, 3]))).toThrow('ReflectionPad2d: reflect padding of 3 and 3 on an axis of 3 of [1, 1, 3, 3]. It reaches 2 at most');
  expect(() => new CircularPad1d([4, 0]).forward(ones([1, 1, 3]))).toThrow('CircularPad1d: circular padding of 4 and 0 on an axis of 3');
  expect(() => new ZeroPad2d([1, 2, 3])).toThrow('ZeroPad2d: padding is [1, 2, 3]. Give a whole number, or 4 of them.');
  expect(() => pad(ones([2]), [1], { mode: 'reflect' })).toThrow('pad: padding [1] of [2]');
  expect(() => pad(ones([2, 2]), [1, 1], { mode: 'reflect', value: 2 })).toThrow("pad: the value 2 with mode 'reflect'. It is for 'constant'.");
  expect(() => interpolate(ones([1, 1, 2]), {})).toThrow('interpolate: it takes either size or scaleFactor. Give one of them.');
  expect(() => interpolate(ones([1, 1, 2]), { size: 3, scaleFactor: 2 })).toThrow('it takes either size or scaleFactor');
  expect(() => interpolate(ones([1, 1, 2]), { size: 3, mode: 'bilinear' })).toThrow('interpolate: bilinear of [1, 1, 2]. It takes inputs of 4 axes, [N, C, ...].');
  expect(() => interpolate(ones([1, 1, 2]), { size: 3, alignCorners: true })).toThrow('interpolate: alignCorners with nearest. It is for linear, bilinear, bicubic and trilinear.');
  expect(() => new Upsample({ size: 3, mode: 'cubic' as 'bicubic' }).forward(ones([1, 1, 2]))).toThrow("interpolate: there is no mode 'cubic'. Use nearest, ");
  expect(() => interpolate(ones([1, 1, 2]), { scaleFactor: 0.4 })).toThrow('interpolate: [1, 1, 2] to [0]. Spatial sizes must be 1 or more.');
  expect(() => gridSample(ones([1, 1, 2, 2]), ones([1, 2, 2, 3]))).toThrow('gridSample: the input is [1, 1, 2, 2], the grid [1, 2, 2, 3]. Give a grid of [1, places, places, 2].');
  expect(() => gridSample(ones([1, 1, 2, 2, 2]), ones([1, 1, 1, 1, 3]), { mode: 'bicubic' })).toThrow("gridSample: mode 'bicubic' of [1, 1, 2, 2, 2]. Use 'bilinear' or 'nearest'.");
  expect(() => affineGrid(ones([1, 2, 3]), [2, 1, 2, 2])).toThrow('affineGrid: theta is float32 [1, 2, 3], the size [2, 1, 2, 2].');
  expect(() => new PixelShuffle(2).forward(ones([3, 2, 2]))).toThrow('pixelShuffle: a factor of 2 for [3, 2, 2]. Give [..., C, H, W] with a multiple of 4 as C.');
  expect(() => new PixelUnshuffle(2).forward(ones([1, 3, 2]))).toThrow('pixelUnshuffle: a factor of 2 for [1, 3, 2].');
  expect(() => channelShuffle(ones([1, 3, 2]), 2)).toThrow('channelShuffle: 2 groups of the channels of [1, 3, 2].');
  expect(() => unfold(ones([1, 1, 2, 2]), 3)).toThrow('unfold: windows of [3, 3] on [2, 2] with padding [0, 0]. Use smaller windows, or pad.');
  expect(() => fold(ones([1, 4, 3]), [3, 3], 2)).toThrow('fold: the input is [1, 4, 3]. An image of [3, 3] has 4 windows of [2, 2]: give [N, a multiple of 4, 4].');
});
