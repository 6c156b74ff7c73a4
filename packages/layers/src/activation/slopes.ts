/** Rectifiers whose slope below 0 is learned or drawn. */
import { defaultGenerator, fail, full, fuse, type Generator, isFloat, rand, type Scalar, scope, show, type Tensor } from '@nn/tensor';
import { Module } from '../module.ts';
import { Parameter, type ParameterOptions } from '../parameter.ts';
import { leakyRelu } from './basic.ts';

const sloped = fuse((x: Scalar, slope: Scalar) => x.where(x.gt(0), x.mul(slope)));

/**
 * `x` where it is positive, else `weight * x`.
 *
 * Source: He et al. 2015, Delving deep into rectifiers; https://docs.pytorch.org/docs/stable/generated/torch.nn.PReLU.html
 *
 * @param x floats of any shape; axis 1 holds the channels
 * @param weight one slope, [] or [1], or one per channel, [C]
 * @throws where there is neither one slope nor one per channel
 *
 * @example
 * prelu(tensor([[-1, -1], [2, 2]]), tensor([0.1, 0.5])); // [[-0.1, -0.5], [2, 2]]
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  if (!isFloat(x.dtype)) fail('prelu', `it is not defined for ${x.dtype}`, 'Cast it first: x.float().');
  const channels = x.ndim > 1 ? x.shape[1]! : 1;
  if (weight.ndim > 1 || (weight.numel !== 1 && (weight.numel !== channels || x.ndim === 0))) fail('prelu', `the weight is ${show(weight.shape)}, the input ${show(x.shape)}`, `Give one slope, or one for each of its ${channels} channels.`);
  return scope(() => sloped(x, weight.numel === 1 ? weight.reshape() : weight.reshape(channels, ...x.shape.slice(2).map(() => 1))), 'prelu');
}

/**
 * {@link prelu} as a layer: `weight` [numParameters] is learned.
 *
 * @param numParameters 1, or the number of channels. Default 1.
 * @param options `init`: where the slopes start, default 0.25
 *
 * @example
 * new PReLU().forward(tensor([-1, 0, 2])); // [-0.25, 0, 2]
 */
export class PReLU extends Module {
  static override readonly typeName = 'PReLU';
  readonly numParameters: number;
  readonly weight: Parameter;
  constructor(numParameters = 1, { init = 0.25, device, dtype }: ParameterOptions & { readonly init?: number } = {}) {
    super();
    this.numParameters = numParameters;
    this.weight = new Parameter(full([numParameters], init, { ...(device && { device }), ...(dtype && { dtype }) }));
  }
  forward(x: Tensor): Tensor { return prelu(x, this.weight); }
}

/** What {@link rrelu} takes: whether slopes are drawn at all (default false, as PyTorch's function), and from which stream. */
export interface RReLUOptions { readonly training?: boolean; readonly generator?: Generator }

/**
 * A leaky ReLU that draws the slope of each element from [lower, upper) in training, and takes their middle otherwise.
 *
 * Source: Xu et al. 2015, Empirical evaluation of rectified activations in convolution network.
 *
 * @param lower default 1/8
 * @param upper default 1/3
 * @throws for integers, and where `lower` is above `upper`
 *
 * @example
 * rrelu(tensor([-1, 0, 2]), 0.1, 0.3); // [-0.2, 0, 2]
 */
export function rrelu(x: Tensor, lower = 1 / 8, upper = 1 / 3, { training = false, generator = defaultGenerator }: RReLUOptions = {}): Tensor {
  checkRange('rrelu', lower, upper);
  if (!isFloat(x.dtype)) fail('rrelu', `it is not defined for ${x.dtype}`, 'Cast it first: x.float().');
  if (!training) return leakyRelu(x, (lower + upper) / 2);
  return scope(() => drawn(x, rand(x.shape, { generator, device: x.device }), lower, upper - lower), 'rrelu');
}
const drawn = fuse((x: Scalar, draw: Scalar, lower: Scalar, width: Scalar) => x.where(x.gt(0), x.mul(draw.mul(width).add(lower).cast(x.dtype))));
function checkRange(operation: string, lower: number, upper: number): void {
  if (!(lower <= upper)) fail(operation, `lower is ${lower}, upper ${upper}`, 'The first must not be larger.');
}

/**
 * {@link rrelu} as a layer: draws in training, takes the middle slope after `eval()`.
 *
 * @example
 * new RReLU(0.1, 0.3).eval().forward(tensor([-1, 0, 2])); // [-0.2, 0, 2]
 */
export class RReLU extends Module {
  static override readonly typeName = 'RReLU';
  readonly lower: number;
  readonly upper: number;
  readonly #generator: Generator | undefined;
  constructor(lower = 1 / 8, upper = 1 / 3, { generator }: Pick<RReLUOptions, 'generator'> = {}) {
    super();
    checkRange('RReLU', lower, upper);
    this.lower = lower;
    this.upper = upper;
    this.#generator = generator;
  }
  forward(x: Tensor): Tensor { return rrelu(x, this.lower, this.upper, { training: this.training, generator: this.#generator ?? defaultGenerator }); }
}
