/** What recurrent layers and their cells compute at one time: products, and one kernel for all that is element-wise. */
import { fuse, linear, type Scalar, type Tensor } from '@nn/tensor';
import { slicesOf } from '../slices.ts';

/** Parameters of one layer in one direction. */
export interface Weights {
  /** [gates * hidden, in] and [gates * hidden, out]. */
  readonly ih: Tensor;
  readonly hh: Tensor;
  readonly biasIh: Tensor | null;
  readonly biasHh: Tensor | null;
  /** [out, hidden] of an LSTM with a projection. */
  readonly hr: Tensor | null;
}

/** The state of a layer: the output first, [N, out]; an LSTM's cell second, [N, hidden]. */
export type State = readonly Tensor[];

/** One layer in one direction, prepared for many steps. */
export interface Step {
  /** What inputs of all times contribute, in one product: [..., in] to [..., gates * hidden]. */
  project(x: Tensor): Tensor;
  /** From one time's projection [N, gates * hidden] and the state before it, the state after it. */
  advance(projected: Tensor, state: State): State;
}

/** What makes a step of a layer's parameters. */
export type Prepare = (weights: Weights) => Step;

const together = (a: Tensor | null, b: Tensor | null): Tensor | undefined => (a && b ? a.add(b) : undefined);
/** [N, gates * hidden] as one tensor per gate. */
const gatesOf = (x: Tensor, gates: number): Tensor[] => slicesOf(x.reshape(x.shape[0]!, gates, x.shape[1]! / gates), 1);

/** `h' = tanh(W x + b + V h + c)`, or relu. */
export const simpleStep = (activation: 'tanh' | 'relu'): Prepare => ({ ih, hh, biasIh, biasHh }) => {
  const [turned, bias] = [hh.transpose(0, 1), together(biasIh, biasHh)];
  return {
    project: (x) => linear(x, ih, bias),
    advance: (projected, [h]) => [h!.matmul(turned, { bias: projected, activation })],
  };
};

/** Gates in PyTorch's order: input, forget, cell, output. */
const lstm = fuse((i: Scalar, f: Scalar, g: Scalar, o: Scalar, c: Scalar) => {
  const next = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
  return [o.sigmoid().mul(next.tanh()), next] as const;
});

/** `c' = sigmoid(f) c + sigmoid(i) tanh(g)`, `h' = sigmoid(o) tanh(c')`, with a projection `R h'`. */
export const lstmStep: Prepare = ({ ih, hh, biasIh, biasHh, hr }) => {
  const [turned, bias] = [hh.transpose(0, 1), together(biasIh, biasHh)];
  const projection = hr?.transpose(0, 1);
  return {
    project: (x) => linear(x, ih, bias),
    advance: (projected, [h, c]) => {
      const [i, f, g, o] = gatesOf(h!.matmul(turned, { bias: projected }), 4);
      const [output, cell] = lstm(i!, f!, g!, o!, c!);
      return [projection ? output.matmul(projection) : output, cell];
    },
  };
};

/** Gates in PyTorch's order: reset, update, new. */
const gru = fuse((xr: Scalar, xz: Scalar, xn: Scalar, hr: Scalar, hz: Scalar, hn: Scalar, h: Scalar) => {
  const reset = xr.add(hr).sigmoid();
  const update = xz.add(hz).sigmoid();
  const fresh = xn.add(reset.mul(hn)).tanh();
  return fresh.add(update.mul(h.sub(fresh)));
});

/** `n = tanh(x_n + sigmoid(x_r + h_r) h_n)`, `h' = (1 - z) n + z h` with `z = sigmoid(x_z + h_z)`. */
export const gruStep: Prepare = ({ ih, hh, biasIh, biasHh }) => ({
  project: (x) => linear(x, ih, biasIh ?? undefined),
  advance: (projected, [h]) => {
    const [xr, xz, xn] = gatesOf(projected, 3);
    const [hr, hz, hn] = gatesOf(linear(h!, hh, biasHh ?? undefined), 3);
    return [gru(xr!, xz!, xn!, hr!, hz!, hn!, h!)];
  },
});

const held = fuse((next: Scalar, before: Scalar, length: Scalar, time: Scalar) => next.where(time.lt(length), before));

/**
 * Runs a step over all times.
 *
 * @param x [T, N, in]
 * @param lengths how far each sequence goes, int32 [N, 1]: beyond it the state stays, and outputs are to be ignored
 */
export function unroll(step: Step, x: Tensor, start: State, reverse: boolean, lengths?: Tensor): { readonly outputs: Tensor[]; readonly state: State } {
  const inputs = slicesOf(step.project(x), 0);
  const outputs: Tensor[] = [];
  let state = start;
  for (let i = 0; i < inputs.length; i++) {
    const time = reverse ? inputs.length - 1 - i : i;
    const next = step.advance(inputs[time]!, state);
    const before = state;
    state = lengths ? next.map((value, k) => held(value, before[k]!, lengths, time)) : next;
    outputs[time] = state[0]!;
  }
  return { outputs, state };
}
