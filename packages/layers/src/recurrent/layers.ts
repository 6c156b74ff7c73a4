/** RNN, LSTM and GRU. */
import { fail, type Tensor } from '@nn/tensor';
import { elman, gru, lstm } from './formulas.ts';
import { type Like, Recurrent, type RecurrentOptions, type Sequences } from './recurrent.ts';

/** Options of {@link RNN}: `nonlinearity` is `tanh` (the default) or `relu`. */
export interface RNNOptions extends RecurrentOptions { readonly nonlinearity?: 'tanh' | 'relu' }
/** Options of {@link LSTM}: `projSize` makes outputs of this size from the hidden state (default 0: none). */
export interface LSTMOptions extends RecurrentOptions { readonly projSize?: number }
/** What follows the sizes: options, or the number of layers before them. */
export type Stacked<O> = [options?: O] | [numLayers: number, options?: O];
const stacked = <O extends RecurrentOptions>([first, second]: Stacked<O>): O => (typeof first === 'number' ? { ...second, numLayers: first } as O : first ?? {} as O);

/**
 * Elman's network: `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`.
 *
 * Parameters: `weightIhL0` [hidden, in], `weightHhL0` [hidden, hidden], `biasIhL0`, `biasHhL0` [hidden]; `...L1` for the second layer, `...L0Reverse` for the way back.
 *
 * Source: Elman 1990, Finding structure in time; https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html
 *
 * @throws by `forward` where shapes do not fit
 * @example
 * const [output, state] = new RNN(10, 20, { numLayers: 2 }).forward(randn([5, 3, 10]));
 * output.shape; // [5, 3, 20]
 * state.shape;  // [2, 3, 20]
 */
export class RNN extends Recurrent<Tensor, Tensor> {
  static override readonly typeName = 'RNN';
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(inputSize: number, hiddenSize: number, ...rest: Stacked<RNNOptions>) {
    const { nonlinearity = 'tanh', ...options } = stacked(rest);
    super(inputSize, hiddenSize, options, { gates: 1, state: [hiddenSize] });
    if (nonlinearity !== 'tanh' && nonlinearity !== 'relu') fail('RNN', `there is no nonlinearity '${String(nonlinearity)}'`, "Use 'tanh' or 'relu'.");
    this.nonlinearity = nonlinearity;
  }

  /** @param state [layers * directions, N, hidden]; 0 unless given */
  forward<S extends Sequences>(input: S, state?: Tensor): [output: Like<S>, state: Tensor] {
    const { output, states } = this.run(input, state && [state], elman[this.nonlinearity]);
    return [output, states[0]!];
  }
}

/**
 * Long short-term memory:
 *
 *     i, f, o = sigmoid(...)   g = tanh(...)       each of W_ih x + b_ih + W_hh h + b_hh, in the order i, f, g, o
 *     c' = f c + i g           h' = o tanh(c')     (W_hr h' with a projection)
 *
 * Parameters are named as those of {@link RNN}, with 4 * hidden rows; `weightHrL0` [projSize, hidden].
 *
 * Source: Hochreiter & Schmidhuber 1997, Long short-term memory; https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 *
 * @throws by `forward` where shapes do not fit
 * @example
 * const [output, [hidden, cell]] = new LSTM(10, 20, { batchFirst: true, bidirectional: true }).forward(randn([3, 5, 10]));
 * output.shape; // [3, 5, 40]
 * cell.shape;   // [2, 3, 20]
 */
export class LSTM extends Recurrent<readonly [hidden: Tensor, cell: Tensor], [hidden: Tensor, cell: Tensor]> {
  static override readonly typeName = 'LSTM';
  readonly projSize: number;

  constructor(inputSize: number, hiddenSize: number, ...rest: Stacked<LSTMOptions>) {
    const { projSize = 0, ...options } = stacked(rest);
    if (!(Number.isInteger(projSize) && projSize >= 0 && projSize < hiddenSize)) fail('LSTM', `projSize is ${projSize}`, `Use a whole number from 0 to ${hiddenSize - 1}.`);
    super(inputSize, hiddenSize, options, { gates: 4, state: [projSize || hiddenSize, hiddenSize], projSize });
    this.projSize = projSize;
  }

  /** @param state [layers * directions, N, hidden (or projSize)] and [layers * directions, N, hidden]; 0 unless given */
  forward<S extends Sequences>(input: S, state?: readonly [hidden: Tensor, cell: Tensor]): [output: Like<S>, state: [hidden: Tensor, cell: Tensor]] {
    const { output, states } = this.run(input, state, lstm);
    return [output, states as [Tensor, Tensor]];
  }
}

/**
 * Gated recurrent units:
 *
 *     r, z = sigmoid(W_ih x + b_ih + W_hh h + b_hh)      n = tanh(W_in x + b_in + r (W_hn h + b_hn))
 *     h' = (1 - z) n + z h
 *
 * Parameters are named as those of {@link RNN}, with 3 * hidden rows in the order r, z, n.
 *
 * Source: Cho et al. 2014, Learning phrase representations using RNN encoder-decoder; https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html
 *
 * @throws by `forward` where shapes do not fit
 * @example
 * const [output] = new GRU(10, 20).forward(randn([5, 10])); // one sequence
 * output.shape; // [5, 20]
 */
export class GRU extends Recurrent<Tensor, Tensor> {
  static override readonly typeName = 'GRU';

  constructor(inputSize: number, hiddenSize: number, ...rest: Stacked<RecurrentOptions>) {
    super(inputSize, hiddenSize, stacked(rest), { gates: 3, state: [hiddenSize] });
  }

  /** @param state [layers * directions, N, hidden]; 0 unless given */
  forward<S extends Sequences>(input: S, state?: Tensor): [output: Like<S>, state: Tensor] {
    const { output, states } = this.run(input, state && [state], gru);
    return [output, states[0]!];
  }
}
