/** One step of a recurrent layer as a module. */
import { fail, show, type Tensor, zeros } from '@nn/tensor';
import { uniform } from '../init.ts';
import { Module } from '../module.ts';
import { Parameter, type ParameterOptions } from '../parameter.ts';
import { elman, type Formula, gru, lstm } from './formulas.ts';
import { type State, stepOf } from './steps.ts';

/** `bias`: whether there are biases. Default true. */
export interface CellOptions extends ParameterOptions { readonly bias?: boolean }
/** Options of {@link RNNCell}: `nonlinearity` is `tanh` (the default) or `relu`. */
export interface RNNCellOptions extends CellOptions { readonly nonlinearity?: 'tanh' | 'relu' }

/** The base of cells. All parameters start uniform on +-1 / sqrt(hiddenSize). */
abstract class Cell<S> extends Module<[input: Tensor, state?: S], S> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly weightIh: Parameter;
  readonly weightHh: Parameter;
  readonly biasIh: Parameter | null;
  readonly biasHh: Parameter | null;

  constructor(inputSize: number, hiddenSize: number, gates: number, { bias = true, generator, ...where }: CellOptions) {
    super();
    const rows = gates * hiddenSize;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.weightIh = new Parameter(zeros([rows, inputSize], where));
    this.weightHh = new Parameter(zeros([rows, hiddenSize], where));
    this.biasIh = bias ? new Parameter(zeros([rows], where)) : null;
    this.biasHh = bias ? new Parameter(zeros([rows], where)) : null;
    this.resetParameters(generator ? { generator } : {});
  }

  /** Draws the parameters anew, as the constructor does. */
  resetParameters(options: Pick<ParameterOptions, 'generator'> = {}): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform(parameter, -bound, bound, options);
  }

  /** @internal */
  protected advance(input: Tensor, given: State | undefined, formula: Formula): State {
    const { shape } = input;
    if ((shape.length !== 1 && shape.length !== 2) || shape.at(-1) !== this.inputSize) fail(this.typeName, `the input is ${show(shape)}`, `Give [N, ${this.inputSize}] or [${this.inputSize}].`);
    const expected = [...shape.slice(0, -1), this.hiddenSize];
    const wrong = given?.find((state) => show(state.shape) !== show(expected));
    if (wrong) fail(this.typeName, `the state is ${show(wrong.shape)}`, `Give ${show(expected)}.`);
    const single = shape.length === 1;
    const batch = (x: Tensor): Tensor => (single ? x.unsqueeze(0) : x);
    const x = batch(input);
    const state = given?.map(batch) ?? Array<Tensor>(formula.parts).fill(x.newFull([x.shape[0]!, this.hiddenSize], 0));
    const step = stepOf(formula, { ih: this.weightIh, hh: this.weightHh, biasIh: this.biasIh, biasHh: this.biasHh, hr: null });
    const next = step.advance(step.project(x), state);
    return single ? next.map((value) => value.squeeze(0)) : next;
  }
}

/**
 * One step of an `RNN`: [N, in] (or [in]) and the state [N, hidden] (default 0) to the next state.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
 *
 * @example
 * const cell = new RNNCell(10, 20);
 * let h = zeros([3, 20]);
 * for (const x of randn([5, 3, 10]).unbind(0)) h = cell.forward(x, h);
 * h.shape; // [3, 20]
 */
export class RNNCell extends Cell<Tensor> {
  static override readonly typeName = 'RNNCell';
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(inputSize: number, hiddenSize: number, { nonlinearity = 'tanh', ...options }: RNNCellOptions = {}) {
    super(inputSize, hiddenSize, 1, options);
    this.nonlinearity = nonlinearity;
  }

  forward(input: Tensor, state?: Tensor): Tensor { return this.advance(input, state && [state], elman[this.nonlinearity])[0]!; }
}

/**
 * One step of an `LSTM`: [N, in] (or [in]) and the state, hidden and cell, [N, hidden] each (default 0), to the next ones.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
 *
 * @example
 * new LSTMCell(10, 20).forward(randn([3, 10])).map((x) => x.shape); // [[3, 20], [3, 20]]
 */
export class LSTMCell extends Cell<readonly [hidden: Tensor, cell: Tensor]> {
  static override readonly typeName = 'LSTMCell';
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) { super(inputSize, hiddenSize, 4, options); }

  forward(input: Tensor, state?: readonly [hidden: Tensor, cell: Tensor]): [hidden: Tensor, cell: Tensor] {
    return [...this.advance(input, state, lstm)] as [Tensor, Tensor];
  }
}

/**
 * One step of a `GRU`: [N, in] (or [in]) and the state [N, hidden] (default 0) to the next state.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
 *
 * @example
 * new GRUCell(10, 20).forward(randn([3, 10])).shape; // [3, 20]
 */
export class GRUCell extends Cell<Tensor> {
  static override readonly typeName = 'GRUCell';
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) { super(inputSize, hiddenSize, 3, options); }

  forward(input: Tensor, state?: Tensor): Tensor { return this.advance(input, state && [state], gru)[0]!; }
}
