/** Normalization by neighbouring channels. */
import { fail, fuse, type Scalar, scope, show, type Tensor } from '@nn/tensor';
import { Module } from '../module.ts';

/** `alpha` (default 1e-4), `beta` (0.75) and `k` (1) of the formula. */
export interface LocalResponseOptions { readonly alpha?: number; readonly beta?: number; readonly k?: number }

const damped = fuse((x: Scalar, sum: Scalar, alpha: Scalar, beta: Scalar, k: Scalar) => x.div(sum.mul(alpha).add(k).pow(beta)));

/**
 * Divides by what is around on the channel axis: `x / (k + alpha / size * sum of squares of size channels around)^beta`.
 *
 * Source: Krizhevsky et al. 2012, ImageNet classification with deep convolutional neural networks, section 3.3;
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html
 *
 * @param x [N, C, ...], three axes or more
 * @param size channels that count, missing ones as 0
 * @throws for fewer axes
 * @example
 * localResponseNorm(randn([2, 8, 5, 5]), 3).shape; // [2, 8, 5, 5]
 */
export function localResponseNorm(x: Tensor, size: number, { alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseOptions = {}): Tensor {
  if (x.ndim < 3) fail('localResponseNorm', `the input is ${show(x.shape)}`, 'Give [N, C, L] or more axes.');
  if (!(Number.isInteger(size) && size > 0)) fail('localResponseNorm', `size is ${size}`, 'Use a whole number from 1 on.');
  return scope(() => {
    const before = Math.floor(size / 2);
    const squares = x.square().pad([...new Array<number>(2 * (x.ndim - 2)).fill(0), before, size - 1 - before]);
    return damped(x, squares.unfold(1, size).sum(-1), alpha / size, beta, k);
  }, 'localResponseNorm');
}

/**
 * {@link localResponseNorm} as a layer.
 *
 * @example
 * new LocalResponseNorm(2).forward(ones([1, 4, 2, 2])).shape; // [1, 4, 2, 2]
 */
export class LocalResponseNorm extends Module {
  static override readonly typeName = 'LocalResponseNorm';
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
  constructor(size: number, { alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseOptions = {}) {
    super();
    this.size = size;
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }
  forward(x: Tensor): Tensor { return localResponseNorm(x, this.size, this); }
}
