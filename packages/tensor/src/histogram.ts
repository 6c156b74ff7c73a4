/** Counting elements by value. A part is found by one map, counted by a scatter, so nothing has to be read. */
import { isFloat } from './dtype.ts';
import { fail } from './errors.ts';
import type { Scalar } from './expr/scalar.ts';
import { fuse } from './fuse.ts';
import { positions } from './positions.ts';
import { run } from './primitives.ts';
import { quietly } from './reductions.ts';
import type { Tensor } from './tensor.ts';

const bin = fuse((x: Scalar, low: Scalar, high: Scalar, bins: Scalar) => {
  const place = x.sub(low).mul(bins).div(high.sub(low)).floor().minimum(bins.sub(1));
  return place.where(x.ge(low).logicalAnd(x.le(high)), -1).cast('int32');
});

/** How many elements lie in each of `bins` equal parts of [min, max]; both 0 (default): the range of the data. The last part includes its end. */
export function histc(x: Tensor, bins: number, min: number, max: number): Tensor {
  if (!Number.isInteger(bins) || bins < 1) fail('histc', `${bins} bins`, 'Use a whole number from 1 on.');
  if (min > max) fail('histc', `min ${min} is above max ${max}`);
  return quietly(() => {
    const own = min === 0 && max === 0 && x.numel > 0;
    const [low, high] = own ? [x.amin(), x.amax()] : [x.newFull([], min), x.newFull([], max)];
    const flat = high.eq(low);
    const place = bin(x.flatten(), low.sub(flat.cast(x.dtype)), high.add(flat.cast(x.dtype)), bins);
    return run('scatterAdd', [x.newFull(place.shape, 1), place], { axis: 0, shape: [bins] })[0]!;
  }, 'histc');
}

/** Counts per part (`hist`, in the dtype of the data), and where the parts begin and end (`binEdges`, one more). */
export interface Histogram { readonly hist: Tensor; readonly binEdges: Tensor }
/** `range`: [min, max] (default: of the data). `density`: divided by the number of elements and the width of a part. */
export interface HistogramOptions { readonly range?: readonly [number, number]; readonly density?: boolean }

/** As {@link histc}, with the edges of the parts. */
export function histogram(x: Tensor, bins: number, { range: [min, max] = [0, 0], density = false }: HistogramOptions = {}): Histogram {
  if (!isFloat(x.dtype)) fail('histogram', `${x.dtype} has no fractions`, 'Cast it first: x.float().histogram(bins).');
  return quietly(() => {
    const hist = histc(x, bins, min, max);
    const own = min === max && x.numel > 0;
    const [low, high] = own ? [x.amin(), x.amax()] : [x.newFull([], min), x.newFull([], max)];
    const flat = high.eq(low).cast(x.dtype);
    const [from, to] = own ? [low.sub(flat.mul(0.5)), high.add(flat.mul(0.5))] : [low, high];
    const part = positions(x, [bins + 1], 0).cast(x.dtype).div(bins);
    return { hist: density ? hist.div(hist.sum()).div(to.sub(from).div(bins)) : hist, binEdges: from.lerp(to, part) };
  }, 'histogram');
}
