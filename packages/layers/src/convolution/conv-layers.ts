/** Convolutions as layers. */
import { fail, type Shape, show, type Tensor, zeros } from '@nn/tensor';
import { kaimingUniform, uniform } from '../init.ts';
import { Module } from '../module.ts';
import { Parameter, type ParameterOptions } from '../parameter.ts';
import { type Placed, placed } from '../positional.ts';
import { convolve, convolveTransposed, type ConvOptions, type ConvTransposeOptions, type Padding, paddingOf } from './conv.ts';
import { padBy, type PaddingMode } from './pad.ts';
import { perAxis, type Sizes } from './windows.ts';

/** What {@link Conv2d} and its like take beside channels and kernel. */
export interface ConvLayerOptions extends ConvOptions, ParameterOptions {
  /** Whether a learned number is added to each channel. Default true. */
  readonly bias?: boolean;
  /** What lies beyond the edges. Default `'zeros'`. */
  readonly paddingMode?: PaddingMode;
}
/** What {@link ConvTranspose2d} and its like take beside channels and kernel. */
export interface ConvTransposeLayerOptions extends ConvTransposeOptions, ParameterOptions {
  readonly bias?: boolean;
  /** Transposed convolutions pad with zeros only. */
  readonly paddingMode?: 'zeros';
}

/** Weight and bias, and their first values: uniform on +-1 / sqrt(second size of the weight times its kernel). */
abstract class Kernels<In extends unknown[] = [x: Tensor]> extends Module<In> {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(inChannels: number, outChannels: number, kernelSize: readonly number[], groups: number, turned: boolean, { bias = true, generator, device, dtype }: ParameterOptions & { readonly bias?: boolean }) {
    super();
    if (![inChannels, outChannels].every((size) => Number.isInteger(size) && size >= 0) || !(Number.isInteger(groups) && groups > 0) || inChannels % groups !== 0 || outChannels % groups !== 0) {
      fail(this.typeName, `${inChannels} channels in, ${outChannels} out, ${groups} group${groups === 1 ? '' : 's'}`, 'Give whole numbers; both must be multiples of groups.');
    }
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = kernelSize;
    const where = { ...(device && { device }), ...(dtype && { dtype }) };
    const shape: Shape = turned ? [inChannels, outChannels / groups, ...kernelSize] : [outChannels, inChannels / groups, ...kernelSize];
    this.weight = new Parameter(zeros(shape, where));
    this.bias = bias ? new Parameter(zeros([outChannels], where)) : null;
    this.resetParameters(generator ? { generator } : {});
  }

  /** Draws the parameters anew, as the constructor does. */
  resetParameters(options: Pick<ParameterOptions, 'generator'> = {}): void {
    kaimingUniform(this.weight, { ...options, a: Math.sqrt(5) });
    const fan = this.weight.shape.slice(1).reduce((a, b) => a * b, 1);
    const bound = fan > 0 ? 1 / Math.sqrt(fan) : 0;
    if (this.bias) uniform(this.bias, -bound, bound, options);
  }
}

abstract class Conv extends Kernels {
  readonly stride: readonly number[];
  readonly padding: Padding;
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly paddingMode: PaddingMode;
  readonly #rank: number;

  constructor(operation: string, rank: number, inChannels: number, outChannels: number, kernelSize: Sizes, { stride, padding = 0, dilation = 1, groups = 1, paddingMode = 'zeros', ...options }: ConvLayerOptions) {
    super(inChannels, outChannels, perAxis(operation, 'kernelSize', kernelSize, rank), groups, false, options);
    this.stride = perAxis(operation, 'stride', stride ?? 1, rank);
    this.dilation = perAxis(operation, 'dilation', dilation, rank);
    paddingOf(operation, padding, this.kernelSize, this.stride, this.dilation);
    if (!['zeros', 'reflect', 'replicate', 'circular'].includes(paddingMode)) fail(operation, `paddingMode is '${paddingMode as string}'`, "Use 'zeros', 'reflect', 'replicate' or 'circular'.");
    this.padding = padding;
    this.groups = groups;
    this.paddingMode = paddingMode;
    this.#rank = rank;
  }

