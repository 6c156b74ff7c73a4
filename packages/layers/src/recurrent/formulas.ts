/** What recurrent layers compute at one time, from the gates of one element: written once, for cells, layers and their gradients. */
import type { Scalar } from '@nn/tensor';

/** A kind of recurrent layer. */
export interface Formula {
  readonly gates: number;
  /** Of how many parts a state is: what products read, and an LSTM's cell. */
  readonly parts: number;
  /** Which parts of them `next` takes. */
  readonly reads: readonly number[];
  /** Whether what inputs and what the state contribute to the gates is given apart, one after the other, rather than their sum. */
  readonly apart: boolean;
  /** The state after, all parts of it, and what its derivative is made of besides, which is then kept instead of computed again. */
  readonly next: (gates: readonly Scalar[], before: readonly Scalar[]) => { readonly state: readonly Scalar[]; readonly kept: readonly Scalar[] };
}

const simple = (activation: 'tanh' | 'relu'): Formula => ({
  gates: 1, parts: 1, reads: [], apart: false,
  next([sum]) {
    const h = sum![activation]();
    return { state: [h], kept: [h] };
  },
});

/** `h' = tanh(W x + b + V h + c)`, or relu. */
export const elman = { tanh: simple('tanh'), relu: simple('relu') } as const;

/** Gates in PyTorch's order: input, forget, cell, output. `c' = sigmoid(f) c + sigmoid(i) tanh(g)`, `h' = sigmoid(o) tanh(c')`. */
export const lstm: Formula = {
  gates: 4, parts: 2, reads: [1], apart: false,
  next([i, f, g, o], [c]) {
    const gates = [i!.sigmoid(), f!.sigmoid(), g!.tanh(), o!.sigmoid()] as const;
    const cell = gates[1].mul(c!).add(gates[0].mul(gates[2]));
    const out = cell.tanh();
    return { state: [gates[3].mul(out), cell], kept: [...gates, out] };
  },
};

/** Gates in PyTorch's order: reset, update, new. `n = tanh(x_n + sigmoid(x_r + h_r) h_n)`, `h' = (1 - z) n + z h` with `z = sigmoid(x_z + h_z)`. */
export const gru: Formula = {
  gates: 3, parts: 1, reads: [0], apart: true,
  next([xr, xz, xn, hr, hz, hn], [h]) {
    const reset = xr!.add(hr!).sigmoid();
    const update = xz!.add(hz!).sigmoid();
    const fresh = xn!.add(reset.mul(hn!)).tanh();
    return { state: [fresh.add(update.mul(h!.sub(fresh)))], kept: [reset, update, fresh] };
  },
};
