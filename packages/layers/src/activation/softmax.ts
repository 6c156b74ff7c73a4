/** Activations along an axis. */
import { defaultGenerator, fail, fuse, type Generator, isFloat, quietly, rand, type Scalar, scope, show, type Tensor } from '@nn/tensor';
import { Module } from '../module.ts';

/** The axis that PyTorch takes where none is given. */
const usual = (x: Tensor): number => ([0, 1, 3].includes(x.ndim) ? 0 : 1);

function along(operation: string, x: Tensor, dim: number | undefined, f: (x: Tensor, dim: number) => Tensor): Tensor {
  if (!isFloat(x.dtype)) fail(operation, `it is not defined for ${x.dtype}`, 'Cast it first: x.float().');
  const axis = dim ?? usual(x);
  // A scalar is a row of one element.
  return x.ndim === 0 && (axis === 0 || axis === -1) ? scope(() => f(x.reshape(1), 0).reshape(), operation) : f(x, axis);
}

/**
 * `exp(x) / sum(exp(x))` along `dim`: probabilities. Nothing overflows.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html
 *
 * @param dim the axis whose elements add up to 1. Left out: 0 for 0, 1 and 3 axes, else 1.
 * @throws for integers, and axes that do not exist
 * @example
 * softmax(tensor([[0, Math.log(3)]]), 1); // [[0.25, 0.75]]
 */
export const softmax = (x: Tensor, dim?: number): Tensor => along('softmax', x, dim, (y, axis) => y.softmax(axis));
/**
 * The logarithm of {@link softmax}, without its loss of digits.
 *
 * @example
 * logSoftmax(tensor([[0, Math.log(3)]]), 1); // [[-1.3863, -0.2877]]
 */
export const logSoftmax = (x: Tensor, dim?: number): Tensor => along('logSoftmax', x, dim, (y, axis) => y.logSoftmax(axis));
/**
 * {@link softmax} of `-x`.
 *
 * @example
 * softmin(tensor([[0, Math.log(3)]]), 1); // [[0.75, 0.25]]
 */
export const softmin = (x: Tensor, dim?: number): Tensor => along('softmin', x, dim, (y, axis) => y.softmin(axis));

/** What {@link gumbelSoftmax} takes. */
export interface GumbelSoftmaxOptions {
  /** The temperature: the lower, the nearer to a choice. Default 1. */
  readonly tau?: number;
  /** Whether the result is a choice, 1 at the largest and 0 elsewhere, with the gradient of the soft one. Default false. */
  readonly hard?: boolean;
  /** The axis whose elements add up to 1. Default -1. */
  readonly dim?: number;
  readonly generator?: Generator;
}

const perturbed = fuse((x: Scalar, draw: Scalar, tau: Scalar) => x.sub(draw.clamp(2 ** -25).log().neg().log().cast(x.dtype)).div(tau));
/**
 * A random choice that has a gradient: the {@link softmax} of logits plus Gumbel noise, over a temperature.
 *
 * Source: Jang et al. 2016, Categorical reparameterization with Gumbel-softmax; https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.gumbel_softmax.html
 *
 * @param logits floats, any shape
 * @throws for integers, and a temperature that is not positive
 * @example
 * gumbelSoftmax(tensor([[0, 1, 2]]), { hard: true }).sum(1); // [1]
 */
export function gumbelSoftmax(logits: Tensor, { tau = 1, hard = false, dim = -1, generator = defaultGenerator }: GumbelSoftmaxOptions = {}): Tensor {
  if (!(tau > 0)) fail('gumbelSoftmax', `tau is ${tau}`, 'Use a number above 0.');
  if (!isFloat(logits.dtype)) fail('gumbelSoftmax', `it is not defined for ${logits.dtype}`, 'Cast it first: x.float().');
  return scope(() => {
    const soft = softmax(perturbed(logits, rand(logits.shape, { generator, device: logits.device }), tau), dim);
    if (!hard) return soft;
    const choice = quietly(() => soft.newFull(soft.shape, 0).scatter(dim, soft.argmax(dim, { keepDim: true }), soft.newFull([], 1).expand(soft.amax(dim, { keepDim: true }).shape)).sub(soft));
    return soft.add(choice);
  }, 'gumbelSoftmax');
}

const gated = fuse((a: Scalar, b: Scalar) => a.mul(b.sigmoid()));
/**
 * The first half of `dim` times the sigmoid of the second.
 *
 * Source: Dauphin et al. 2016, Language modeling with gated convolutional networks; https://docs.pytorch.org/docs/stable/generated/torch.nn.GLU.html
 *
 * @param x floats with an even size on `dim`, which halves
 * @param dim default -1
 * @throws where that size is odd
 * @example
 * glu(tensor([[3, 0]])); // [[1.5]]
 */
export function glu(x: Tensor, dim = -1): Tensor {
  const size = x.shape.at(dim) ?? fail('glu', `axis ${dim} is out of range for ${show(x.shape)}`);
  if (size % 2 !== 0) fail('glu', `axis ${dim} of ${show(x.shape)} has an odd size`, 'It is halved.');
  if (!isFloat(x.dtype)) fail('glu', `it is not defined for ${x.dtype}`, 'Cast it first: x.float().');
  return scope(() => gated(x.narrow(dim, 0, size / 2), x.narrow(dim, size / 2, size / 2)), 'glu');
}

/** A layer that works along an axis. */
abstract class AlongAxis extends Module {
  readonly dim: number | undefined;
  constructor(dim?: number) {
    super();
    this.dim = dim;
  }
}

/**
 * {@link softmax} as a layer. Output as input, any shape.
 *
 * @example
 * new Softmax(1).forward(tensor([[0, Math.log(3)]])); // [[0.25, 0.75]]
 */
export class Softmax extends AlongAxis {
  static override readonly typeName = 'Softmax';
  forward(x: Tensor): Tensor { return softmax(x, this.dim); }
}

/**
 * {@link logSoftmax} as a layer. Output as input, any shape.
 *
 * @example
 * new LogSoftmax(1).forward(tensor([[0, Math.log(3)]])); // [[-1.3863, -0.2877]]
 */
export class LogSoftmax extends AlongAxis {
  static override readonly typeName = 'LogSoftmax';
  forward(x: Tensor): Tensor { return logSoftmax(x, this.dim); }
}

/**
 * {@link softmin} as a layer. Output as input, any shape.
 *
 * @example
 * new Softmin(1).forward(tensor([[0, Math.log(3)]])); // [[0.75, 0.25]]
 */
export class Softmin extends AlongAxis {
  static override readonly typeName = 'Softmin';
  forward(x: Tensor): Tensor { return softmin(x, this.dim); }
}

/**
 * {@link softmax} over the channels of [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax2d.html
 *
 * @example
 * new Softmax2d().forward(zeros([1, 4, 2, 2])).sum(1); // [[[1, 1], [1, 1]]]
 */
export class Softmax2d extends Module {
  static override readonly typeName = 'Softmax2d';
  forward(x: Tensor): Tensor {
    if (x.ndim !== 3 && x.ndim !== 4) fail('Softmax2d', `the input is ${show(x.shape)}`, 'Give [N, C, H, W] or [C, H, W].');
    return softmax(x, -3);
  }
}

/**
 * {@link glu} as a layer: `dim` of the input is halved.
 *
 * @example
 * new GLU(1).forward(ones([2, 6])).shape; // [2, 3]
 */
export class GLU extends Module {
  static override readonly typeName = 'GLU';
  readonly dim: number;
  constructor(dim = -1) {
    super();
    this.dim = dim;
  }
  forward(x: Tensor): Tensor { return glu(x, this.dim); }
}
