/** A recurrent layer time by time, in tensor operations: what cells are, and layers where `sweep.ts` does not go. */
import { fuse, type Fused, type Scalar, stack, type Tensor } from '@nn/tensor';
import { slicesOf } from '../slices.ts';
import type { Formula } from './formulas.ts';

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
  /** What inputs of all times contribute, in one product: [N, in] to [gates, N, hidden]. */
  project(x: Tensor): Tensor;
  /** From one time's projection and the state before it, the state after it. */
  advance(projected: Tensor, state: State): State;
}

/** [gates * hidden, ...] with each gate's part by itself. */
export const byGate = (weight: Tensor, gates: number): Tensor => weight.reshape(gates, weight.shape[0]! / gates, ...weight.shape.slice(1));

/** [N, in] times each gate's part of the weight, and its part of the bias: [gates, N, hidden]. */
export const projected = (x: Tensor, weight: Tensor, bias: Tensor | undefined, gates: number): Tensor =>
  x.matmul(byGate(weight, gates).transpose(1, 2), { bias: bias && byGate(bias, gates).unsqueeze(1) });

/** What is added to the product of the inputs, and to that of the state. */
export function biasesOf({ biasIh, biasHh }: Pick<Weights, 'biasIh' | 'biasHh'>, apart: boolean): (Tensor | undefined)[] {
  return apart ? [biasIh ?? undefined, biasHh ?? undefined] : [biasIh && biasHh ? biasIh.add(biasHh) : undefined];
}

const compiled = new WeakMap<Formula, Fused<readonly Scalar[]>>();
/** The state after, in one kernel. */
function fused(formula: Formula): Fused<readonly Scalar[]> {
  let f = compiled.get(formula);
  if (!f) {
    const given = formula.gates * (formula.apart ? 2 : 1);
    compiled.set(formula, (f = fuse((...leaves: Scalar[]) => formula.next(leaves.slice(0, given), leaves.slice(given)).state)));
  }
  return f;
}

export function stepOf(formula: Formula, weights: Weights): Step {
  const { gates, apart, reads } = formula;
  const [inputs, own] = biasesOf(weights, apart);
  const turned = byGate(weights.hh, gates).transpose(1, 2);
  const projection = weights.hr?.transpose(0, 1);
  return {
    project: (x) => projected(x, weights.ih, inputs, gates),
    advance(given, state) {
      const product = state[0]!.matmul(turned, { bias: apart ? own && byGate(own, gates).unsqueeze(1) : given });
      const values = [...(apart ? slicesOf(given, 0) : []), ...slicesOf(product, 0)];
      const [h, ...others] = fused(formula)(...values, ...reads.map((part) => state[part]!));
      return [projection ? h!.matmul(projection) : h!, ...others];
    },
  };
}

const held = fuse((next: Scalar, before: Scalar, length: Scalar, time: Scalar) => next.where(time.lt(length), before));

/** What all times of a layer come to: the outputs [T, N, out], and the state at the end. */
export interface Unrolled { readonly outputs: Tensor; readonly state: State }

/**
 * Runs a layer over all times.
 *
 * @param x [T, N, in]
 * @param lengths how far each sequence goes, int32 [N, 1]: beyond it the state stays, and outputs are to be ignored
 */
export function unroll(formula: Formula, weights: Weights, x: Tensor, start: State, reverse: boolean, lengths?: Tensor): Unrolled {
  const [times, count, size] = x.shape as [number, number, number];
  const step = stepOf(formula, weights);
  const all = step.project(x.reshape(times * count, size));
  const given = slicesOf(all.reshape(formula.gates, times, count, all.shape[2]!), 1);
  const outputs: Tensor[] = [];
  let state = start;
  for (let i = 0; i < times; i++) {
    const time = reverse ? times - 1 - i : i;
    const next = step.advance(given[time]!, state);
    const before = state;
    state = lengths ? next.map((value, k) => held(value, before[k]!, lengths, time)) : next;
    outputs[time] = state[0]!;
  }
  return { outputs: stack(outputs, 0), state };
}
