/** Means and p-norms of windows, and pools to a given size. */
import { fail, scope, show, type Tensor, tensor } from '@nn/tensor';
import { padded, perAxis, type Sizes, windows } from '../convolution/windows.ts';
import { area, parts } from '../resampling/kernels.ts';
import { resample } from '../resampling/resample.ts';
import { type Frame, frameOf, type PoolOptions } from './frame.ts';

/** What {@link avgPool1d} and its like take. */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether padding counts as zeros in the mean. Default true. */
  readonly countIncludePad?: boolean;
  /** Divides by this instead of the number of elements. */
  readonly divisorOverride?: number;
}

const batched = (operation: string, rank: number, x: Tensor, body: (batch: Tensor) => Tensor): Tensor => scope(() => {
  if (x.ndim === rank + 1) return body(x.unsqueeze(0)).squeeze(0);
  return x.ndim === rank + 2 ? body(x) : fail(operation, `the input is ${show(x.shape)}`, `Give [N, C${', L'.repeat(rank)}] or [C${', L'.repeat(rank)}].`);
}, operation);
const ofKernel = (rank: number): number[] => Array.from({ length: rank }, (_, i) => 2 + rank + i);
const ones = (rank: number): number[] => new Array<number>(rank).fill(1);

/** How many elements each window has on one axis: within the padding, or within the input. */
function counts({ kernel, stride, before, places }: Frame, size: readonly number[], includePad: boolean): number[][] {
  return places.map((count, i) => Array.from({ length: count }, (_, at) => {
    const start = at * stride[i]! - before[i]!;
    const end = Math.min(start + kernel[i]!, size[i]! + before[i]!);
    return includePad ? end - start : Math.min(end, size[i]!) - Math.max(start, 0);
  }));
}

export function avgPool(operation: string, rank: number, x: Tensor, kernelSize: Sizes, { countIncludePad = true, divisorOverride, ...options }: AvgPoolOptions): Tensor {
  if (divisorOverride === 0) fail(operation, 'divisorOverride is 0', 'Give another number.');
  return batched(operation, rank, x, (batch) => {
    const size = batch.shape.slice(2);
    const frame = frameOf(operation, size, kernelSize, options, ones(rank));
    const sums = windows(padded(batch, frame.before, frame.after), frame.kernel, frame.stride, frame.dilation).sum(ofKernel(rank));
    if (divisorOverride !== undefined) return sums.div(divisorOverride);
    const own = counts(frame, size, countIncludePad);
    if (own.every((axis) => axis.every((count) => count === axis[0]))) return sums.div(own.reduce((product, axis) => product * (axis[0] ?? 1), 1));
    return own.reduce((y, axis, i) => y.div(tensor(axis, { dtype: y.dtype, device: y.device, shape: [axis.length, ...ones(rank - 1 - i)] })), sums);
  });
}

/** The mean of each window of one axis. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool1d.html */
export const avgPool1d = (x: Tensor, kernelSize: Sizes, options: AvgPoolOptions = {}): Tensor => avgPool('avgPool1d', 1, x, kernelSize, options);
/**
 * {@link avgPool1d} of images. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
 * @example
 * avgPool2d(tensor([[[1, 2], [3, 4]]]), 2); // [[[2.5]]]
 */
export const avgPool2d = (x: Tensor, kernelSize: Sizes, options: AvgPoolOptions = {}): Tensor => avgPool('avgPool2d', 2, x, kernelSize, options);
/** {@link avgPool1d} of volumes. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool3d.html */
export const avgPool3d = (x: Tensor, kernelSize: Sizes, options: AvgPoolOptions = {}): Tensor => avgPool('avgPool3d', 3, x, kernelSize, options);

/** A window that reaches beyond the end counts as if it were whole: its mean times the size of a window, as PyTorch has it. */
export function lpPool(operation: string, rank: number, x: Tensor, normType: number, kernelSize: Sizes, options: Omit<PoolOptions, 'padding'>): Tensor {
  return scope(() => avgPool(operation, rank, x.pow(normType), kernelSize, options).mul(perAxis(operation, 'kernelSize', kernelSize, rank).reduce((a, b) => a * b)).pow(1 / normType), operation);
}
/** `(sum x^p)^(1/p)` of each window of one axis. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool1d.html */
export const lpPool1d = (x: Tensor, normType: number, kernelSize: Sizes, options: Omit<PoolOptions, 'padding'> = {}): Tensor => lpPool('lpPool1d', 1, x, normType, kernelSize, options);
/** {@link lpPool1d} of images. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool2d.html */
export const lpPool2d = (x: Tensor, normType: number, kernelSize: Sizes, options: Omit<PoolOptions, 'padding'> = {}): Tensor => lpPool('lpPool2d', 2, x, normType, kernelSize, options);

