/** Convolutions against PyTorch and finite differences, and what they refuse. */
import { gradCheck } from '@nn/autograd';
import { ones, tensor, type Tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/convolutions.json' with { type: 'json' };
import { mixed } from '../../../tooling/reference/fixtures.ts';
import { Conv2d, conv2d, ConvTranspose2d, convTranspose2d } from '../src/index.ts';
import { runCases } from './cases.ts';

runCases('convolutions', fixture.cases);

const given = (shape: readonly number[], seed: number): Tensor => tensor(mixed(shape.reduce((a, b) => a * b, 1), seed), { shape });
const twice = (f: (...xs: Tensor[]) => Tensor, ...inputs: Tensor[]) => gradCheck(f, inputs, { order: 2, eps: 1e-5, tolerance: 2e-5 });

describe('to second order', () => {
  it('conv2d', () => twice((x, w, b) => conv2d(x, w, b, { stride: 2, padding: 1 }), given([1, 2, 3, 4], 1), given([2, 2, 2, 2], 2), given([2], 3)));
  it('conv2d in groups', () => twice((x, w) => conv2d(x, w, null, { groups: 2, dilation: 2, padding: 1 }), given([1, 2, 3, 3], 1), given([4, 1, 2, 2], 2)));
  it('convTranspose2d', () => twice((x, w) => convTranspose2d(x, w, null, { stride: 2, outputPadding: 1 }), given([1, 2, 2, 2], 1), given([2, 1, 2, 2], 2)));
});

it('takes an empty batch', () => {
  const layer = new Conv2d(1, 2, 3);
  const y = layer.forward(zeros([0, 1, 5, 5]));
  expect(y.shape).toEqual([0, 2, 3, 3]);
  y.sum().backward();
  expect(layer.weight.grad!.shape).toEqual([2, 1, 3, 3]);
});

it('makes the output size that is asked for', async () => {
  const layer = new ConvTranspose2d(2, 3, 3, 2, { padding: 1 });
  const x = given([1, 2, 3, 2], 1);
  expect(layer.forward(x).shape).toEqual([1, 3, 5, 3]);
  const wide = layer.forward(x, [6, 3]);
  expect(wide.shape).toEqual([1, 3, 6, 3]);
  expect(await wide.toArray()).toEqual(await convTranspose2d(x, layer.weight, layer.bias, 2, { padding: 1, outputPadding: [1, 0] }).toArray());
  expect(layer.forward(x, [1, 3, 6, 4]).shape).toEqual([1, 3, 6, 4]);
  expect(() => layer.forward(x, [7, 3])).toThrow('ConvTranspose2d: outputSize is [7, 3]. Use [5, 3] to [6, 4].');
  expect(() => new ConvTranspose2d(2, 3, 3, { paddingMode: 'reflect' as 'zeros' })).toThrow("ConvTranspose2d: paddingMode is 'reflect'. A transposed convolution takes 'zeros' only.");
});

it('says what does not fit', () => {
  expect(() => new Conv2d(3, 4, 3, { groups: 2 })).toThrow('Conv2d: 3 channels in, 4 out, 2 groups. Give whole numbers; both must be multiples of groups.');
  expect(() => new Conv2d(3, 4, [3, 3, 3])).toThrow('Conv2d: kernelSize is [3, 3, 3]. Give a whole number from 1 on, or 2 of them.');
  expect(() => new Conv2d(3, 4, 3, { padding: 'same', stride: 2 })).toThrow("Conv2d: padding 'same' with stride [2, 2]. It needs stride 1: give a number.");
  expect(() => new Conv2d(3, 4, 3).forward(ones([2, 1, 5, 5]))).toThrow('Conv2d: an input of 1 channels, a weight [4, 3, 3, 3] and 1 group.');
  expect(() => new Conv2d(1, 4, 3).forward(ones([2, 5]))).toThrow('Conv2d: the input is [2, 5]. Give [N, C, L, L] or [C, L, L].');
  expect(() => new Conv2d(1, 4, 7).forward(ones([1, 1, 5, 5]))).toThrow('Conv2d: a kernel of [7, 7] (dilation [1, 1]) on [5, 5] with padding [0, 0]. Pad more, or use a smaller kernel.');
  expect(() => convTranspose2d(ones([1, 1, 2, 2]), ones([1, 1, 2, 2]), null, { outputPadding: 1 })).toThrow('outputPadding [1, 1] with stride [1, 1]');
});
