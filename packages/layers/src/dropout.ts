import { customGradient } from '@nn/autograd';
import { defaultGenerator, fail, fuse, Generator, rand, type Scalar, type Tensor } from '@nn/tensor';
import { Module } from './module.ts';

/** Keeps the elements whose draw is not below p, enlarged so that the expected value stays. */
const masked = fuse((x: Scalar, draw: Scalar, p: Scalar, scale: Scalar) => x.mul(scale).where(draw.ge(p), 0));

/** What {@link dropout} takes. */
export interface DropoutOptions {
  /** Whether it does anything at all. Default true. */
  readonly training?: boolean;
  /** The stream that masks are drawn from. Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator;
}

function checkProbability(operation: string, p: number): void {
  if (!(p >= 0 && p <= 1)) fail(operation, `p is ${p}`, 'Use a probability, 0 to 1.');
}

/**
 * Makes each element 0 with probability `p` and multiplies the others by 1 / (1 - p), in training; else gives `x` as it is.
 * The mask is not kept: the backward pass draws it again from the same place of the stream.
 *
 * Source: Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting; https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 *
 * @param x any shape
 * @param p 0 to 1. Default 0.5.
 * @throws where `p` is not a probability
 */
export function dropout(x: Tensor, p = 0.5, { training = true, generator = defaultGenerator }: DropoutOptions = {}): Tensor {
  checkProbability('dropout', p);
  if (!training || p === 0) return x;
  const from = generator.state;
  const mask = (y: Tensor, stream: Generator): Tensor => masked(y, rand(y.shape, { generator: stream, device: y.device }), p, p < 1 ? 1 / (1 - p) : 0);
  return customGradient({
    name: 'dropout',
    forward: (y) => mask(y, generator),
    backward: ([gradient]) => [gradient && mask(gradient, at(from))],
    saves: { inputs: false, outputs: false },
  })(x);
}

/** A stream that goes on from `state`. */
function at(state: Generator['state']): Generator {
  const stream = new Generator();
  stream.state = state;
  return stream;
}

/**
 * {@link dropout} as a layer: at work in training, nothing after `eval()`.
 *
 * @param p the probability of an element to become 0. Default 0.5.
 * @throws where `p` is not a probability
 * @example
 * const model = new Sequential(new Linear(784, 512), new ReLU(), new Dropout(0.2), new Linear(512, 10));
 */
export class Dropout extends Module {
  static override readonly typeName = 'Dropout';
  readonly p: number;
  readonly #generator: Generator | undefined;

  constructor(p = 0.5, { generator }: Pick<DropoutOptions, 'generator'> = {}) {
    super();
    checkProbability('Dropout', p);
    this.p = p;
    this.#generator = generator;
  }

  forward(x: Tensor): Tensor {
    return dropout(x, this.p, { training: this.training, generator: this.#generator ?? defaultGenerator });
  }
}
