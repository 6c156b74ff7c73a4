/** Masks that are drawn and not kept: the backward pass draws them again from the same place of the stream. */
import { customGradient } from '@nn/autograd';
import { defaultGenerator, fail, Generator, rand, type Shape, type Tensor } from '@nn/tensor';
import { Module } from '../module.ts';

/** What dropouts take. */
export interface DropoutOptions {
  /** Whether it does anything at all. Default true. */
  readonly training?: boolean;
  /** The stream that masks are drawn from. Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator;
}

export function checkProbability(operation: string, p: number): void {
  if (!(p >= 0 && p <= 1)) fail(operation, `p is ${p}`, 'Use a probability, 0 to 1.');
}

/** `forward(x, draws)` with the gradient `backward(g, draws)`; the draws, uniform on [0, 1), have the shape `drawn`, which broadcasts to that of `x`. */
export function masked(name: string, x: Tensor, drawn: Shape, generator: Generator, forward: (x: Tensor, draws: Tensor) => Tensor, backward: (g: Tensor, draws: Tensor) => Tensor): Tensor {
  const from = generator.state;
  return customGradient({
    name,
    forward: (y) => forward(y, rand(drawn, { generator, device: y.device })),
    backward: ([g]) => [g && backward(g, rand(drawn, { generator: at(from), device: g.device }))],
    saves: { inputs: false, outputs: false },
  })(x);
}

/** A stream that goes on from `state`. */
function at(state: Generator['state']): Generator {
  const stream = new Generator();
  stream.state = state;
  return stream;
}

/** A layer that draws with probability `p`. */
export abstract class Dropping extends Module {
  readonly p: number;
  readonly #generator: Generator | undefined;
  constructor(p: number, generator: Generator | undefined) {
    super();
    checkProbability(this.typeName, p);
    this.p = p;
    this.#generator = generator;
  }
  /** How its function is to be called now. */
  protected get now(): Required<DropoutOptions> { return { training: this.training, generator: this.#generator ?? defaultGenerator }; }
}
