/**
 * What windows slide over, with the zeros around it made real. A view of padded windows shows each element many times, and tests bounds each time; the box
 * holds each once, and the same windows over it have no bounds.
 */
import { contiguous, type Shape, type View } from '@nn/tensor/backend';

export interface Box {
  readonly shape: Shape;
  /** What is to be copied into the box. */
  readonly source: View;
  /** The view that was asked for, of a box in `storage`. */
  over(storage: View['storage']): View;
}

interface Range { readonly low: number; readonly size: number; readonly stride: number; readonly bound: View['bounds'][number] }

/** Undefined where the bounds are not those of axes of what is read. */
export function boxOf(view: View): Box | undefined {
  const { shape, strides, bounds } = view;
  const ranges: Range[] = [];
  for (const bound of bounds) {
    const alone = shape.findIndex((size, axis) => size > 1 && bound.strides[axis] !== 0 && bounds.every((other) => other === bound || other.strides[axis] === 0));
    const stride = alone < 0 ? NaN : strides[alone]! / bound.strides[alone]!;
    if (!Number.isInteger(stride)) return undefined;
    const reach = shape.map((size, axis) => (size - 1) * bound.strides[axis]!);
    const low = reach.reduce((sum, own) => sum + Math.min(0, own), bound.offset);
    ranges.push({ low, size: reach.reduce((sum, own) => sum + Math.max(0, own), bound.offset) - low + 1, stride, bound });
  }
  ranges.sort((a, b) => Math.abs(b.stride) - Math.abs(a.stride));
  const rest = strides.map((stride, axis) => stride - ranges.reduce((sum, range) => sum + range.bound.strides[axis]! * range.stride, 0));
  if (rest.some((stride, axis) => stride !== 0 && shape[axis]! > 1 && bounds.some((bound) => bound.strides[axis] !== 0))) return undefined;
  const apart = shape.flatMap((size, axis) => (size > 1 && rest[axis] !== 0 ? [axis] : []));
  const own = contiguous([...apart.map((axis) => shape[axis]!), ...ranges.map(({ size }) => size)]);
  const within = (i: number): number => own.strides[apart.length + i]!;
  return {
    shape: own.shape,
    source: {
      storage: view.storage, shape: own.shape, strides: [...apart.map((axis) => rest[axis]!), ...ranges.map(({ stride }) => stride)],
      offset: ranges.reduce((sum, { low, stride, bound }) => sum + (low - bound.offset) * stride, view.offset),
      bounds: ranges.map(({ low, bound: { size } }, i) => ({ strides: own.shape.map((_, axis) => +(axis === apart.length + i)), offset: low, size })),
    },
    over: (storage) => ({
      storage, shape, bounds: [],
      strides: shape.map((_, axis) => ranges.reduce((sum, { bound }, i) => sum + bound.strides[axis]! * within(i), apart.includes(axis) ? own.strides[apart.indexOf(axis)]! : 0)),
      offset: ranges.reduce((sum, { low, bound }, i) => sum + (bound.offset - low) * within(i), 0),
    }),
  };
}