/** Sizes of a result: null keeps the input's. */
export type OutputSize = number | readonly (number | null)[];

const sizesOf = (operation: string, outputSize: OutputSize, size: readonly number[]): number[] =>
  perAxis(operation, 'outputSize', typeof outputSize === 'number' ? outputSize : outputSize.map((own, i) => own ?? size[i]!), size.length);

/** Windows side by side, where they divide the axes: [N, C, count, size / count, ...]. */
const tiles = (x: Tensor, wanted: readonly number[]): Tensor => x.reshape(...x.shape.slice(0, 2), ...wanted.flatMap((count, i) => [count, x.shape[2 + i]! / count]));

/** The mean over windows that give the wanted size. */
export function adaptiveAvgPool(operation: string, rank: number, x: Tensor, outputSize: OutputSize): Tensor {
  return batched(operation, rank, x, (batch) => {
    const size = batch.shape.slice(2);
    const wanted = sizesOf(operation, outputSize, size);
    if (wanted.every((count, i) => size[i]! % count === 0)) return tiles(batch, wanted).mean(wanted.map((_, i) => 3 + 2 * i));
    return wanted.reduce((y, count, i) => resample(y, 2 + i, area({ size: size[i]!, count })), batch);
  });
}
/** The mean over windows that make the axis `outputSize` long. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool1d.html */
export const adaptiveAvgPool1d = (x: Tensor, outputSize: OutputSize): Tensor => adaptiveAvgPool('adaptiveAvgPool1d', 1, x, outputSize);
/**
 * {@link adaptiveAvgPool1d} of images. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool2d.html
 * @example
 * adaptiveAvgPool2d(ones([1, 8, 7, 5]), 1).shape; // [1, 8, 1, 1]
 */
export const adaptiveAvgPool2d = (x: Tensor, outputSize: OutputSize): Tensor => adaptiveAvgPool('adaptiveAvgPool2d', 2, x, outputSize);
/** {@link adaptiveAvgPool1d} of volumes. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool3d.html */
export const adaptiveAvgPool3d = (x: Tensor, outputSize: OutputSize): Tensor => adaptiveAvgPool('adaptiveAvgPool3d', 3, x, outputSize);

/** The largest over the same windows, axis by axis; a window that is shorter than others sees its last element again. */
export function adaptiveMaxPool(operation: string, rank: number, x: Tensor, outputSize: OutputSize): Tensor {
  return batched(operation, rank, x, (batch) => {
    const size = batch.shape.slice(2);
    const wanted = sizesOf(operation, outputSize, size);
    return wanted.reduceRight((y, count, i) => {
      const own = parts({ size: size[i]!, count });
      const longest = Math.max(...own.map(([start, end]) => end - start));
      const index = own.flatMap(([start, end]) => Array.from({ length: longest }, (_, k) => Math.min(start + k, end - 1)));
      const wins = y.indexSelect(2 + i, tensor(index, { dtype: 'int32', device: y.device })).unflatten(2 + i, [count, longest]);
      return wins.max(3 + i).values;
    }, batch);
  });
}
/** The largest over windows that make the axis `outputSize` long. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool1d.html */
export const adaptiveMaxPool1d = (x: Tensor, outputSize: OutputSize): Tensor => adaptiveMaxPool('adaptiveMaxPool1d', 1, x, outputSize);
/** {@link adaptiveMaxPool1d} of images. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool2d.html */
export const adaptiveMaxPool2d = (x: Tensor, outputSize: OutputSize): Tensor => adaptiveMaxPool('adaptiveMaxPool2d', 2, x, outputSize);
/** {@link adaptiveMaxPool1d} of volumes. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool3d.html */
export const adaptiveMaxPool3d = (x: Tensor, outputSize: OutputSize): Tensor => adaptiveMaxPool('adaptiveMaxPool3d', 3, x, outputSize);
