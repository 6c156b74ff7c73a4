/** Functions with a gradient of their own. */
import { defaultGenerator, scope, type Tensor } from '@nn/tensor';
import { record } from '@nn/tensor/trace';
import { propagate, start } from './backward.ts';
import { recording } from './recording.ts';

/** A function and its gradient, both in tensor operations. */
export interface CustomFunction {
  /** For messages. */
  readonly name?: string;
  readonly forward: (...inputs: Tensor[]) => Tensor | readonly Tensor[];
  /** Gradients of the inputs (undefined: none), from those of the outputs, the inputs and the outputs. */
  readonly backward: (gradients: readonly (Tensor | undefined)[], inputs: readonly Tensor[], outputs: readonly Tensor[]) => readonly (Tensor | undefined)[];
  /** What `backward` reads, so that nothing else is kept: both, unless told otherwise. */
  readonly saves?: { readonly inputs?: boolean; readonly outputs?: boolean };
}

/**
 * A function whose gradient is what you say: a straight-through estimate, or a form that is stable or cheap.
 *
 * @example
 * const roundThrough = customGradient({ forward: (x) => x.round(), backward: ([g]) => [g], saves: { inputs: false, outputs: false } });
 */
export function customGradient(custom: CustomFunction & { readonly forward: (...inputs: Tensor[]) => Tensor }): (...inputs: Tensor[]) => Tensor;
export function customGradient(custom: CustomFunction): (...inputs: Tensor[]) => Tensor | readonly Tensor[];
export function customGradient({ name = 'custom', forward, backward, saves = {} }: CustomFunction): (...inputs: Tensor[]) => Tensor | readonly Tensor[] {
  const attributes = { name, backward, saves: { inputs: saves.inputs ?? true, outputs: saves.outputs ?? true } };
  return (...inputs) => scope(() => {
    const result = recording(false, () => forward(...inputs), name);
    const outputs = (Array.isArray(result) ? result as readonly Tensor[] : [result as Tensor]).map((output) => (inputs.includes(output) ? output.detach() : output));
    record({ primitive: 'custom', inputs, outputs, attributes });
    return Array.isArray(result) ? outputs : outputs[0]!;
  }, name);
}

/**
 * Runs `body` without keeping its intermediate values; the backward computes them again. Trades time for memory.
 * At least one input must require a gradient; parameters that `body` uses get theirs in `grad`, by `backward()`.
 * Random draws repeat: the default generator is put back for the second run.
 */
export function checkpoint(body: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]): Tensor {
  const { state } = defaultGenerator;
  return customGradient({
    name: 'checkpoint',
    forward: body,
    saves: { outputs: false },
    backward([gradient], saved) {
      const after = defaultGenerator.state;
      defaultGenerator.state = state;
      const leaves = saved.map((input, i) => {
        const leaf = input.detach();
        if (inputs[i]!.requiresGrad) leaf.requiresGrad = true;
        return leaf;
      });
      const output = recording(true, () => body(...leaves));
      defaultGenerator.state = after;
      propagate([start('checkpoint', output, gradient)], {});
      return leaves.map((leaf) => leaf.grad ?? undefined);
    },
  })(...inputs);
}
