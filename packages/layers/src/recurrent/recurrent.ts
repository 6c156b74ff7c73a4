/** What RNN, LSTM and GRU share: parameters by PyTorch's names, layers, directions, forms of input. */
import { concat, fail, quietly, show, stack, type Tensor, tensor, zeros } from '@nn/tensor';
import { dropout } from '../dropout/dropout.ts';
import { uniform } from '../init.ts';
import { Module } from '../module.ts';
import { Parameter, type ParameterOptions } from '../parameter.ts';
import { isPacked, lengthsOf, type PackedSequence, packPaddedSequence, padPackedSequence } from './packed.ts';
import type { Formula } from './formulas.ts';
import { type State, unroll, type Weights } from './steps.ts';
import { sweep, sweeps } from './sweep.ts';

/** What all recurrent layers take. */
export interface RecurrentOptions extends ParameterOptions {
  /** How many layers are stacked. Default 1. */
  readonly numLayers?: number;
  /** Whether there are biases. Default true. */
  readonly bias?: boolean;
  /** [N, T, in] instead of [T, N, in]. Default false. */
  readonly batchFirst?: boolean;
  /** The probability of dropout between layers, in training. Default 0. */
  readonly dropout?: number;
  /** Whether a second set of parameters reads backwards. Default false. */
  readonly bidirectional?: boolean;
}

/** What goes in: [T, N, in] ([N, T, in] with `batchFirst`), [T, in], or packed sequences. */
export type Sequences = Tensor | PackedSequence;
/** What comes out is of the form that went in. */
export type Like<S extends Sequences> = S extends Tensor ? Tensor : PackedSequence;

/** How a kind of layer differs from the others. */
interface Kind {
  readonly gates: number;
  /** Sizes of the parts of a state. */
  readonly state: readonly number[];
  readonly projSize?: number;
}

