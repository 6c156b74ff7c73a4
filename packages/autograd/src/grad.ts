/** Gradients as values, next to `backward()`'s accumulation in leaves. */
import { fail, type Tensor } from '@nn/tensor';
import type { BackwardOptions } from '@nn/tensor';
import { propagate, start } from './backward.ts';
import { edgeOf } from './node.ts';
import { recording } from './recording.ts';

export interface GradOptions extends BackwardOptions {
  /** Gradients of the outputs; may be left out for scalars. */
  readonly gradOutputs?: readonly Tensor[];
  /** Give null for inputs that the outputs do not depend on, instead of throwing. */
  readonly allowUnused?: boolean;
}

/**
 * The gradients of the sum of `outputs` with respect to `inputs`; no leaf's `grad` changes.
 *
 * @param inputs tensors of the graph, leaves or not
 * @returns one gradient per input, of its shape
 * @throws where an input was not used and `allowUnused` is not set
 * @example
 * const x = tensor([2], { requiresGrad: true });
 * const [first] = grad([x.pow(3)], [x], { createGraph: true }); // 12
 * const [second] = grad([first!], [x]);                         // 12
 */
export function grad(outputs: readonly Tensor[], inputs: readonly Tensor[], options: GradOptions & { readonly allowUnused: true }): (Tensor | null)[];
export function grad(outputs: readonly Tensor[], inputs: readonly Tensor[], options?: GradOptions): Tensor[];
export function grad(outputs: readonly Tensor[], inputs: readonly Tensor[], options: GradOptions = {}): (Tensor | null)[] {
  const targets = inputs.map((input, i) => edgeOf(input) ?? fail('grad', `input ${i} is not part of a graph`, 'Set requiresGrad on it first.'));
  const starts = outputs.map((output, i) => start('grad', output, options.gradOutputs?.[i]));
  return propagate(starts, options, targets).map((gradient, i) => {
    if (!gradient && !options.allowUnused) fail('grad', `the outputs do not depend on input ${i}`, 'Pass { allowUnused: true } to get null.');
    return gradient ?? null;
  });
}

/**
 * From a scalar function of tensors, the function that gives its value and its gradients.
 *
 * @example
 * const [value, [slope]] = valueAndGrad((x: Tensor) => x.square().sum())(tensor([1, 2]));
 */
export function valueAndGrad(f: (...inputs: Tensor[]) => Tensor): (...inputs: Tensor[]) => [value: Tensor, gradients: Tensor[]] {
  return (...inputs) => recording(true, () => {
    const leaves = inputs.map((input) => {
      const leaf = input.detach();
      leaf.requiresGrad = true;
      return leaf;
    });
    const value = f(...leaves);
    const gradients = grad([value], leaves, { allowUnused: true }).map((gradient, i) => gradient ?? leaves[i]!.newFull(leaves[i]!.shape, 0));
    return [value.detach(), gradients];
  });
}
