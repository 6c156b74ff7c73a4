/**
 * A recurrent layer over all times as one step of the recorded graph. The inputs of all times are one product before; then each time is a product of the state and a kernel, which
 * writes beside the results of other times. Backwards each time is a kernel and a product as well, down to the gates; what follows is again a product for all times together.
 */
import { customGradient, grad, isRecording } from '@nn/autograd';
import type { Tensor } from '@nn/tensor';
import type { Formula } from './formulas.ts';
import { backwards, forwards, type Run } from './passes.ts';
import { type State, unroll, type Unrolled, type Weights } from './steps.ts';

/** Whether {@link sweep} can do it: without projection, in one dtype that is computed as it is stored, on a device that can write parts of a storage. */
export function sweeps({ hr, ih, hh, biasIh, biasHh }: Weights, x: Tensor, start: State): boolean {
  const { dtype, device } = x;
  return !hr && device.limits.slices && (dtype === 'float32' || dtype === 'float64') && [ih, hh, biasIh, biasHh, ...start].every((other) => !other || (other.dtype === dtype && other.device === device));
}

/** What `unroll` does. */
export function sweep(formula: Formula, weights: Weights, x: Tensor, start: State, reverse: boolean, lengths?: Tensor): Unrolled {
  const { parts } = formula;
  const [times, count, size] = x.shape as [number, number, number];
  const biases = weights.biasIh && weights.biasHh ? [weights.biasIh, weights.biasHh] : [];
  const tensors = [x.reshape(times * count, size), weights.ih, weights.hh, ...biases, ...start, ...(lengths ? [lengths] : [])];
  /** The tensors again, as they are given to a pass. */
  const runOf = ([flat, ih, hh, ...rest]: readonly Tensor[]): Run => {
    const [biasIh = null, biasHh = null] = rest.splice(0, biases.length);
    return { formula, weights: { ih: ih!, hh: hh!, biasIh, biasHh, hr: null }, x: flat!, times, count, reverse, start: rest.slice(0, parts), lengths: rest[parts] };
  };
  const recorded = isRecording() && tensors.some(({ requiresGrad }) => requiresGrad);
  const ofInputs = x.requiresGrad;
  const [outputs, ...others] = customGradient({
    name: 'recurrent',
    forward: (...own) => forwards(runOf(own), recorded),
    backward(gradients, own, results) {
      const arriving = gradients.slice(0, 1 + parts);
      return isRecording() ? again(runOf(own), arriving, own) : backwards(runOf(own), arriving, results.slice(1 + parts), ofInputs);
    },
  })(...tensors) as [Tensor, ...Tensor[]];
  return { outputs, state: others.slice(0, parts) };
}

/** Gradients that can be differentiated: those of the same in tensor operations. */
function again({ formula, weights, x, times, count, start, reverse, lengths }: Run, arriving: readonly (Tensor | undefined)[], tensors: readonly Tensor[]): (Tensor | undefined)[] {
  const { outputs, state } = unroll(formula, weights, x.reshape(times, count, x.shape[1]!), start, reverse, lengths);
  const reached = [outputs, ...state].filter((_, i) => arriving[i]);
  const wanted = tensors.filter(({ requiresGrad }) => requiresGrad);
  const found = grad(reached, wanted, { gradOutputs: arriving.filter((gradient) => gradient !== undefined), createGraph: true, allowUnused: true });
  return tensors.map((tensor) => found[wanted.indexOf(tensor)] ?? undefined);
}
