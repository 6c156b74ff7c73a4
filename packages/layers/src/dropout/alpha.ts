/** Dropouts that keep more than the expected value, and noise. */
import { defaultGenerator, fail, fuse, type Generator, randn, type Scalar, scope, type Shape, show, type Tensor } from '@nn/tensor';
import { Module } from '../module.ts';
import { checkProbability, Dropping, type DropoutOptions, masked } from './mask.ts';

/** What SELU approaches at -infinity, negated. */
const ALPHA = 1.7580993408473766;
const shifted = fuse((x: Scalar, draw: Scalar, p: Scalar, a: Scalar, kept: Scalar, dropped: Scalar) => x.mul(a).add(kept).where(draw.ge(p), dropped));
const scaled = fuse((g: Scalar, draw: Scalar, p: Scalar, a: Scalar) => g.mul(a).where(draw.ge(p), 0));

function dropToAlpha(name: string, x: Tensor, shape: Shape, p: number, { training = true, generator = defaultGenerator }: DropoutOptions): Tensor {
  checkProbability(name, p);
  if (!training || p === 0) return x;
  const a = p < 1 ? 1 / Math.sqrt((ALPHA ** 2 * p + 1) * (1 - p)) : 0;
  return masked(name, x, shape, generator,
    (y, draws) => shifted(y, draws, p, a, ALPHA * a * p, ALPHA * a * (p - 1)),
    (g, draws) => scaled(g, draws, p, a));
}

/**
 * Dropout that keeps mean 0 and variance 1 after SELU: an element becomes SELU's limit with probability `p`, and all are scaled and shifted.
 *
 * Source: Klambauer et al. 2017, Self-normalizing neural networks; https://docs.pytorch.org/docs/stable/generated/torch.nn.AlphaDropout.html
 *
 * @param x any shape
 * @throws where `p` is not a probability
 *
 * @example
 * alphaDropout(ones([4]), 0.5, { training: false }); // [1, 1, 1, 1]
 */
export const alphaDropout = (x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor => dropToAlpha('alphaDropout', x, x.shape, p, options);

/**
 * {@link alphaDropout} of whole channels, [N, C, ...]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.FeatureAlphaDropout.html
 *
 * @example
 * featureAlphaDropout(ones([2, 3, 4]), 0.2).shape; // [2, 3, 4]
 */
export function featureAlphaDropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  if (x.ndim < 2) fail('featureAlphaDropout', `the input is ${show(x.shape)}`, 'Give [N, C, ...].');
  return dropToAlpha('featureAlphaDropout', x, x.shape.map((size, axis) => (axis < 2 ? size : 1)), p, options);
}

/**
 * {@link alphaDropout} as a layer.
 *
 * @example
 * new AlphaDropout(0.2).eval().forward(ones([3])); // [1, 1, 1]
 */
export class AlphaDropout extends Dropping {
  static override readonly typeName = 'AlphaDropout';
  constructor(p = 0.5, { generator }: Pick<DropoutOptions, 'generator'> = {}) { super(p, generator); }
  forward(x: Tensor): Tensor { return alphaDropout(x, this.p, this.now); }
}

/**
 * {@link featureAlphaDropout} as a layer.
 *
 * @example
 * new FeatureAlphaDropout(0.2).forward(ones([2, 3, 4])).shape; // [2, 3, 4]
 */
export class FeatureAlphaDropout extends Dropping {
  static override readonly typeName = 'FeatureAlphaDropout';
  constructor(p = 0.5, { generator }: Pick<DropoutOptions, 'generator'> = {}) { super(p, generator); }
  forward(x: Tensor): Tensor { return featureAlphaDropout(x, this.p, this.now); }
}

const noisy = fuse((x: Scalar, noise: Scalar, std: Scalar) => x.add(noise.mul(std).cast(x.dtype)));

/**
 * Adds normal noise in training, nothing after `eval()`.
 *
 * Source: Bishop 1995, Training with noise is equivalent to Tikhonov regularization.
 *
 * @param std standard deviation of the noise. Default 0.1.
 * @throws where it is negative
 * @example
 * new GaussianNoise(0.5).eval().forward(ones([2])); // [1, 1]
 */
export class GaussianNoise extends Module {
  static override readonly typeName = 'GaussianNoise';
  readonly std: number;
  readonly #generator: Generator | undefined;
  constructor(std = 0.1, { generator }: Pick<DropoutOptions, 'generator'> = {}) {
    super();
    if (!(std >= 0)) fail('GaussianNoise', `std is ${std}`, 'Use a number from 0 on.');
    this.std = std;
    this.#generator = generator;
  }
  forward(x: Tensor): Tensor {
    if (!this.training || this.std === 0) return x;
    return scope(() => noisy(x, randn(x.shape, { generator: this.#generator ?? defaultGenerator, device: x.device }), this.std), 'GaussianNoise');
  }
}
