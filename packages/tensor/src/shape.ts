import { fail, show } from './errors.ts';
import { filtered, mapped } from './mapped.ts';

/** Sizes per axis, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let product = 1;
  for (let axis = 0; axis < shape.length; axis++) product *= shape[axis]!;
  return product;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  let axis = a.length;
  if (axis !== b.length) return false;
  while (axis > 0 && a[axis - 1] === b[axis - 1]) axis--;
  return axis === 0;
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** The common shape of `shapes` by NumPy's rule: aligned at the last axis, a size of 1 repeats. */
export function broadcastShapes(operation: string, ...shapes: Shape[]): Shape {
  let alike = 1;
  while (alike < shapes.length && sameShape(shapes[alike]!, shapes[0]!)) alike++;
  if (alike === shapes.length) return shapes[0]!;
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const lead = rank - shape.length;
    for (let i = 0; i < shape.length; i++) {
      const size = shape[i]!;
      if (size === 1) continue;
      const sofar = result[lead + i]!;
      if (sofar !== 1 && sofar !== size) {
        fail(operation, `shapes do not broadcast: ${shapes.map(show).join(' and ')} (axis ${lead + i - rank}: ${sofar} and ${size})`,
          'Sizes must be equal or 1, counted from the last axis.');
      }
      result[lead + i] = size;
    }
  }
  return result;
}

/** `axis` counted from the front; negative ones count from the end. */
export function normalizeAxis(operation: string, axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || at < 0 || at >= rank) {
    fail(operation, `axis ${axis} is out of range for ${rank} ${rank === 1 ? 'axis' : 'axes'}`,
      rank === 0 ? 'A scalar has none; 0 and -1 stand for it.' : `Use ${-rank} to ${rank - 1}.`);
  }
  return at;
}

/** Whether `axis` may be said of a scalar: as in PyTorch, 0 and -1 mean the axis that it does not have. */
export const isScalarAxis = (axis: number, rank: number): boolean => rank === 0 && (axis === 0 || axis === -1);

/** One axis, several, or (undefined) all of them, normalized and in ascending order. A scalar has none, by any name. */
export function normalizeAxes(operation: string, axes: number | readonly number[] | undefined, rank: number): number[] {
  if (typeof axes === 'number') return isScalarAxis(axes, rank) ? [] : [normalizeAxis(operation, axes, rank)];
  const list: number[] = [];
  if (axes === undefined) {
    for (let axis = 0; axis < rank; axis++) list.push(axis);
    return list;
  }
  for (const axis of axes) list.push(normalizeAxis(operation, axis, rank));
  if (new Set(list).size !== list.length) fail(operation, `an axis appears twice in ${show(list)}`);
  return list.sort((a, b) => a - b);
}

/** Axes of `wide`, a broadcast of `shape`, along which `shape` is repeated. */
export function repeatedAxes(shape: Shape, wide: Shape): number[] {
  const lead = wide.length - shape.length;
  const axes: number[] = [];
  for (let axis = 0; axis < wide.length; axis++) if (axis < lead || shape[axis - lead] !== wide[axis]) axes.push(axis);
  return axes;
}

/** `shape` after a reduction over `axes` (ascending). */
export function reducedShape(shape: Shape, axes: readonly number[], keepDim = false): number[] {
  if (keepDim) return mapped(shape, (size, axis) => (axes.includes(axis) ? 1 : size));
  return filtered(shape, (_, axis) => !axes.includes(axis));
}

/** Throws unless every size is a whole number from 0 on. */
export function checkShape(operation: string, shape: Shape): void {
  if (shape.some((size) => !Number.isInteger(size) || size < 0)) fail(operation, `${show(shape)} is not a shape`, 'Sizes are whole numbers from 0 on.');
}
