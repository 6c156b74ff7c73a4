/** Images, signals and volumes of another size. */
import { fail, isFloat, scope, show, type Tensor } from '@nn/tensor';
import { perAxis, type Sizes } from '../convolution/windows.ts';
import { Module } from '../module.ts';
import { antialiased, area, type Axis, cubic, type InterpolationMode, linear, nearest } from './kernels.ts';
import { resample, type Taps } from './resample.ts';

/** What {@link interpolate} takes: either `size` or `scaleFactor`. */
export interface InterpolateOptions {
  /** The spatial sizes of the result; one number for all. */
  readonly size?: Sizes | null;
  /** How many times as large; one number for all axes, or one for each. */
  readonly scaleFactor?: number | readonly number[] | null;
  /** Default `nearest`. `linear` is for [N, C, L], `bilinear` and `bicubic` for [N, C, H, W], `trilinear` for [N, C, D, H, W]. */
  readonly mode?: InterpolationMode;
  /** Whether the middles of corner elements stay in the corners, for the linear and cubic modes. Default false: edges stay on edges. */
  readonly alignCorners?: boolean | null;
  /** Whether the factor is computed again from the sizes, which are whole. Default false. */
  readonly recomputeScaleFactor?: boolean | null;
  /** Whether filters widen as an image shrinks, for `bilinear` and `bicubic`. Default false. */
  readonly antialias?: boolean;
}

const ranks: Readonly<Record<InterpolationMode, readonly number[]>> = { nearest: [1, 2, 3], 'nearest-exact': [1, 2, 3], area: [1, 2, 3], linear: [1], bilinear: [2], bicubic: [2], trilinear: [3] };

function axesOf(sizes: readonly number[], { size, scaleFactor, recomputeScaleFactor }: InterpolateOptions): Axis[] {
  const rank = sizes.length;
  if ((size === undefined || size === null) === (scaleFactor === undefined || scaleFactor === null)) fail('interpolate', 'it takes either size or scaleFactor', 'Give one of them.');
  if (recomputeScaleFactor && size !== undefined && size !== null) fail('interpolate', 'there are both size and recomputeScaleFactor', 'The latter is for scaleFactor.');
  if (size !== undefined && size !== null) return perAxis('interpolate', 'size', size, rank).map((count, i) => ({ size: sizes[i]!, count }));
  const factors = typeof scaleFactor === 'number' ? new Array<number>(rank).fill(scaleFactor) : scaleFactor!;
  if (factors.length !== rank || factors.some((factor) => !(factor > 0))) fail('interpolate', `scaleFactor is ${show(factors)}`, `Give one positive number, or ${rank} of them.`);
  return factors.map((scale, i) => ({ size: sizes[i]!, count: Math.floor(sizes[i]! * scale), scale: recomputeScaleFactor ? undefined : scale }));
}

function tapsOf(axis: Axis, mode: InterpolationMode, alignCorners: boolean, antialias: boolean): Taps[] {
  switch (mode) {
    case 'nearest': return nearest(axis, false);
    case 'nearest-exact': return nearest(axis, true);
    case 'area': return area(axis);
    case 'bicubic': return antialias ? antialiased(axis, alignCorners, 'cubic') : cubic(axis, alignCorners);
    default: return antialias ? antialiased(axis, alignCorners, 'linear') : linear(axis, alignCorners);
  }
}

/**
 * The spatial axes in another size: repeated (`nearest`), on straight lines or Keys' cubics between the elements, or as means (`area`).
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
 *
 * @param x floats, [N, C, L], [N, C, H, W] or [N, C, D, H, W]
 * @returns the same with other spatial sizes: `size`, or floor(size * scaleFactor)
 * @throws where mode and axes do not fit, or not exactly one of size and scaleFactor is given
 * @example
 * interpolate(tensor([[[1, 2]]]), { scaleFactor: 2 }); // [[[1, 1, 2, 2]]]
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  const { mode = 'nearest', alignCorners = null, antialias = false } = options;
  const rank = x.ndim - 2;
  if (!(mode in ranks)) fail('interpolate', `there is no mode '${mode}'`, `Use ${Object.keys(ranks).join(', ')}.`);
  if (!ranks[mode].includes(rank)) fail('interpolate', `${mode} of ${show(x.shape)}`, `It takes inputs of ${ranks[mode].map((own) => own + 2).join(', ')} axes, [N, C, ...].`);
  const blocky = ['nearest', 'nearest-exact', 'area'].includes(mode);
  if (blocky && alignCorners !== null) fail('interpolate', `alignCorners with ${mode}`, 'It is for linear, bilinear, bicubic and trilinear.');
  if (antialias && !['bilinear', 'bicubic'].includes(mode)) fail('interpolate', `antialias with ${mode}`, 'It is for bilinear and bicubic.');
  if (!isFloat(x.dtype)) fail('interpolate', `it is not defined for ${x.dtype}`, 'Cast it first: x.float().');
  const axes = axesOf(x.shape.slice(2), options);
  if (axes.some(({ size, count }) => size < 1 || count < 1)) fail('interpolate', `${show(x.shape)} to ${show(axes.map(({ count }) => count))}`, 'Spatial sizes must be 1 or more.');
  return scope(() => axes.reduce((y, axis, i) => {
    if (axis.size === axis.count && (axis.scale ?? 1) === 1) return y;
    return resample(y, 2 + i, tapsOf(axis, mode, alignCorners ?? false, antialias));
  }, x), 'interpolate');
}

/**
 * {@link interpolate} as a layer.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Upsample.html
 *
 * @example
 * new Upsample({ scaleFactor: 2, mode: 'bilinear' }).forward(ones([1, 3, 8, 8])).shape; // [1, 3, 16, 16]
 */
export class Upsample extends Module {
  static override readonly typeName: string = 'Upsample';
  readonly options: InterpolateOptions;
  constructor(options: InterpolateOptions) {
    super();
    this.options = options;
  }
  forward(x: Tensor): Tensor { return interpolate(x, this.options); }
}

/**
 * {@link Upsample} of images by repeating. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.UpsamplingNearest2d.html
 *
 * @example
 * new UpsamplingNearest2d({ scaleFactor: 2 }).forward(ones([1, 3, 8, 8])).shape; // [1, 3, 16, 16]
 */
export class UpsamplingNearest2d extends Upsample {
  static override readonly typeName = 'UpsamplingNearest2d';
  constructor(options: Pick<InterpolateOptions, 'size' | 'scaleFactor'>) { super({ ...options, mode: 'nearest' }); }
}

/**
 * {@link Upsample} of images on straight lines, corners aligned. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.UpsamplingBilinear2d.html
 *
 * @example
 * new UpsamplingBilinear2d({ size: [12, 20] }).forward(ones([1, 3, 8, 8])).shape; // [1, 3, 12, 20]
 */
export class UpsamplingBilinear2d extends Upsample {
  static override readonly typeName = 'UpsamplingBilinear2d';
  constructor(options: Pick<InterpolateOptions, 'size' | 'scaleFactor'>) { super({ ...options, mode: 'bilinear', alignCorners: true }); }
}
