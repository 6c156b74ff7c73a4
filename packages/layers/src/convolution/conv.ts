/** Convolutions as functions, in one, two and three dimensions. */
import { fail, scope, show, type Tensor } from '@nn/tensor';
import { type Placed, placed } from '../positional.ts';
import { correlate, type Slide, spread } from './correlate.ts';
import { perAxis, type Sizes } from './windows.ts';

/** Zeros on both sides; `'valid'` is none, `'same'` as many as keep the size. */
export type Padding = Sizes | 'same' | 'valid';

/** What {@link conv1d}, {@link conv2d} and {@link conv3d} take. */
export interface ConvOptions {
  /** How far the kernel moves. Default 1. */
  readonly stride?: Sizes | null;
  /** Zeros on both sides; `'valid'` is none, `'same'` as many as keep the size (with stride 1; the odd one goes to the end). Default 0. */
  readonly padding?: Padding;
  /** Distance between the elements that a kernel sees. Default 1. */
  readonly dilation?: Sizes;
  /** Channels fall into so many groups, each with kernels of its own. Default 1. */
  readonly groups?: number;
}

/** What {@link convTranspose1d} and its like take. */
export interface ConvTransposeOptions extends Omit<ConvOptions, 'padding'> {
  /** `dilation * (kernel - 1) - padding` zeros are put on both sides. Default 0. */
  readonly padding?: Sizes;
  /** How much longer the result is at the end of each axis: which of the inputs that the convolution makes equally long is meant. Default 0. */
  readonly outputPadding?: Sizes;
}

/** How a convolution pads: a number for each end of each axis. */
export function paddingOf(operation: string, padding: Padding, kernel: readonly number[], stride: readonly number[], dilation: readonly number[]): Pick<Slide, 'before' | 'after'> {
  if (padding === 'same') {
    if (stride.some((step) => step !== 1)) fail(operation, `padding 'same' with stride ${show(stride)}`, 'It needs stride 1: give a number.');
    const total = kernel.map((size, i) => dilation[i]! * (size - 1));
    return { before: total.map((size) => Math.floor(size / 2)), after: total.map((size) => Math.ceil(size / 2)) };
  }
  if (typeof padding === 'string' && padding !== 'valid') fail(operation, `padding is '${padding as string}'`, "Give numbers, 'same' or 'valid'.");
  const both = perAxis(operation, 'padding', padding === 'valid' ? 0 : padding, kernel.length, 0);
  return { before: both, after: both };
}

/** The convolution of `rank` spatial axes, as all three are. */
export function convolve(operation: string, rank: number, x: Tensor, weight: Tensor, bias: Tensor | null | undefined, { stride, padding = 0, dilation = 1, groups = 1 }: ConvOptions): Tensor {
  if (weight.ndim !== rank + 2) fail(operation, `the weight is ${show(weight.shape)}`, `Give [out, in / groups${', k'.repeat(rank)}].`);
  if (x.ndim !== rank + 2 && x.ndim !== rank + 1) fail(operation, `the input is ${show(x.shape)}`, `Give [N, C${', L'.repeat(rank)}] or [C${', L'.repeat(rank)}].`);
  return scope(() => {
    const batch = x.ndim === rank + 1 ? x.unsqueeze(0) : x;
    const [out, own] = weight.shape as [number, number];
    if (!Number.isInteger(groups) || groups < 1 || out % groups !== 0 || batch.shape[1] !== own * groups) {
      fail(operation, `an input of ${batch.shape[1]} channels, a weight ${show(weight.shape)} and ${groups} group${groups === 1 ? '' : 's'}`, `The weight takes ${own * groups} channels; its first size must be a multiple of groups.`);
    }
    const kernel = weight.shape.slice(2);
    const [steps, gaps] = [perAxis(operation, 'stride', stride ?? 1, rank), perAxis(operation, 'dilation', dilation, rank)];
    const slide = { stride: steps, dilation: gaps, groups, ...paddingOf(operation, padding, kernel, steps, gaps) };
    const short = kernel.findIndex((size, i) => batch.shape[2 + i]! + slide.before[i]! + slide.after[i]! < gaps[i]! * (size - 1) + 1);
    if (short >= 0) fail(operation, `a kernel of ${show(kernel)} (dilation ${show(gaps)}) on ${show(batch.shape.slice(2))} with padding ${show(slide.before)}`, 'Pad more, or use a smaller kernel.');
    const y = correlate(batch, weight, bias ?? undefined, slide);
    return batch === x ? y : y.squeeze(0);
  }, operation);
}

