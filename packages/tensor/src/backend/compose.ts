/** Optional verbs said with required ones, for backends that lack them. */
import { trace } from '../expr/function.ts';
import { expanded, type Layout, permuted, viewOf } from '../layout.ts';
import { type Shape, stridesOf } from '../shape.ts';
import type { CoreBackend, Epilogue, Target, View } from './interface.ts';
import { uniformNumbers } from './philox.ts';

/** The epilogue of a matmul as a map in place, where the kernel itself does not apply it. */
export function applyEpilogue(backend: Pick<CoreBackend, 'map'>, { function: f, inputs, uniforms }: Epilogue, output: Target, shape: Shape): void {
  const product: View = { storage: output.storage, shape, strides: stridesOf(shape), offset: output.offset, bounds: [] };
  backend.map(f, [product, ...inputs], uniforms, [output], shape);
}

/** Every result element sums the sources whose index names it: a gather, for engines that cannot scatter. */
export function scatterAdd(backend: CoreBackend, source: View, index: View, axis: number, shape: Shape, output: Target): void {
  const others = shape.map((_, i) => i).filter((i) => i !== axis);
  const count = index.shape[axis]!;
  // Iterates [...shape, count]: the position in the result, then the place in the index along `axis`.
  const spread = (view: View): View => {
    const front: Layout = permuted(view, [...others, axis]);
    const wide = expanded({ ...front, shape: [1, ...front.shape], strides: [0, ...front.strides], bounds: front.bounds.map((bound) => ({ ...bound, strides: [0, ...bound.strides] })) }, [shape[axis]!, ...front.shape]);
    const order = [...shape.map((_, i) => (i === axis ? 0 : 1 + others.indexOf(i))), shape.length];
    return viewOf(view.storage, permuted(wide, order));
  };
  const f = trace([source.storage.dtype, index.storage.dtype], [], ([value, at]) => [value!.where(at!.eq(at!.index(axis)), value!.constant(0))]);
  backend.reduce('sum', f, [spread(source), spread(index)], [], [...shape, count], [shape.length], output);
}

/** Drawn on the host: the same bits everywhere. */
export function randomUniform(backend: CoreBackend, key: readonly [number, number], counter: number, length: number, output: Target): void {
  backend.write(output.storage, uniformNumbers(key, counter, length), output.offset);
}

