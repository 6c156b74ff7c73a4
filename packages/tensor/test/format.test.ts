/** As PyTorch prints them, but for `true`, `false` and the names of options. */
import { expect, it } from 'vitest';
import { arange, ones, tensor } from '@nn/tensor';
import printing from '../../../tooling/reference/fixtures/printing.json' with { type: 'json' };
import { type FixtureTensor, load } from './fixture.ts';

it.each([
  [tensor([[1, 2], [3, 4]]), 'tensor([[1., 2.],\n        [3., 4.]])'],
  [tensor([1.5, -2.25, 100]), 'tensor([  1.5000,  -2.2500, 100.0000])'],
  [tensor(3.14159), 'tensor(3.1416)'],
  [tensor(7), 'tensor(7.)'],
  [tensor([1, -20], { dtype: 'int32' }), 'tensor([  1, -20])'],
  [tensor([true, false]), 'tensor([ true, false])'],
  [tensor([1e-6, 1]), 'tensor([1.0000e-06, 1.0000e+00])'],
  [tensor([1e10, 2]), 'tensor([1.0000e+10, 2.0000e+00])'],
  [tensor([NaN, Infinity, -Infinity, 1]), 'tensor([nan, inf, -inf, 1.])'],
  [tensor([0.5, NaN]), 'tensor([0.5000,    nan])'],
  [tensor([]), 'tensor([])'],
  [tensor([1], { dtype: 'float64' }), 'tensor([1.], dtype=float64)'],
  [ones([2, 1, 2]), 'tensor([[[1., 1.]],\n\n        [[1., 1.]]])'],
])('%s', async (x, text) => {
  expect(await x.format()).toBe(text);
});

it('leaves out the middle of long axes', async () => {
  expect(await arange(2000).format()).toBe('tensor([   0,    1,    2,  ..., 1997, 1998, 1999])');
  const lines = (await ones([50, 50]).format()).split('\n');
  expect(lines).toHaveLength(7);
  expect(lines[0]).toBe('tensor([[1., 1., 1.,  ..., 1., 1., 1.],');
  expect(lines[3]).toBe('        ...,');
});

it('says what and where it is without reading', () => {
  expect(String(ones([2, 3]))).toBe('Tensor(float32 [2, 3] on reference)');
});

it('prints as PyTorch: digits, alignment, lines, edges', async () => {
  for (const { input, text } of printing.cases as { input: FixtureTensor; text: string }[]) expect(await load(input).format()).toBe(text);
});
