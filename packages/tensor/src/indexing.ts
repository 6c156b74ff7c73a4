/** Picking elements: by ranges (views), and by index tensors (gathers). */
import { isInteger } from './dtype.ts';
import { fail, message, show } from './errors.ts';
import { type ScalarFunction, trace } from './expr/function.ts';
import { handle } from './handle.ts';
import { isContiguous } from './layout.ts';
import { expand, reshape, slice } from './movement.ts';
import { run } from './primitives.ts';
import { scope } from './scope.ts';
import { normalizeAxis, type Shape } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** `start:stop:step` of Python's slices; a negative step walks backwards. */
export class Range {
  readonly start: number | undefined;
  readonly stop: number | undefined;
  readonly step: number;

  constructor(start?: number, stop?: number, step = 1) {
    if (!Number.isInteger(step) || step === 0) fail('range', `the step is ${step}`, 'Use a whole number other than 0.');
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/** `start:stop:step`: ends count from the back where negative and are cut to the axis. `range(1)` is `1:`. */
export const range = (start?: number, stop?: number, step?: number): Range => new Range(start, stop, step);
/** A whole axis: `:`. */
export const all: Range = /*@__PURE__*/ new Range();
/**
 * What `at` takes for an axis: a position (drops the axis), a range, or an index tensor (its shape takes the place of the axis);
 * a mask for as many axes as it has; `null` for a new axis; `'...'` for all axes that are not named.
 */
export type Index = number | Range | Tensor | null | '...';

/** First position, count and step of a range on an axis of `size`, by Python's rules. */
function resolve({ start, stop, step }: Range, size: number): [number, number, number] {
  const cut = (value: number, low: number, high: number) => Math.min(Math.max(value < 0 ? value + size : value, low), high);
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const from = start === undefined ? (step > 0 ? 0 : size - 1) : cut(start, low, high);
  const to = stop === undefined ? (step > 0 ? size : -1) : cut(stop, low, high);
  return [Math.max(0, from), Math.max(0, Math.ceil((to - from) / step)), step];
}

/** `x[i, j:k, ...]` as a view. */
export function at(x: Tensor, indices: readonly (number | Range)[]): Tensor {
  if (indices.length > x.shape.length) fail('at', `${indices.length} indices for ${show(x.shape)}`, `It has ${x.shape.length} axes.`);
  return scope(() => {
    let y = x;
    for (const [axis, index] of indices.entries()) {
      const size = x.shape[axis]!;
      if (typeof index !== 'number') y = slice(y, axis, ...resolve(index, size));
      else if (!Number.isInteger(index) || index < -size || index >= size) fail('at', `index ${index} is out of range on axis ${axis} of ${show(x.shape)}`, size === 0 ? 'The axis is empty.' : `Use ${-size} to ${size - 1}.`);
      else y = slice(y, axis, index < 0 ? index + size : index, 1, 1);
    }
    return reshape(y, y.shape.filter((_, axis) => typeof indices[axis] !== 'number'));
  }, 'at');
}

/** Indices that the host looks at itself. */
const MOST_ON_HOST = 65536;
const outside = trace(['int32'], ['int32'], ([index], [size]) => [index!.lt(0).logicalOr(index!.ge(size!)).cast('int32')]);

/** Reports indices that are not in [0, size), unless `ignored`: at once on a device that can be read at once, else at the next awaited read. */
export function checkIndices(operation: string, index: Tensor, size: number, what: 'an index' | 'a label' | 'an offset' = 'an index', ignored?: number): void {
  const text = () => message(operation, `${what} is out of range`, `Use 0 to ${size - 1}${ignored === undefined ? '' : `, or ${ignored} to leave an element out`}.`);
  const own = index[handle];
  if (index.device.synchronous && isInteger(index.dtype) && isContiguous(own.layout) && index.numel <= MOST_ON_HOST) {
    // Indices come from the host, mostly: they are there, while a kernel would have to wait for all that was asked for before.
    const values = index.device.readSync(own.view(operation).storage, own.layout.offset, index.numel);
    if (values.some((value) => (value < 0 || value >= size) && value !== ignored)) throw new RangeError(text());
    return;
  }
  scope(() => {
    const places = index.cast('int32')[handle].view(operation);
    index.device.guard(ignored === undefined ? outside : outsideBut, [places], ignored === undefined ? [size] : [size, ignored], index.shape, text());
  }, operation);
}
const outsideBut: ScalarFunction = trace(['int32'], ['int32', 'int32'], ([index], [size, ignored]) =>
  [index!.lt(0).logicalOr(index!.ge(size!)).logicalAnd(index!.ne(ignored!)).cast('int32')]);

function requireIndex(operation: string, x: Tensor, index: Tensor): void {
  if (!isInteger(index.dtype)) fail(operation, `the index is ${index.dtype}`, 'Cast it to int32.');
  if (index.shape.length !== x.shape.length) fail(operation, `${show(x.shape)} and the index ${show(index.shape)} differ in their number of axes`);
}

/** `out[i][j] = x[index[i][j]][j]` for axis 0. */
export function gather(x: Tensor, axis: number, index: Tensor): Tensor {
  const on = normalizeAxis('gather', axis, x.shape.length);
  requireIndex('gather', x, index);
  if (index.shape.some((size, i) => i !== on && size > x.shape[i]!)) fail('gather', `the index ${show(index.shape)} is larger than ${show(x.shape)} on another axis than ${axis}`);
  checkIndices('gather', index, x.shape[on]!);
  return scope(() => {
    const source = x.shape.reduce((y, _, i) => (i === on ? y : slice(y, i, 0, index.shape[i]!, 1)), x);
    return run('gather', [source, index.cast('int32')], { axis: on })[0]!;
  }, 'gather');
}

/** Whole slices of `axis`, in the order of a 1-D index. */
export function indexSelect(x: Tensor, axis: number, index: Tensor): Tensor {
  const on = normalizeAxis('indexSelect', axis, x.shape.length);
  if (index.shape.length !== 1) fail('indexSelect', `the index is ${show(index.shape)}`, 'It must have one axis.');
  return scope(() => gather(x, on, spread(index, x.shape, on)), 'indexSelect');
}

/** A 1-D index repeated over all other axes. */
export function spread(index: Tensor, shape: Shape, axis: number): Tensor {
  const count = index.shape[0]!;
  return expand(reshape(index, shape.map((_, i) => (i === axis ? count : 1))), shape.map((size, i) => (i === axis ? count : size)));
}

/** `x`, with `out[index[i][j]][j] += source[i][j]` for axis 0, summed in the order of i. */
export function scatterAdd(x: Tensor, axis: number, index: Tensor, source: Tensor): Tensor {
  const on = normalizeAxis('scatterAdd', axis, x.shape.length);
  requireIndex('scatterAdd', x, index);
  if (index.shape.some((size, i) => size > source.shape[i]! || (i !== on && size > x.shape[i]!)) || source.shape.length !== x.shape.length) {
    fail('scatterAdd', `the index ${show(index.shape)} is larger than the source ${show(source.shape)} or ${show(x.shape)}`);
  }
  checkIndices('scatterAdd', index, x.shape[on]!);
  return scope(() => {
    const used = index.shape.reduce((y, size, i) => slice(y, i, 0, size, 1), source);
    const missing = x.shape.flatMap((size, i) => (i === on ? [0, 0] : [size - index.shape[i]!, 0])).reverse();
    const [whole, places] = [used, index.cast('int32')].map((part) => part.pad(missing));
    return x.add(run('scatterAdd', [whole!, places!], { axis: on, shape: x.shape })[0]!);
  }, 'scatterAdd');
}
