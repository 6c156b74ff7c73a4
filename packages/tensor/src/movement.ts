/** Views: these functions move no data (`reshape` copies where a view cannot say it). Axes may be negative. */
import { promote } from './dtype.ts';
import { fail, show } from './errors.ts';
import { mapped } from './mapped.ts';
import { run } from './primitives.ts';
import { checkShape, normalizeAxes, normalizeAxis, sameShape, type Shape, sizeOf } from './shape.ts';
import { scope } from './scope.ts';
import type { Tensor } from './tensor.ts';

const only = (outputs: Tensor[]): Tensor => outputs[0]!;

export function reshape(x: Tensor, sizes: Shape): Tensor {
  const open = sizes.indexOf(-1);
  const known = sizeOf(sizes.filter((size) => size !== -1));
  const shape = mapped(sizes, (size, i) => (i === open ? sizeOf(x.shape) / known : size));
  if (sizes.indexOf(-1, open + 1) > open && open >= 0) fail('reshape', `${show(sizes)} leaves several sizes open`, 'Write -1 once at most.');
  if (shape.some((size) => !Number.isInteger(size) || size < 0) || sizeOf(shape) !== sizeOf(x.shape)) {
    fail('reshape', `${show(x.shape)} has ${sizeOf(x.shape)} elements, ${show(sizes)} does not`);
  }
  return sameShape(shape, x.shape) ? x : only(run('reshape', [x], { shape }));
}

export function permute(x: Tensor, axes: readonly number[]): Tensor {
  const rank = x.shape.length;
  const order = axes.map((axis) => normalizeAxis('permute', axis, rank));
  if (order.length !== rank || new Set(order).size !== rank) fail('permute', `${show(axes)} does not name each of the ${rank} axes once`);
  return order.every((axis, i) => axis === i) ? x : only(run('permute', [x], { order }));
}

export function transpose(x: Tensor, first: number, second: number): Tensor {
  const [a, b] = [normalizeAxis('transpose', first, x.shape.length), normalizeAxis('transpose', second, x.shape.length)];
  return permute(x, mapped(x.shape, (_, i) => (i === a ? b : i === b ? a : i)));
}

export function expand(x: Tensor, sizes: Shape): Tensor {
  const lead = sizes.length - x.shape.length;
  const shape = mapped(sizes, (size, i) => (size === -1 && i >= lead ? x.shape[i - lead]! : size));
  checkShape('expand', shape);
  if (lead < 0 || x.shape.some((size, i) => size !== 1 && size !== shape[lead + i])) {
    fail('expand', `${show(x.shape)} cannot repeat to ${show(sizes)}`, 'Only axes of size 1 repeat.');
  }
  return sameShape(shape, x.shape) ? x : only(run('expand', [x], { shape }));
}

export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  const drop = normalizeAxes('squeeze', axes, x.shape.length);
  return reshape(x, x.shape.filter((size, axis) => size !== 1 || !drop.includes(axis)));
}

