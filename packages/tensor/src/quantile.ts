/** Elements by their rank: the k-th, the middle one, quantiles. Gradients go to the elements that were taken. */
import { isFloat } from './dtype.ts';
import { fail, show } from './errors.ts';
import { stack } from './movement.ts';
import { kept, quietly, type ReduceOptions } from './reductions.ts';
import { normalizeAxis } from './shape.ts';
import { scope } from './scope.ts';
import { argsort, pick, sort } from './sort.ts';
import { type Chosen, ofScalar } from './statistics.ts';
import type { Tensor } from './tensor.ts';

/** The `k`-th smallest element (from 1) along `axis`. */
export function kthvalue(x: Tensor, k: number, axis: number, options: ReduceOptions = {}): Chosen {
  if (x.shape.length === 0) return ofScalar('kthvalue', x, axis, (vector, on) => kthvalue(vector, k, on));
  const on = normalizeAxis('kthvalue', axis, x.shape.length);
  if (!Number.isInteger(k) || k < 1 || k > x.shape[on]!) fail('kthvalue', `there is no element ${k} of ${x.shape[on]} on axis ${axis} of ${show(x.shape)}`, 'The smallest is number 1.');
  return scope(() => chosen(x, on, quietly(() => argsort(x, on).narrow(on, k - 1, 1).clone()), options), 'kthvalue');
}

function chosen(x: Tensor, axis: number, places: Tensor, options: ReduceOptions): Chosen {
  return { values: kept(x, [axis], pick(x, axis, places).squeeze(axis), options), indices: kept(x, [axis], places.squeeze(axis), options) };
}

/** The middle element along `axis`, the lower of two; the first NaN where there is one. */
export function median(x: Tensor, axis: number, options: ReduceOptions = {}): Chosen {
  if (x.shape.length === 0) return ofScalar('median', x, axis, median);
  const on = normalizeAxis('median', axis, x.shape.length);
  if (x.shape[on] === 0) fail('median', `axis ${axis} of ${show(x.shape)} is empty`);
  return scope(() => chosen(x, on, quietly(() => {
    const middle = argsort(x, on).narrow(on, (x.shape[on]! - 1) >> 1, 1);
    if (!isFloat(x.dtype)) return middle.clone();
    const nan = x.isnan().int();
    return nan.argmax(on, { keepDim: true }).where(nan.amax(on, { keepDim: true }).bool(), middle);
  }), options), 'median');
}

/** The middle element of all, the lower of two: NaN where one is, or of nothing. Elements equal to it share the gradient. */
export function middle(x: Tensor): Tensor {
  if (x.numel === 0 && isFloat(x.dtype)) return x.newFull([], NaN);
  return scope(() => {
    const flat = x.flatten();
    const value = quietly(() => median(flat, 0).values);
    return isFloat(x.dtype) ? flat.where(quietly(() => flat.eq(value).logicalOr(flat.isnan())), -Infinity).amax() : value;
  }, 'median');
}

/** How `quantile` fills the gap between two elements. */
export type Interpolation = 'linear' | 'lower' | 'higher' | 'nearest' | 'midpoint';
export interface QuantileOptions extends ReduceOptions { readonly interpolation?: Interpolation }

/** The `q`-quantiles along `axis` (default: of all elements), for several `q` on a new first axis. NaN where an element is NaN. */
export function quantile(x: Tensor, q: number | readonly number[], axis: number | undefined, { interpolation = 'linear', keepDim = false }: QuantileOptions = {}): Tensor {
  const list = typeof q === 'number' ? [q] : q;
  if (list.some((part) => !(part >= 0 && part <= 1))) fail('quantile', `${show(list)} is not all in [0, 1]`);
  if (!isFloat(x.dtype)) fail('quantile', `${x.dtype} has no fractions`, 'Cast it first: x.float().quantile(q).');
  return scope(() => {
    const source = axis === undefined ? x.flatten() : x;
    const on = normalizeAxis('quantile', axis ?? 0, source.shape.length);
    const size = source.shape[on]!;
    if (size === 0) fail('quantile', `axis ${axis ?? 0} of ${show(x.shape)} is empty`);
    const { values } = sort(source, on);
    const nan = quietly(() => source.isnan().any(on, { keepDim: true }));
    const parts = list.map((part) => {
      const place = part * (size - 1);
      const [low, high] = [Math.floor(place), Math.ceil(place)];
      const near = Math.abs(place % 1) === 0.5 ? 2 * Math.round(place / 2) : Math.round(place);
      const weight = { linear: place - low, lower: 0, higher: 1, nearest: near - low, midpoint: 0.5 }[interpolation];
      const y = values.narrow(on, low, 1).lerp(values.narrow(on, high, 1), weight).maskedFill(nan, NaN);
      return axis === undefined ? y.reshape(...(keepDim ? x.shape.map(() => 1) : [])) : keepDim ? y : y.squeeze(on);
    });
    return typeof q === 'number' ? parts[0]! : stack(parts);
  }, 'quantile');
}