/** The transposed convolution of `rank` spatial axes. */
export function convolveTransposed(operation: string, rank: number, x: Tensor, weight: Tensor, bias: Tensor | null | undefined, { stride, padding = 0, outputPadding = 0, dilation = 1, groups = 1 }: ConvTransposeOptions): Tensor {
  if (weight.ndim !== rank + 2) fail(operation, `the weight is ${show(weight.shape)}`, `Give [in, out / groups${', k'.repeat(rank)}].`);
  if (x.ndim !== rank + 2 && x.ndim !== rank + 1) fail(operation, `the input is ${show(x.shape)}`, `Give [N, C${', L'.repeat(rank)}] or [C${', L'.repeat(rank)}].`);
  return scope(() => {
    const batch = x.ndim === rank + 1 ? x.unsqueeze(0) : x;
    if (!Number.isInteger(groups) || groups < 1 || weight.shape[0]! % groups !== 0 || batch.shape[1] !== weight.shape[0]) {
      fail(operation, `an input of ${batch.shape[1]} channels, a weight ${show(weight.shape)} and ${groups} group${groups === 1 ? '' : 's'}`, `The weight takes ${weight.shape[0]} channels, a multiple of groups.`);
    }
    const [steps, pads, gaps, more] = [perAxis(operation, 'stride', stride ?? 1, rank), perAxis(operation, 'padding', padding, rank, 0), perAxis(operation, 'dilation', dilation, rank), perAxis(operation, 'outputPadding', outputPadding, rank, 0)];
    if (more.some((size, i) => size >= Math.max(steps[i]!, gaps[i]!))) fail(operation, `outputPadding ${show(more)} with stride ${show(steps)} and dilation ${show(gaps)}`, 'It must be smaller than one of the two.');
    const size = pads.map((pad, i) => (batch.shape[2 + i]! - 1) * steps[i]! - 2 * pad + gaps[i]! * (weight.shape[2 + i]! - 1) + more[i]! + 1);
    if (batch.shape.slice(2).some((own) => own < 1)) fail(operation, `the input is ${show(x.shape)}`, 'Spatial sizes must be 1 or more.');
    if (size.some((own) => own < 1)) fail(operation, `the result would be ${show(size)}`, 'Use less padding.');
    // What outputPadding adds at the end belongs to no window.
    const y = spread(batch, weight, { stride: steps, before: pads, after: pads.map((pad, i) => pad - more[i]!), dilation: gaps, groups }, size);
    const shifted = bias ? y.add(bias.reshape(-1, ...size.map(() => 1))) : y;
    return batch === x ? shifted : shifted.squeeze(0);
  }, operation);
}

/**
 * Slides kernels along one axis; as PyTorch's `conv1d`, a correlation: kernels are not turned.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv1d.html
 *
 * @param x [N, C, L] or [C, L]
 * @param weight [out, C / groups, k]
 * @param bias [out]
 * @returns [N, out, floor((L + 2 padding - dilation (k - 1) - 1) / stride) + 1]
 * @throws where shapes do not fit
 *
 * @example
 * conv1d(tensor([[1, 2, 3, 4]]), tensor([[[1, -1]]])); // [[-1, -1, -1]]
 */
export const conv1d = (x: Tensor, weight: Tensor, bias?: Tensor | null, ...rest: Placed<ConvOptions, Padding>): Tensor => convolve('conv1d', 1, x, weight, bias, placed(rest));
/**
 * {@link conv1d} of images: [N, C, H, W] or [C, H, W] and weights [out, C / groups, kH, kW].
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 * @example
 * conv2d(ones([1, 1, 5, 5]), ones([8, 1, 3, 3]), null, { padding: 1 }).shape; // [1, 8, 5, 5]
 */
export const conv2d = (x: Tensor, weight: Tensor, bias?: Tensor | null, ...rest: Placed<ConvOptions, Padding>): Tensor => convolve('conv2d', 2, x, weight, bias, placed(rest));
/**
 * {@link conv1d} of volumes: [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv3d.html
 *
 * @example
 * conv3d(ones([1, 1, 2, 3, 3]), ones([4, 1, 2, 2, 2])).shape; // [1, 4, 1, 2, 2]
 */
export const conv3d = (x: Tensor, weight: Tensor, bias?: Tensor | null, ...rest: Placed<ConvOptions, Padding>): Tensor => convolve('conv3d', 3, x, weight, bias, placed(rest));

/**
 * The gradient of {@link conv1d} with respect to its input, as an operation: it enlarges.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose1d.html
 *
 * @param x [N, C, L] or [C, L]
 * @param weight [C, out / groups, k]
 * @param bias [out]
 * @returns [N, out, (L - 1) stride - 2 padding + dilation (k - 1) + outputPadding + 1]
 * @throws where shapes do not fit
 *
 * @example
 * convTranspose1d(tensor([[1, 2]]), tensor([[[1, 10]]]), null, 2); // [[1, 10, 2, 20]]
 */
export const convTranspose1d = (x: Tensor, weight: Tensor, bias?: Tensor | null, ...rest: Placed<ConvTransposeOptions>): Tensor => convolveTransposed('convTranspose1d', 1, x, weight, bias, placed(rest));
/**
 * {@link convTranspose1d} of images. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose2d.html
 *
 * @example
 * convTranspose2d(ones([1, 1, 3, 3]), ones([1, 4, 2, 2]), null, 2).shape; // [1, 4, 6, 6]
 */
export const convTranspose2d = (x: Tensor, weight: Tensor, bias?: Tensor | null, ...rest: Placed<ConvTransposeOptions>): Tensor => convolveTransposed('convTranspose2d', 2, x, weight, bias, placed(rest));
/**
 * {@link convTranspose1d} of volumes. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose3d.html
 *
 * @example
 * convTranspose3d(ones([1, 1, 2, 2, 2]), ones([1, 4, 2, 2, 2]), null, 2).shape; // [1, 4, 4, 4, 4]
 */
export const convTranspose3d = (x: Tensor, weight: Tensor, bias?: Tensor | null, ...rest: Placed<ConvTransposeOptions>): Tensor => convolveTransposed('convTranspose3d', 3, x, weight, bias, placed(rest));
