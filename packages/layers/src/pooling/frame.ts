/** Where the windows of a pool lie. */
import { fail, show } from '@nn/tensor';
import { perAxis, type Sizes } from '../convolution/windows.ts';

/** What all pools take beside the size of their windows. */
export interface PoolOptions {
  /** How far windows move. Default: their size, so that they do not overlap. */
  readonly stride?: Sizes | null;
  /** On both sides, at most half a window. Default 0. */
  readonly padding?: Sizes;
  /** Whether a last window that begins inside may reach beyond the end. Default false. */
  readonly ceilMode?: boolean;
}

/** Numbers for each spatial axis. */
export interface Frame {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** What is put before and after; the latter just so that all windows fit. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Windows. */
  readonly places: readonly number[];
}

export function frameOf(operation: string, size: readonly number[], kernelSize: Sizes, { stride, padding = 0, ceilMode = false }: PoolOptions, dilation: readonly number[]): Frame {
  const rank = size.length;
  const kernel = perAxis(operation, 'kernelSize', kernelSize, rank);
  const steps = stride === undefined || stride === null ? kernel : perAxis(operation, 'stride', stride, rank);
  const before = perAxis(operation, 'padding', padding, rank, 0);
  if (before.some((pad, i) => 2 * pad > kernel[i]!)) fail(operation, `padding ${show(before)} of windows of ${show(kernel)}`, 'It must be at most half a window.');
  const reach = kernel.map((own, i) => dilation[i]! * (own - 1) + 1);
  const places = size.map((own, i) => {
    const free = own + 2 * before[i]! - reach[i]!;
    const count = (ceilMode ? Math.ceil(free / steps[i]!) : Math.floor(free / steps[i]!)) + 1;
    // The last window has to begin in the input or before it.
    return ceilMode && (count - 1) * steps[i]! >= own + before[i]! ? count - 1 : count;
  });
  if (places.some((count) => count < 1)) fail(operation, `windows of ${show(kernel)} on ${show(size)} with padding ${show(before)}`, 'Use smaller windows, or pad.');
  const after = places.map((count, i) => (count - 1) * steps[i]! + reach[i]! - size[i]! - before[i]!);
  return { kernel, stride: steps, dilation, before, after, places };
}