  forward(x: Tensor): Tensor {
    const { typeName, weight, bias, stride, padding, dilation, groups, paddingMode } = this;
    if (paddingMode === 'zeros') return convolve(typeName, this.#rank, x, weight, bias, { stride, padding, dilation, groups });
    const { before, after } = paddingOf(typeName, padding, this.kernelSize, stride, dilation);
    const batch = x.ndim === this.#rank + 1 ? x.unsqueeze(0) : x;
    const y = convolve(typeName, this.#rank, padBy(typeName, batch, paddingMode, before, after), weight, bias, { stride, dilation, groups });
    return batch === x ? y : y.squeeze(0);
  }
}

abstract class ConvTranspose extends Kernels<[x: Tensor, outputSize?: readonly number[]]> {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly outputPadding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly #rank: number;

  constructor(operation: string, rank: number, inChannels: number, outChannels: number, kernelSize: Sizes, { stride, padding = 0, outputPadding = 0, dilation = 1, groups = 1, paddingMode = 'zeros', ...options }: ConvTransposeLayerOptions) {
    if (paddingMode !== 'zeros') fail(operation, `paddingMode is '${paddingMode as string}'`, "A transposed convolution takes 'zeros' only.");
    super(inChannels, outChannels, perAxis(operation, 'kernelSize', kernelSize, rank), groups, true, options);
    this.stride = perAxis(operation, 'stride', stride ?? 1, rank);
    this.padding = perAxis(operation, 'padding', padding, rank, 0);
    this.outputPadding = perAxis(operation, 'outputPadding', outputPadding, rank, 0);
    this.dilation = perAxis(operation, 'dilation', dilation, rank);
    this.groups = groups;
    this.#rank = rank;
  }

  /** @param outputSize the spatial sizes that are wanted, among those that the convolution makes equally long; `outputPadding` is then computed */
  forward(x: Tensor, outputSize?: readonly number[]): Tensor {
    const outputPadding = outputSize ? this.#missing(x, outputSize) : this.outputPadding;
    return convolveTransposed(this.typeName, this.#rank, x, this.weight, this.bias, { stride: this.stride, padding: this.padding, dilation: this.dilation, groups: this.groups, outputPadding });
  }

  /** What the least result lacks to the size that is wanted. */
  #missing(x: Tensor, outputSize: readonly number[]): number[] {
    const { stride, padding, dilation, kernelSize } = this;
    const least = x.shape.slice(-this.#rank).map((size, i) => (size - 1) * stride[i]! - 2 * padding[i]! + dilation[i]! * (kernelSize[i]! - 1) + 1);
    const wanted = outputSize.slice(-this.#rank);
    if (![this.#rank, x.ndim].includes(outputSize.length) || wanted.some((size, i) => size < least[i]! || size > least[i]! + stride[i]! - 1)) {
      fail(this.typeName, `outputSize is ${show(outputSize)}`, `Use ${show(least)} to ${show(least.map((size, i) => size + stride[i]! - 1))}.`);
    }
    return wanted.map((size, i) => size - least[i]!);
  }
}

/**
 * A convolution over one axis: weight [out, in / groups, k] and bias [out], both uniform on +-1 / sqrt(in / groups k) at first.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv1d.html
 *
 * @throws where channels are no multiples of groups; by `forward` where the input is not [N, in, L] or [in, L]
 * @example
 * new Conv1d(16, 33, 3, { stride: 2 }).forward(zeros([20, 16, 50])).shape; // [20, 33, 24]
 */
export class Conv1d extends Conv {
  static override readonly typeName = 'Conv1d';
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, ...rest: Placed<ConvLayerOptions, Padding>) { super('Conv1d', 1, inChannels, outChannels, kernelSize, placed(rest)); }
}
/**
 * {@link Conv1d} of images, [N, in, H, W] or [in, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 *
 * @example
 * new Conv2d(1, 32, 3, { padding: 1 }).forward(zeros([64, 1, 28, 28])).shape; // [64, 32, 28, 28]
 */
export class Conv2d extends Conv {
  static override readonly typeName = 'Conv2d';
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, ...rest: Placed<ConvLayerOptions, Padding>) { super('Conv2d', 2, inChannels, outChannels, kernelSize, placed(rest)); }
}
/**
 * {@link Conv1d} of volumes, [N, in, D, H, W] or [in, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv3d.html
 *
 * @example
 * new Conv3d(1, 8, 3, { padding: 1 }).forward(zeros([2, 1, 4, 6, 6])).shape; // [2, 8, 4, 6, 6]
 */
export class Conv3d extends Conv {
  static override readonly typeName = 'Conv3d';
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, ...rest: Placed<ConvLayerOptions, Padding>) { super('Conv3d', 3, inChannels, outChannels, kernelSize, placed(rest)); }
}

/**
 * A convolution run backwards, which enlarges: weight [in, out / groups, k].
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose1d.html
 *
 * @example
 * new ConvTranspose1d(16, 8, 4, { stride: 2, padding: 1 }).forward(zeros([20, 16, 50])).shape; // [20, 8, 100]
 */
export class ConvTranspose1d extends ConvTranspose {
  static override readonly typeName = 'ConvTranspose1d';
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, ...rest: Placed<ConvTransposeLayerOptions>) { super('ConvTranspose1d', 1, inChannels, outChannels, kernelSize, placed(rest)); }
}
/**
 * {@link ConvTranspose1d} of images. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
 *
 * @example
 * new ConvTranspose2d(16, 8, 2, 2).forward(zeros([4, 16, 7, 7])).shape; // [4, 8, 14, 14]
 */
export class ConvTranspose2d extends ConvTranspose {
  static override readonly typeName = 'ConvTranspose2d';
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, ...rest: Placed<ConvTransposeLayerOptions>) { super('ConvTranspose2d', 2, inChannels, outChannels, kernelSize, placed(rest)); }
}
/**
 * {@link ConvTranspose1d} of volumes. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose3d.html
 *
 * @example
 * new ConvTranspose3d(4, 2, 2, 2).forward(zeros([1, 4, 2, 3, 3])).shape; // [1, 2, 4, 6, 6]
 */
export class ConvTranspose3d extends ConvTranspose {
  static override readonly typeName = 'ConvTranspose3d';
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, ...rest: Placed<ConvTransposeLayerOptions>) { super('ConvTranspose3d', 3, inChannels, outChannels, kernelSize, placed(rest)); }
}
