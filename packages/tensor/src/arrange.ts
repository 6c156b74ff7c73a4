/** Parts, copies and turns: views where that is possible, one copy where it is not. Axes may be negative. */
import { fail, show } from './errors.ts';
import { concat, expand, flip, permute, reshape, slice, transpose } from './movement.ts';
import { broadcastShapes, normalizeAxis } from './shape.ts';
import { scope } from './scope.ts';
import type { Tensor } from './tensor.ts';

/** Parts of `size` (the last may be smaller), or of the sizes listed. */
export function split(x: Tensor, size: number | readonly number[], axis: number): Tensor[] {
  const on = normalizeAxis('split', axis, x.shape.length);
  const whole = x.shape[on]!;
  if (typeof size === 'number' && !(Number.isInteger(size) && size > 0)) fail('split', `parts of ${size}`, 'Use a whole number from 1 on.');
  const sizes = typeof size === 'number' ? Array.from({ length: Math.max(1, Math.ceil(whole / size)) }, (_, i) => Math.min(size, whole - i * size)) : size;
  if (sizes.some((part) => part < 0) || sizes.reduce((a, b) => a + b, 0) !== whole) fail('split', `${show(sizes)} does not add up to the ${whole} elements of axis ${axis} of ${show(x.shape)}`);
  let start = 0;
  return sizes.map((part) => slice(x, on, (start += part) - part, part, 1));
}

/** At most `chunks` parts of equal size; the last may be smaller. */
export function chunk(x: Tensor, chunks: number, axis: number): Tensor[] {
  const on = normalizeAxis('chunk', axis, x.shape.length);
  if (!(Number.isInteger(chunks) && chunks > 0)) fail('chunk', `${chunks} parts`, 'Use a whole number from 1 on.');
  const whole = x.shape[on]!;
  return split(x, whole === 0 ? Array<number>(chunks).fill(0) : Math.ceil(whole / chunks), on);
}

/** All slices along `axis`, without it. */
export function unbind(x: Tensor, axis: number): Tensor[] {
  const on = normalizeAxis('unbind', axis, x.shape.length);
  const rest = x.shape.filter((_, i) => i !== on);
  return scope(() => Array.from({ length: x.shape[on]! }, (_, i) => reshape(slice(x, on, i, 1, 1), rest)), 'unbind');
}

/** Moves axes to other places; the others keep their order. */
export function movedim(x: Tensor, from: number | readonly number[], to: number | readonly number[]): Tensor {
  const [sources, targets] = [from, to].map((axes) => (typeof axes === 'number' ? [axes] : axes).map((axis) => normalizeAxis('movedim', axis, x.shape.length))) as [number[], number[]];
  if (sources.length !== targets.length || new Set(sources).size !== sources.length || new Set(targets).size !== targets.length) fail('movedim', `${show(sources)} cannot move to ${show(targets)}`, 'Name each axis once.');
  const rest = x.shape.map((_, i) => i).filter((i) => !sources.includes(i));
  return permute(x, x.shape.map((_, i) => (targets.includes(i) ? sources[targets.indexOf(i)]! : rest.shift()!)));
}

/** Copies laid side by side: `counts[i]` times along axis i; leading axes may be added. */
export function repeat(x: Tensor, counts: readonly number[]): Tensor {
  const lead = counts.length - x.shape.length;
  if (lead < 0 || counts.some((count) => !Number.isInteger(count) || count < 0)) fail('repeat', `${show(counts)} for ${show(x.shape)}`, 'Give one whole number per axis, with more for new leading axes; tile takes fewer.');
  const sizes = counts.map((_, i) => (i < lead ? 1 : x.shape[i - lead]!));
  return scope(() => reshape(expand(reshape(x, sizes.flatMap((size) => [1, size])), sizes.flatMap((size, i) => [counts[i]!, size])), sizes.map((size, i) => size * counts[i]!)), 'repeat');
}

/** As {@link repeat}, for the last axes where fewer counts are given. */
export const tile = (x: Tensor, counts: readonly number[]): Tensor => repeat(x, [...Array<number>(Math.max(0, x.shape.length - counts.length)).fill(1), ...counts]);

/** Each element `count` times in a row, along `axis` (default: of the flattened tensor). */
export function repeatInterleave(x: Tensor, count: number, axis?: number): Tensor {
  return scope(() => {
    if (axis === undefined) return repeatInterleave(x.flatten(), count, 0);
    const on = normalizeAxis('repeatInterleave', axis, x.shape.length);
    const wide = x.unsqueeze(on + 1);
    return reshape(expand(wide, wide.shape.map((size, i) => (i === on + 1 ? count : size))), x.shape.map((size, i) => (i === on ? size * count : size)));
  }, 'repeatInterleave');
}

/** Moves elements `shifts` places on, around the end; without axes on the flattened tensor. */
export function roll(x: Tensor, shifts: number | readonly number[], axes?: number | readonly number[]): Tensor {
  if (axes === undefined) return scope(() => reshape(roll(x.flatten(), shifts, 0), x.shape), 'roll');
  const [by, on] = [[shifts].flat(), [axes].flat()];
  if (by.length !== on.length) fail('roll', `${by.length} shifts for ${on.length} axes`);
  return scope(() => on.reduce((y, axis, i) => {
    const at = normalizeAxis('roll', axis, x.shape.length);
    const size = x.shape[at]!;
    const shift = size === 0 ? 0 : ((by[i]! % size) + size) % size;
    return shift === 0 ? y : concat([slice(y, at, size - shift, shift, 1), slice(y, at, 0, size - shift, 1)], at);
  }, x), 'roll');
}

/** `k` quarter turns from the first of two axes towards the second. */
export function rot90(x: Tensor, k: number, [first, second]: readonly [number, number]): Tensor {
  const turns = ((k % 4) + 4) % 4;
  return scope(() => turns === 0 ? x : turns === 1 ? transpose(flip(x, second), first, second) : turns === 2 ? flip(x, [first, second]) : flip(transpose(x, first, second), second), 'rot90');
}

/** All to their common shape by NumPy's rule. */
export function broadcastTensors(...tensors: Tensor[]): Tensor[] {
  const shape = broadcastShapes('broadcastTensors', ...tensors.map((tensor) => tensor.shape));
  return tensors.map((tensor) => expand(tensor, shape));
}

/** Coordinate grids of vectors: one tensor per vector, all of the shape of their lengths; 'xy' swaps the first two axes. */
export function meshgrid(tensors: readonly Tensor[], { indexing = 'ij' }: { readonly indexing?: 'ij' | 'xy' } = {}): Tensor[] {
  const sizes = tensors.map(({ shape, numel }) => (shape.length > 1 ? fail('meshgrid', `${show(shape)} is not a vector`, 'Flatten it first.') : numel));
  return scope(() => tensors.map((tensor, i): Tensor => {
    const grid = expand(reshape(tensor, sizes.map((size, axis) => (axis === i ? size : 1))), sizes);
    return indexing === 'xy' && sizes.length > 1 ? transpose(grid, 0, 1) : grid;
  }), 'meshgrid');
}

