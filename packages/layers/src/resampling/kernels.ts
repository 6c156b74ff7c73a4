/** From which elements, with which weights, interpolation takes its values on one axis. */
import type { Taps } from './resample.ts';

export type InterpolationMode = 'nearest' | 'nearest-exact' | 'linear' | 'bilinear' | 'trilinear' | 'bicubic' | 'area';

/** An axis of `size` elements becomes one of `count`; `scale` is given where the user named a factor. */
export interface Axis { readonly size: number; readonly count: number; readonly scale?: number | undefined }

const clamped = (place: number, size: number): number => Math.min(Math.max(place, 0), size - 1);
const each = (count: number, taps: (i: number) => Taps): Taps[] => Array.from({ length: count }, (_, i) => taps(i));

/** The element whose cell holds the result's left edge, or (`exact`) its middle; in float32, as PyTorch counts. */
export function nearest({ size, count, scale }: Axis, exact: boolean): Taps[] {
  const step = Math.fround(scale === undefined ? size / count : 1 / scale);
  return each(count, (i) => [[clamped(Math.floor(Math.fround(Math.fround(i + (exact ? 0.5 : 0)) * step)), size), 1]]);
}

/** Where result `i` lies between the elements: corners on corners, or edges on edges. */
function positions({ size, count, scale }: Axis, alignCorners: boolean): (i: number) => number {
  if (alignCorners) return (i) => (count > 1 ? (i * (size - 1)) / (count - 1) : 0);
  const step = scale === undefined ? size / count : 1 / scale;
  return (i) => step * (i + 0.5) - 0.5;
}

export function linear(axis: Axis, alignCorners: boolean): Taps[] {
  const position = positions(axis, alignCorners);
  return each(axis.count, (i) => {
    const at = clamped(position(i), axis.size);
    const low = Math.floor(at);
    return [[low, 1 - (at - low)], [Math.min(low + 1, axis.size - 1), at - low]];
  });
}

/** Keys' cubic with parameter `a`, at distance `x`. */
const keys = (x: number, a: number): number => {
  const d = Math.abs(x);
  return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((d - 5) * d + 8) * d * a - 4 * a : 0;
};

/** Source: Keys 1981, Cubic convolution interpolation for digital image processing, with a = -0.75; the edge repeats. */
export function cubic(axis: Axis, alignCorners: boolean): Taps[] {
  const position = positions(axis, alignCorners);
  return each(axis.count, (i) => {
    const at = position(i);
    const low = Math.floor(at);
    return [-1, 0, 1, 2].map((offset) => [clamped(low + offset, axis.size), keys(at - low - offset, -0.75)] as const);
  });
}

/** Filters as wide as the step, so that all elements count when an image shrinks; at the edges weights are scaled to sum to 1. */
export function antialiased({ size, count, scale }: Axis, alignCorners: boolean, shape: 'linear' | 'cubic'): Taps[] {
  const step = alignCorners ? (count > 1 ? (size - 1) / (count - 1) : 0) : scale === undefined ? size / count : 1 / scale;
  const [radius, filter] = shape === 'linear' ? [1, (x: number) => Math.max(0, 1 - Math.abs(x))] as const : [2, (x: number) => keys(x, -0.5)] as const;
  const width = Math.max(1, step);
  return each(count, (i) => {
    const middle = step * (i + 0.5);
    const from = Math.max(Math.trunc(middle - radius * width + 0.5), 0);
    const to = Math.min(Math.trunc(middle + radius * width + 0.5), size);
    const weights = Array.from({ length: to - from }, (_, k) => filter((from + k - middle + 0.5) / width));
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight, k) => [from + k, weight / total] as const);
  });
}

/** Parts that cover an axis evenly: the i-th reaches from floor(i size / count) to ceil((i + 1) size / count). */
export const parts = ({ size, count }: Axis): (readonly [start: number, end: number])[] =>
  Array.from({ length: count }, (_, i) => [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)]);

/** Means over {@link parts}. */
export const area = (axis: Axis): Taps[] => parts(axis).map(([start, end]) => Array.from({ length: end - start }, (_, k) => [start + k, 1 / (end - start)] as const));
