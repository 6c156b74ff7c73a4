/** Convolution and pooling by views alone: windows of a padded image, then a product or a reduction, and all gradients. */
import { fuse, type Scalar, type Tensor } from '../src/index.ts';
import { type Case, input, operation } from './case.ts';

interface Conv { readonly stride: number; readonly padding: number; readonly dilation?: number }

/** [n, c, h, w] as windows [n, c, rows, columns, kernel rows, kernel columns]. */
function windows(x: Tensor, [kh, kw]: readonly [number, number], { stride, padding, dilation = 1 }: Conv): Tensor {
  return x.pad([padding, padding, padding, padding]).unfold(2, kh, stride, { dilation }).unfold(3, kw, stride, { dilation });
}

/** As one matrix product. */
function byProduct(x: Tensor, weight: Tensor, bias: Tensor, options: Conv): Tensor {
  const [out, , kh, kw] = weight.shape as [number, number, number, number];
  const patches = windows(x, [kh, kw], options);
  const [n, , rows, columns] = patches.shape as [number, number, number, number];
  const matrix = patches.permute(0, 2, 3, 1, 4, 5).reshape(n * rows * columns, -1);
  return matrix.matmul(weight.reshape(out, -1).T, { bias }).reshape(n, rows, columns, out).permute(0, 3, 1, 2);
}

const product = fuse((x: Scalar, y: Scalar) => x.mul(y));
/** As one reduction of products, of views with seven axes. */
function byReduction(x: Tensor, weight: Tensor, options: Conv): Tensor {
  const [kh, kw] = weight.shape.slice(2) as [number, number];
  return product.reduce('sum', [2, 5, 6], windows(x, [kh, kw], options).unsqueeze(1), weight.unsqueeze(0).unsqueeze(3).unsqueeze(4));
}

const image = input([2, 3, 7, 6]);
const weight = input([4, 3, 3, 2], { seed: 1, scale: 0.5 });
const bias = input([4], { seed: 2 });
const close = { against: 'largest', times: 16 } as const;
const ranked = { ...close, needs: ({ rank }: { readonly rank: number }) => (rank < 7 ? `views have at most ${rank} axes` : undefined) };

export const convolution: readonly Case[] = [
  ...operation('strided, padded convolution', [image, weight, bias], (x, w, b) => byProduct(x, w, b, { stride: 2, padding: 1 }), { ...close, smoke: true }),
  ...operation('dilated convolution', [image, weight, bias], (x, w, b) => byProduct(x, w, b, { stride: 1, padding: 2, dilation: 2 }), close),
  ...operation('convolution whose windows leave a rest', [image, weight, bias], (x, w, b) => byProduct(x, w, b, { stride: 3, padding: 0 }), close),
  ...operation('convolution as a reduction', [image, weight], (x, w) => byReduction(x, w, { stride: 2, padding: 1 }), ranked),
  ...operation('two convolutions', [image, weight, bias, input([2, 4, 2, 2], { seed: 3, scale: 0.5 }), input([2], { seed: 4 })],
    (x, w, b, v, c) => byProduct(byProduct(x, w, b, { stride: 2, padding: 1 }).relu(), v, c, { stride: 1, padding: 1 }), { ...close, times: 32 }),
  ...operation('largest of windows', [image], (x) => windows(x, [2, 2], { stride: 2, padding: 0 }).amax([4, 5]), close),
  ...operation('mean of overlapping, padded windows', [image], (x) => windows(x, [3, 3], { stride: 2, padding: 1 }).mean([4, 5]), close),
];
