/** Hooks that see the gradients which pass through a module: identities around its inputs and outputs whose backward looks. */
import { customGradient } from '@nn/autograd';
import { fail, show, Tensor } from '@nn/tensor';
import { keepAll } from './call.ts';
import type { AnyModule } from './module.ts';

/** The gradients of a module's tensors, in their order; null where none arrived. */
export type Gradients = readonly (Tensor | null)[];
/** Sees the gradients of a module's inputs and outputs, and may return others for the inputs. */
export type BackwardHook = (module: AnyModule, gradInputs: Gradients, gradOutputs: Gradients) => Gradients | undefined | void;
/** Sees the gradients of a module's outputs before they go on, and may return others. */
export type BackwardPreHook = (module: AnyModule, gradOutputs: Gradients) => Gradients | undefined | void;

/** The backward hooks of one module. */
export class BackwardHooks {
  readonly before = new Set<BackwardPreHook>();
  readonly after = new Set<BackwardHook>();

  get size(): number { return this.before.size + this.after.size; }

  /** Calls `forward` so that the hooks see its gradients. Tensors among the inputs, and an output or a list of them, are seen. */
  around<In extends unknown[], Out>(module: AnyModule, inputs: In, forward: (...inputs: In) => Out): Out {
    let gradOutputs: Gradients = [];
    const end = (given: Gradients): Gradients => {
      let gradInputs = given;
      for (const hook of this.after) {
        keepAll([gradInputs, gradOutputs]);
        gradInputs = replaced(module, gradInputs, hook(module, gradInputs, gradOutputs));
      }
      return gradInputs;
    };
    const given = inputs.filter((input) => input instanceof Tensor);
    const seen = through(given, end);
    const output = forward(...inputs.map((input) => (input instanceof Tensor ? seen.shift() : input)) as In);
    const list: readonly unknown[] = Array.isArray(output) ? output : [output];
    if (!list.every((item) => item instanceof Tensor)) return output;
    const results = through(list, (gradients) => {
      gradOutputs = gradients;
      for (const hook of this.before) {
        keepAll([gradOutputs]);
        gradOutputs = replaced(module, gradOutputs, hook(module, gradOutputs));
      }
      // Where no input takes a gradient, nothing comes after this.
      if (!given.some((input) => input.requiresGrad)) end(given.map(() => null));
      return gradOutputs;
    });
    return (Array.isArray(output) ? results : results[0]) as Out;
  }
}

/** The tensors, as they are; `look` sees their gradients, null for those that take none. */
function through(tensors: readonly Tensor[], look: (gradients: Gradients) => Gradients): Tensor[] {
  const places = tensors.flatMap((tensor, i) => (tensor.requiresGrad ? [i] : []));
  if (places.length === 0) return [...tensors];
  const identity = customGradient({
    name: 'backward hook',
    forward: (...values): readonly Tensor[] => values,
    backward: (gradients) => {
      const after = look(tensors.map((_, i) => gradients[places.indexOf(i)] ?? null));
      return places.map((i) => after[i] ?? undefined);
    },
    saves: { inputs: false, outputs: false },
  });
  const seen = identity(...places.map((i) => tensors[i]!)) as readonly Tensor[];
  return tensors.map((tensor, i) => seen[places.indexOf(i)] ?? tensor);
}

function replaced(module: AnyModule, before: Gradients, after: Gradients | undefined | void): Gradients {
  if (!after) return before;
  const fits = after.length === before.length && after.every((gradient, i) => !gradient || !before[i] || show(gradient.shape) === show(before[i].shape));
  return fits ? after : fail(module.typeName, `a backward hook returned ${after.length} gradients of other shapes`, `Return ${before.length}, each of its tensor's shape, or nothing.`);
}
