/**
 * How a view reads its storage: every view is an affine map from its own index to an address, with bounds outside of which it reads 0.
 * Transpose, slice, flip, expand, pad and windows are all such maps; nothing here touches data.
 */
import type { Storage, View } from './backend/interface.ts';
import { mapped } from './mapped.ts';
import { sameShape, type Shape, sizeOf, stridesOf } from './shape.ts';

/** The index is inside where `0 <= offset + sum(index * strides) < size`. */
export interface Bound {
  readonly strides: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** The address of an index is `offset + sum(index * strides)`; where any bound is broken the value is 0 and nothing is read. */
export interface Layout {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
  readonly bounds: readonly Bound[];
}

/** An old axis as an affine function of the new index. */
export interface Affine {
  readonly offset: number;
  readonly strides: readonly number[];
}

const none: readonly Bound[] = [];

/** Row-major, without gaps. */
export const contiguous = (shape: Shape, offset = 0): Layout => ({ shape, strides: stridesOf(shape), offset, bounds: none });

/** `storage` as `layout` reads it. Views are made by this, so that V8 gives them one hidden class. */
export const viewOf = (storage: Storage, { shape, strides, offset, bounds }: Layout): View => ({ storage, shape, strides, offset, bounds });

/** Whether `layout` reads a gapless row-major run (from its offset on). */
export function isContiguous({ shape, strides, bounds }: Layout): boolean {
  if (bounds.length > 0) return false;
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis]!;
  }
  return true;
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** Smallest and largest value that `offset + index . strides` takes over `shape`. */
function range(shape: Shape, strides: readonly number[], offset: number): [number, number] {
  let low = offset;
  let high = offset;
  for (let axis = 0; axis < shape.length; axis++) {
    const reach = (shape[axis]! - 1) * strides[axis]!;
    if (reach > 0) high += reach;
    else low += reach;
  }
  return [low, high];
}

const reached = (bounds: readonly Bound[], shape: Shape): readonly Bound[] =>
  bounds.filter((bound) => {
    const [low, high] = range(shape, bound.strides, bound.offset);
    return low < 0 || high >= bound.size;
  });

/** The view of `shape` whose old index on axis k is `axes[k]` of the new index. */
export function remap(layout: Layout, shape: Shape, axes: readonly Affine[], added: readonly Bound[] = none): Layout {
  const through = (strides: readonly number[], offset: number): Affine => ({
    offset: offset + dot(strides, axes.map((axis) => axis.offset)),
    strides: shape.map((_, i) => dot(strides, axes.map((axis) => axis.strides[i]!))),
  });
  const bounds = [...layout.bounds.map((bound) => ({ ...through(bound.strides, bound.offset), size: bound.size })), ...added];
  return { shape, ...through(layout.strides, layout.offset), bounds: bounds.length === 0 ? none : reached(bounds, shape) };
}

const unit = (rank: number, at: number, step = 1): number[] => Array.from({ length: rank }, (_, i) => (i === at ? step : 0));
const same = (rank: number): Affine[] => Array.from({ length: rank }, (_, i) => ({ offset: 0, strides: unit(rank, i) }));
const resized = (shape: Shape, axis: number, size: number): number[] => mapped(shape, (old, i) => (i === axis ? size : old));

/** New axis i is old axis `order[i]`. */
export function permuted(layout: Layout, order: readonly number[]): Layout {
  const pick = (values: readonly number[]) => mapped(order, (axis) => values[axis]!);
  return {
    shape: pick(layout.shape), strides: pick(layout.strides), offset: layout.offset,
    bounds: layout.bounds.length === 0 ? none : layout.bounds.map((bound) => ({ ...bound, strides: pick(bound.strides) })),
  };
}

/** The last two axes change places. */
export function swapped({ shape, strides, offset, bounds }: Layout): Layout {
  const last = shape.length - 1;
  const swap = (values: readonly number[]): number[] => mapped(values, (_, axis) => values[axis < last - 1 ? axis : 2 * last - 1 - axis]!);
  return { shape: swap(shape), strides: swap(strides), offset, bounds: bounds.length === 0 ? none : bounds.map((bound) => ({ ...bound, strides: swap(bound.strides) })) };
}

