/** Means and p-norms of windows, and pools to a given size. */
import { fail, fuse, type Scalar, scope, show, type Tensor, tensor } from '@nn/tensor';
import { padded, perAxis, type Sizes, windows } from '../convolution/windows.ts';
import { type Placed, placed } from '../positional.ts';
import { type Frame, frameOf, type PoolOptions } from './frame.ts';

/** What {@link avgPool1d} and its like take. */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether padding counts as zeros in the mean. Default true. */
  readonly countIncludePad?: boolean;
  /** Divides by this instead of the number of elements. */
  readonly divisorOverride?: number;
}

export const batched = (operation: string, rank: number, x: Tensor, body: (batch: Tensor) => Tensor): Tensor => scope(() => {
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

/**
 * The mean of each window of one axis. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool1d.html
 *
 * @example
 * avgPool1d(tensor([[1, 2, 3, 4]]), 2); // [[1.5, 3.5]]
 */
export const avgPool1d = (x: Tensor, kernelSize: Sizes, ...rest: Placed<AvgPoolOptions>): Tensor => avgPool('avgPool1d', 1, x, kernelSize, placed(rest));
/**
 * {@link avgPool1d} of images. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
 * @example
 * avgPool2d(tensor([[[1, 2], [3, 4]]]), 2); // [[[2.5]]]
 */
export const avgPool2d = (x: Tensor, kernelSize: Sizes, ...rest: Placed<AvgPoolOptions>): Tensor => avgPool('avgPool2d', 2, x, kernelSize, placed(rest));
/**
 * {@link avgPool1d} of volumes. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool3d.html
 *
 * @example
 * avgPool3d(ones([1, 2, 4, 4, 4]), 2).shape; // [1, 2, 2, 2, 2]
 */
export const avgPool3d = (x: Tensor, kernelSize: Sizes, ...rest: Placed<AvgPoolOptions>): Tensor => avgPool('avgPool3d', 3, x, kernelSize, placed(rest));

/** What {@link lpPool1d} and its like take. */
export type LPPoolOptions = Omit<PoolOptions, 'padding'>;

/** The root of a sum; no slope, instead of an infinite one, where the sum is 0. */
const root = fuse((mean: Scalar, area: Scalar, exponent: Scalar) => {
  const none = mean.eq(0);
  return mean.maskedFill(none, 1).mul(area).pow(exponent).maskedFill(none, 0);
});
/** A window that reaches beyond the end counts as if it were whole: its mean times the size of a window, as PyTorch has it. */
export function lpPool(operation: string, rank: number, x: Tensor, normType: number, kernelSize: Sizes, options: LPPoolOptions): Tensor {
  const area = perAxis(operation, 'kernelSize', kernelSize, rank).reduce((a, b) => a * b);
  return scope(() => root(avgPool(operation, rank, x.pow(normType), kernelSize, options), area, 1 / normType), operation);
}
/**
 * `(sum x^p)^(1/p)` of each window of one axis. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool1d.html
 *
 * @example
 * lpPool1d(tensor([[3, 4, 6, 8]]), 2, 2); // [[5, 10]]
 */
export const lpPool1d = (x: Tensor, normType: number, kernelSize: Sizes, ...rest: Placed<LPPoolOptions, never>): Tensor => lpPool('lpPool1d', 1, x, normType, kernelSize, placed(rest));
/**
 * {@link lpPool1d} of images. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool2d.html
 *
 * @example
 * lpPool2d(ones([1, 2, 4, 4]), 2, 2).shape; // [1, 2, 2, 2]
 */
export const lpPool2d = (x: Tensor, normType: number, kernelSize: Sizes, ...rest: Placed<LPPoolOptions, never>): Tensor => lpPool('lpPool2d', 2, x, normType, kernelSize, placed(rest));