export function unsqueeze(x: Tensor, axis: number): Tensor {
  const at = normalizeAxis('unsqueeze', axis, x.shape.length + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

export function flatten(x: Tensor, startAxis: number, endAxis: number): Tensor {
  if (x.shape.length === 0) return reshape(x, [1]);
  const [from, to] = [normalizeAxis('flatten', startAxis, x.shape.length), normalizeAxis('flatten', endAxis, x.shape.length)];
  if (from > to) fail('flatten', `axis ${startAxis} comes after ${endAxis}`);
  return reshape(x, [...x.shape.slice(0, from), sizeOf(x.shape.slice(from, to + 1)), ...x.shape.slice(to + 1)]);
}

/** `size` elements from `start` on, `step` apart (negative: backwards). */
export function slice(x: Tensor, axis: number, start: number, size: number, step: number): Tensor {
  if (start === 0 && step === 1 && size === x.shape[axis]) return x;
  return only(run('slice', [x], { axis, start, size, step }));
}

/** Axis `axis` as several of `sizes`; one may be -1. */
export function unflatten(x: Tensor, axis: number, sizes: Shape): Tensor {
  const at = normalizeAxis('unflatten', axis, x.shape.length);
  const known = sizeOf(sizes.filter((size) => size !== -1));
  const whole = sizes.map((size) => (size === -1 ? x.shape[at]! / known : size));
  if (whole.length === 0 || sizeOf(whole) !== x.shape[at] || whole.some((size) => !Number.isInteger(size))) fail('unflatten', `axis ${axis} of ${show(x.shape)} has ${x.shape[at]} elements, ${show(sizes)} does not`);
  return reshape(x, [...x.shape.slice(0, at), ...whole, ...x.shape.slice(at + 1)]);
}

export function narrow(x: Tensor, axis: number, start: number, length: number): Tensor {
  const at = normalizeAxis('narrow', axis, x.shape.length);
  const size = x.shape[at]!;
  const from = start < 0 ? start + size : start;
  if (!(from >= 0 && length >= 0 && from + length <= size)) fail('narrow', `elements ${start} to ${start + length} are not all on axis ${axis} of ${show(x.shape)}`);
  return slice(x, at, from, length, 1);
}

export function flip(x: Tensor, axes?: number | readonly number[]): Tensor {
  return scope(() => normalizeAxes('flip', axes, x.shape.length).reduce((y, axis) => slice(y, axis, Math.max(0, x.shape[axis]! - 1), x.shape[axis]!, -1), x), 'flip');
}

/** Pairs (before, after) from the last axis backwards, as PyTorch's `pad`; negative ones crop. */
export function pad(x: Tensor, padding: readonly number[], value: number): Tensor {
  const rank = x.shape.length;
  if (padding.length % 2 !== 0 || padding.length > 2 * rank) fail('pad', `${show(padding)} is not up to ${rank} pairs`, 'Give (before, after) for the last axis, then for the one before it, ...');
  const padded = (from: Tensor): Tensor => {
    let y = from;
    for (let i = 0; i < padding.length; i += 2) {
      const [axis, before, after] = [rank - 1 - i / 2, padding[i]!, padding[i + 1]!];
      if (from.shape[axis]! + before + after < 0) fail('pad', `${show(padding)} crops more than axis ${axis} of ${show(from.shape)} has`);
      if (before !== 0 || after !== 0) y = only(run('pad', [y], { axis, before, after }));
    }
    return y;
  };
  return scope(() => value === 0 ? padded(x) : padded(x).where(padded(x.newFull([], 1, { dtype: 'bool' }).expand(x.shape)), value), 'pad');
}

/** Sliding windows of `size` on `axis`, on a new last axis. */
export function unfold(x: Tensor, axis: number, size: number, step: number, dilation: number): Tensor {
  const rank = x.shape.length;
  const at = normalizeAxis('unfold', axis, rank);
  const reach = (size - 1) * dilation + 1;
  if (!(size > 0 && step > 0 && dilation > 0) || reach > x.shape[at]!) {
    fail('unfold', `windows of ${size} (step ${step}, dilation ${dilation}) do not fit on axis ${axis} of ${show(x.shape)}`, 'Use a smaller window, or pad first.');
  }
  const places = x.shape[at]! - reach + 1;
  return scope(() => {
    const spread = expand(unsqueeze(x, rank), [...x.shape, size]);
    const windows = only(run('skew', [spread], { axis: at, size: places, shift: -dilation }));
    return slice(windows, at, 0, Math.ceil(places / step), step);
  }, 'unfold');
}

export function diagonal(x: Tensor, offset: number, first: number, second: number): Tensor {
  const [a, b] = [normalizeAxis('diagonal', first, x.shape.length), normalizeAxis('diagonal', second, x.shape.length)];
  if (a === b) fail('diagonal', `it needs two axes, not ${first} twice`);
  if (!Number.isInteger(offset)) fail('diagonal', `the offset is ${offset}`, 'Use a whole number.');
  if (offset === 0) return only(run('diagonal', [x], { a, b }));
  const [axis, by] = offset > 0 ? [b, offset] : [a, -offset];
  const from = Math.min(by, x.shape[axis]!);
  return scope(() => only(run('diagonal', [slice(x, axis, from, x.shape[axis]! - from, 1)], { a, b })), 'diagonal');
}

/** Joins along an existing axis. */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  const first = tensors[0] ?? fail('concat', 'no tensors were given');
  const at = normalizeAxis('concat', axis, first.shape.length);
  for (const { shape } of tensors) {
    if (shape.length !== first.shape.length || shape.some((size, i) => i !== at && size !== first.shape[i])) {
      fail('concat', `${show(first.shape)} and ${show(shape)} differ on other axes than ${axis}`);
    }
  }
  const dtype = tensors.map((tensor) => tensor.dtype).reduce(promote);
  if (tensors.some((tensor) => tensor.dtype !== dtype)) return scope(() => concat(tensors.map((tensor) => tensor.cast(dtype)), at), 'concat');
  const room = first.device.limits.slices ? Infinity : Math.min(first.device.limits.inputs, first.device.limits.bindings - 1);
  if (tensors.length === 1) return first;
  if (tensors.length <= room) return only(run('concat', tensors, { axis: at }));
  return scope(() => concat(Array.from({ length: Math.ceil(tensors.length / room) }, (_, i) => concat(tensors.slice(i * room, (i + 1) * room), at)), at), 'concat');
}

/** Joins along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) fail('stack', 'no tensors were given');
  const at = normalizeAxis('stack', axis, tensors[0]!.shape.length + 1);
  return scope(() => concat(tensors.map((tensor) => unsqueeze(tensor, at)), at), 'stack');
}