/** Repeats axes of size 1 and adds leading ones, to `shape`. */
export function expanded(layout: Layout, shape: Shape): Layout {
  if (sameShape(layout.shape, shape)) return layout;
  const lead = shape.length - layout.shape.length;
  const spread = (strides: readonly number[]) => mapped(shape, (size, i) => (i < lead || (layout.shape[i - lead] === 1 && size !== 1) ? 0 : strides[i - lead]!));
  return { shape, strides: spread(layout.strides), offset: layout.offset, bounds: layout.bounds.length === 0 ? none : mapped(layout.bounds, (bound) => ({ ...bound, strides: spread(bound.strides) })) };
}

/** `size` elements of `axis` from `start` on, `step` apart; a negative step walks backwards. */
export function sliced(layout: Layout, axis: number, start: number, size: number, step: number): Layout {
  const through = ({ offset, strides }: Affine): Affine => ({ offset: offset + start * strides[axis]!, strides: mapped(strides, (stride, i) => (i === axis ? stride * step : stride)) });
  const shape = resized(layout.shape, axis, size);
  const { offset, strides } = through(layout);
  return { shape, strides, offset, bounds: layout.bounds.length === 0 ? none : reached(layout.bounds.map((bound) => ({ ...through(bound), size: bound.size })), shape) };
}

/** `before` and `after` zeros around `axis`; negative ones crop. */
export function padded(layout: Layout, axis: number, before: number, after: number): Layout {
  const rank = layout.shape.length;
  const size = layout.shape[axis]!;
  const axes = same(rank);
  axes[axis] = { offset: -before, strides: unit(rank, axis) };
  return remap(layout, resized(layout.shape, axis, size + before + after), axes, [{ offset: -before, strides: unit(rank, axis), size }]);
}

/**
 * Slides `axis` against the last axis: position i reads i - shift * j at place j of the last axis, 0 outside; `axis` gets `size` positions.
 * With a negative shift these are sliding windows; with the opposite shift it is its own adjoint, so a window's gradient is a read as well.
 */
export function skewed(layout: Layout, axis: number, size: number, shift: number): Layout {
  const last = layout.shape.length - 1;
  const axes = same(last + 1);
  const strides = unit(last + 1, axis);
  strides[last] = -shift;
  axes[axis] = { offset: 0, strides };
  return remap(layout, resized(layout.shape, axis, size), axes, [{ offset: 0, strides, size: layout.shape[axis]! }]);
}

/** The main diagonal of two axes, as a new last axis. */
export function diagonal(layout: Layout, a: number, b: number): Layout {
  const kept = layout.shape.map((_, i) => i).filter((i) => i !== a && i !== b);
  const last = kept.length;
  const axes = layout.shape.map((_, i): Affine => ({ offset: 0, strides: unit(last + 1, i === a || i === b ? last : kept.indexOf(i)) }));
  return remap(layout, [...kept.map((i) => layout.shape[i]!), Math.min(layout.shape[a]!, layout.shape[b]!)], axes);
}

/** The view with another shape of the same size, or undefined where only a copy can have it. */
export function reshaped(layout: Layout, shape: Shape): Layout | undefined {
  if (isContiguous(layout) || sizeOf(shape) === 0) return contiguous(shape, layout.offset);
  const axes = regroup(layout.shape, shape, [layout.strides, ...layout.bounds.map((bound) => bound.strides)]);
  if (!axes) return undefined;
  const [strides, ...bounds] = axes;
  return { shape, strides: strides!, offset: layout.offset, bounds: layout.bounds.map((bound, i) => ({ ...bound, strides: bounds[i]! })) };
}

/** Splits and merges axes in every list of strides at once; axes can merge where they step evenly in all lists. */
function regroup(from: Shape, to: Shape, lists: readonly (readonly number[])[]): number[][] | undefined {
  const kept = from.map((_, i) => i).filter((i) => from[i] !== 1);
  const result = lists.map(() => new Array<number>(to.length).fill(0));
  let i = 0;
  let j = 0;
  while (i < kept.length) {
    const first = i;
    const start = j;
    let old = from[kept[i++]!]!;
    let fresh = 1;
    while (j < to.length && (fresh < old || to[j] === 1)) fresh *= to[j++]!;
    while (fresh !== old) {
      if (old < fresh) old *= from[kept[i++]!]!;
      else fresh *= to[j++]!;
    }
    for (const [k, strides] of lists.entries()) {
      for (let a = first; a + 1 < i; a++) {
        if (strides[kept[a]!]! !== strides[kept[a + 1]!]! * from[kept[a + 1]!]!) return undefined;
      }
      let step = strides[kept[i - 1]!]!;
      for (let b = j - 1; b >= start; b--) {
        result[k]![b] = step;
        step *= to[b]!;
      }
    }
  }
  return result;
}
