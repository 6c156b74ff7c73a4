/** Maps that bind more than a backend allows, run in pieces. */
import type { ScalarFunction } from '../expr/function.ts';
import { identity } from '../expr/function.ts';
import { contiguous, viewOf } from '../layout.ts';
import { type Shape, sizeOf } from '../shape.ts';
import type { CoreBackend, Limits, Storage, Target, View } from './interface.ts';
import { type Piece, split } from './split.ts';

/** `backend.map`, in as many pieces as its limits ask for. */
export function cutting(backend: CoreBackend): CoreBackend['map'] {
  const { limits } = backend;
  const plans = new WeakMap<ScalarFunction, readonly Piece[]>();
  return (f, inputs, uniforms, outputs, shape) => {
    if (fits(limits, inputs, uniforms.length, outputs)) {
      backend.map(f, inputs, uniforms, outputs, shape);
      return;
    }
    let plan = plans.get(f);
    if (!plan) plans.set(f, (plan = split(f, limits)));
    runPieces(backend, plan, inputs, uniforms, outputs, shape);
  };
}

/** Whether one kernel can take these. */
export function fits(limits: Limits, inputs: readonly View[], uniforms: number, outputs: readonly Target[]): boolean {
  if (inputs.length > limits.inputs || outputs.length > limits.outputs || uniforms > limits.uniforms) return false;
  return inputs.length + outputs.length <= limits.bindings || new Set([...inputs, ...outputs].map(({ storage }) => storage)).size <= limits.bindings;
}

/** An output that is also an input may be read by a later piece: such targets are filled at the end, from storages of their own. */
function runPieces(
  backend: CoreBackend, plan: readonly Piece[], inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape,
): void {
  const views = [...inputs];
  const own: Storage[] = [];
  const late: { from: Storage; to: Target }[] = [];
  for (const { function: f, inputs: read, uniforms: numbers, roots } of plan) {
    const made: View[] = [];
    const targets = f.roots.map((root, i): Target => {
      const target = roots && outputs[roots[i]!]!;
      if (target && inputs.every((input) => input.storage !== target.storage)) return target;
      const storage = backend.allocate(root.dtype, sizeOf(shape));
      own.push(storage);
      if (target) late.push({ from: storage, to: target });
      else made.push(viewOf(storage, contiguous(shape)));
      return { storage, offset: 0 };
    });
    backend.map(f, read.map((i) => views[i]!), numbers.map((i) => uniforms[i]!), targets, shape);
    views.push(...made);
  }
  for (const { from, to } of late) backend.map(identity(from.dtype), [viewOf(from, contiguous(shape))], [], [to], shape);
  for (const storage of own) backend.free(storage);
}