/** The base of recurrent layers. All parameters start uniform on +-1 / sqrt(hiddenSize). */
export abstract class Recurrent<Given, Out> extends Module<[input: Sequences, state?: Given], [output: Sequences, state: Out]> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly #kind: Kind;

  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions, kind: Kind) {
    super();
    const { numLayers = 1, bias = true, batchFirst = false, dropout: rate = 0, bidirectional = false, generator, ...where } = options;
    for (const [name, size] of Object.entries({ inputSize, hiddenSize, numLayers })) {
      if (!(Number.isInteger(size) && size > 0)) fail(this.typeName, `${name} is ${size}`, 'Use a whole number from 1 on.');
    }
    if (!(rate >= 0 && rate <= 1)) fail(this.typeName, `dropout is ${rate}`, 'Use a probability, 0 to 1.');
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = rate;
    this.bidirectional = bidirectional;
    this.#kind = kind;
    const rows = kind.gates * hiddenSize;
    const [out] = kind.state as [number];
    const own = this as unknown as Record<string, Parameter>;
    for (const [layer, suffix] of this.#sets()) {
      own[`weightIh${suffix}`] = new Parameter(zeros([rows, layer === 0 ? inputSize : out * this.#directions], where));
      own[`weightHh${suffix}`] = new Parameter(zeros([rows, out], where));
      if (bias) own[`biasIh${suffix}`] = new Parameter(zeros([rows], where));
      if (bias) own[`biasHh${suffix}`] = new Parameter(zeros([rows], where));
      if (kind.projSize) own[`weightHr${suffix}`] = new Parameter(zeros([kind.projSize, hiddenSize], where));
    }
    this.resetParameters(generator ? { generator } : {});
  }

  get #directions(): number { return this.bidirectional ? 2 : 1; }
  /** Layers and the ends of their parameters' names: L0, L0Reverse, L1, ... */
  *#sets(): Generator<[layer: number, suffix: string]> {
    for (let layer = 0; layer < this.numLayers; layer++) {
      yield [layer, `L${layer}`];
      if (this.bidirectional) yield [layer, `L${layer}Reverse`];
    }
  }

  #weights(suffix: string): Weights {
    const own = this as unknown as Record<string, Parameter | undefined>;
    return {
      ih: own[`weightIh${suffix}`]!, hh: own[`weightHh${suffix}`]!, hr: own[`weightHr${suffix}`] ?? null,
      biasIh: own[`biasIh${suffix}`] ?? null, biasHh: own[`biasHh${suffix}`] ?? null,
    };
  }

  /** Draws the parameters anew, as the constructor does. */
  resetParameters(options: Pick<ParameterOptions, 'generator'> = {}): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform(parameter, -bound, bound, options);
  }

  /** Runs all layers. `given` and the states that come back are [layers * directions, N, size] each. @internal */
  protected run<S extends Sequences>(input: S, given: readonly Tensor[] | undefined, formula: Formula): { readonly output: Like<S>; readonly states: Tensor[] } {
    const sequences: Sequences = input;
    if (isPacked(sequences)) {
      const [padded, lengths] = padPackedSequence(sequences);
      const { output, states } = this.#layers(padded, given, formula, lengths);
      return { output: packPaddedSequence(output, lengthsOf(sequences), { enforceSorted: false }) as unknown as Like<S>, states };
    }
    const { shape } = sequences;
    if ((shape.length !== 2 && shape.length !== 3) || shape.at(-1) !== this.inputSize) {
      fail(this.typeName, `the input is ${show(shape)}`, `Give ${this.batchFirst ? '[N, T' : '[T, N'}, ${this.inputSize}] or [T, ${this.inputSize}].`);
    }
    const single = shape.length === 2;
    const x = single ? sequences.unsqueeze(1) : this.batchFirst ? sequences.transpose(0, 1) : sequences;
    const { output, states } = this.#layers(x, single ? given?.map((state) => state.unsqueeze(1)) : given, formula);
    const turned = single ? output.squeeze(1) : this.batchFirst ? output.transpose(0, 1) : output;
    return { output: turned as Like<S>, states: single ? states.map((state) => state.squeeze(1)) : states };
  }

  #layers(x: Tensor, given: readonly Tensor[] | undefined, formula: Formula, lengths?: readonly number[]): { readonly output: Tensor; readonly states: Tensor[] } {
    const [steps, count] = x.shape as [number, number];
    if (steps === 0) fail(this.typeName, 'the sequences are empty', 'Give one step or more.');
    const sets = [...this.#sets()];
    const starts = this.#starts(x, given, sets.length, count);
    const ends = quietly(() => lengths && tensor(lengths, { dtype: 'int32', shape: [count, 1], device: x.device }));
    const finals: State[] = [];
    let output = x;
    for (let layer = 0; layer < this.numLayers; layer++) {
      if (layer > 0 && this.dropout > 0) output = dropout(output, this.dropout, { training: this.training });
      const runs = sets.flatMap(([of, suffix], i) => {
        if (of !== layer) return [];
        const weights = this.#weights(suffix);
        const { outputs, state } = (sweeps(weights, output, starts[i]!) ? sweep : unroll)(formula, weights, output, starts[i]!, suffix.endsWith('Reverse'), ends);
        finals.push(state);
        return [outputs];
      });
      output = concat(runs, 2);
    }
    return { output, states: this.#kind.state.map((_, part) => stack(finals.map((state) => state[part]!), 0)) };
  }

  /** The state that each layer and direction starts from. */
  #starts(x: Tensor, given: readonly Tensor[] | undefined, sets: number, count: number): State[] {
    const sizes = this.#kind.state;
    if (!given) {
      const empty = sizes.map((size) => x.newFull([count, size], 0));
      return Array.from({ length: sets }, () => empty);
    }
    given.forEach((state, part) => {
      const expected = [sets, count, sizes[part]!];
      if (show(state.shape) !== show(expected)) fail(this.typeName, `the ${part === 0 ? 'hidden' : 'cell'} state is ${show(state.shape)}`, `Give ${show(expected)}, without the ${count} for a single sequence.`);
    });
    const parts = given.map((state) => state.unbind(0));
    return Array.from({ length: sets }, (_, i) => parts.map((part) => part[i]!));
  }
}

