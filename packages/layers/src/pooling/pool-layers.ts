/** Pools as layers: the functions with their options set once. */
import type { Tensor } from '@nn/tensor';
import type { Sizes } from '../convolution/windows.ts';
import { Module } from '../module.ts';
import { type Placed, placed } from '../positional.ts';
import { adaptiveAvgPool, adaptiveMaxPool, type OutputSize } from './adaptive.ts';
import { avgPool, type AvgPoolOptions, lpPool, type LPPoolOptions } from './avg-pool.ts';
import { maxPool, type MaxPoolOptions, type Pooled, pooled } from './max-pool.ts';

/** `returnIndices`: whether `forward` gives `{ values, indices }`, with the places in the flattened spatial axes. Default false. */
export interface IndicesOption<Indices extends boolean = boolean> { readonly returnIndices?: Indices }
/** What max pools take as layers. */
export interface MaxPoolLayerOptions<Indices extends boolean = boolean> extends MaxPoolOptions, IndicesOption<Indices> {}
/** What a layer with such an option gives. */
export type PoolResult<Indices extends boolean> = Indices extends true ? Pooled : Tensor;
const given = <Indices extends boolean>([values, indices]: [Tensor, Tensor], both: boolean): PoolResult<Indices> => (both ? pooled([values, indices]) : values) as PoolResult<Indices>;

abstract class MaxPool<Indices extends boolean> extends Module<[x: Tensor], PoolResult<Indices>> {
  readonly kernelSize: Sizes;
  readonly options: MaxPoolLayerOptions<Indices>;
  readonly #rank: number;
  constructor(rank: number, kernelSize: Sizes, options: MaxPoolLayerOptions<Indices>) {
    super();
    this.#rank = rank;
    this.kernelSize = kernelSize;
    this.options = options;
  }
  forward(x: Tensor): PoolResult<Indices> { return given(maxPool(this.typeName, this.#rank, x, this.kernelSize, this.options), this.options.returnIndices ?? false); }
}
abstract class AvgPool extends Module {
  readonly kernelSize: Sizes;
  readonly options: AvgPoolOptions;
  readonly #rank: number;
  constructor(rank: number, kernelSize: Sizes, options: AvgPoolOptions) {
    super();
    this.#rank = rank;
    this.kernelSize = kernelSize;
    this.options = options;
  }
  forward(x: Tensor): Tensor { return avgPool(this.typeName, this.#rank, x, this.kernelSize, this.options); }
}
abstract class LPPool extends Module {
  readonly normType: number;
  readonly kernelSize: Sizes;
  readonly options: LPPoolOptions;
  readonly #rank: number;
  constructor(rank: number, normType: number, kernelSize: Sizes, options: LPPoolOptions) {
    super();
    this.#rank = rank;
    this.normType = normType;
    this.kernelSize = kernelSize;
    this.options = options;
  }
  forward(x: Tensor): Tensor { return lpPool(this.typeName, this.#rank, x, this.normType, this.kernelSize, this.options); }
}
abstract class AdaptiveAvgPool extends Module {
  readonly outputSize: OutputSize;
  readonly #rank: number;
  constructor(rank: number, outputSize: OutputSize) {
    super();
    this.#rank = rank;
    this.outputSize = outputSize;
  }
  forward(x: Tensor): Tensor { return adaptiveAvgPool(this.typeName, this.#rank, x, this.outputSize); }
}
abstract class AdaptiveMaxPool<Indices extends boolean> extends Module<[x: Tensor], PoolResult<Indices>> {
  readonly outputSize: OutputSize;
  readonly returnIndices: boolean;
  readonly #rank: number;
  constructor(rank: number, outputSize: OutputSize, { returnIndices }: IndicesOption<Indices>) {
    super();
    this.#rank = rank;
    this.outputSize = outputSize;
    this.returnIndices = returnIndices ?? false;
  }
  forward(x: Tensor): PoolResult<Indices> { return given(adaptiveMaxPool(this.typeName, this.#rank, x, this.outputSize), this.returnIndices); }
}

/**
 * The largest of each window of one axis, [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html
 *
 * @example
 * new MaxPool1d(2).forward(tensor([[1, 3, 2, 5]])); // [[3, 5]]
 */
export class MaxPool1d<Indices extends boolean = false> extends MaxPool<Indices> {
  static override readonly typeName = 'MaxPool1d';
  constructor(kernelSize: Sizes, ...rest: Placed<MaxPoolLayerOptions<Indices>>) { super(1, kernelSize, placed(rest)); }
}
/**
 * The largest of each window of images, [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 *
 * @example
 * new MaxPool2d(2).forward(zeros([64, 16, 28, 28])).shape; // [64, 16, 14, 14]
 */
export class MaxPool2d<Indices extends boolean = false> extends MaxPool<Indices> {
  static override readonly typeName = 'MaxPool2d';
  constructor(kernelSize: Sizes, ...rest: Placed<MaxPoolLayerOptions<Indices>>) { super(2, kernelSize, placed(rest)); }
}
/**
 * The largest of each window of volumes, [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool3d.html
 *
 * @example
 * new MaxPool3d(2).forward(zeros([1, 2, 4, 4, 4])).shape; // [1, 2, 2, 2, 2]
 */
export class MaxPool3d<Indices extends boolean = false> extends MaxPool<Indices> {
  static override readonly typeName = 'MaxPool3d';
  constructor(kernelSize: Sizes, ...rest: Placed<MaxPoolLayerOptions<Indices>>) { super(3, kernelSize, placed(rest)); }
}
/**
 * The mean of each window of one axis, [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html
 *
 * @example
 * new AvgPool1d(2).forward(tensor([[1, 2, 3, 4]])); // [[1.5, 3.5]]
 */
export class AvgPool1d extends AvgPool {
  static override readonly typeName = 'AvgPool1d';
  constructor(kernelSize: Sizes, ...rest: Placed<AvgPoolOptions>) { super(1, kernelSize, placed(rest)); }
}
/**
 * The mean of each window of images, [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 *
 * @example
 * new AvgPool2d(3, 2).forward(zeros([64, 16, 28, 28])).shape; // [64, 16, 13, 13]
 */
export class AvgPool2d extends AvgPool {
  static override readonly typeName = 'AvgPool2d';
  constructor(kernelSize: Sizes, ...rest: Placed<AvgPoolOptions>) { super(2, kernelSize, placed(rest)); }
}
/**
 * The mean of each window of volumes, [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool3d.html
 *
 * @example
 * new AvgPool3d(2).forward(zeros([1, 2, 4, 4, 4])).shape; // [1, 2, 2, 2, 2]
 */
export class AvgPool3d extends AvgPool {
  static override readonly typeName = 'AvgPool3d';
  constructor(kernelSize: Sizes, ...rest: Placed<AvgPoolOptions>) { super(3, kernelSize, placed(rest)); }
}
/**
 * `(sum x^p)^(1/p)` of each window of one axis, [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.LPPool1d.html
 *
 * @example
 * new LPPool1d(2, 2).forward(tensor([[3, 4, 6, 8]])); // [[5, 10]]
 */
export class LPPool1d extends LPPool {
  static override readonly typeName = 'LPPool1d';
  constructor(normType: number, kernelSize: Sizes, ...rest: Placed<LPPoolOptions, never>) { super(1, normType, kernelSize, placed(rest)); }
}
/**
 * `(sum x^p)^(1/p)` of each window of images, [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html
 *
 * @example
 * new LPPool2d(2, 2).forward(zeros([1, 2, 4, 4])).shape; // [1, 2, 2, 2]
 */
export class LPPool2d extends LPPool {
  static override readonly typeName = 'LPPool2d';
  constructor(normType: number, kernelSize: Sizes, ...rest: Placed<LPPoolOptions, never>) { super(2, normType, kernelSize, placed(rest)); }
}
/**
 * The mean over windows that give `outputSize`, of one axis, [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html
 *
 * @example
 * new AdaptiveAvgPool1d(2).forward(tensor([[1, 2, 3, 4, 5]])); // [[2, 4]]
 */
export class AdaptiveAvgPool1d extends AdaptiveAvgPool {
  static override readonly typeName = 'AdaptiveAvgPool1d';
  constructor(outputSize: OutputSize) { super(1, outputSize); }
}
/**
 * The largest over windows that give `outputSize`, of one axis, [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html
 *
 * @example
 * new AdaptiveMaxPool1d(2).forward(tensor([[1, 2, 3, 4, 5]])); // [[3, 5]]
 */
export class AdaptiveMaxPool1d<Indices extends boolean = false> extends AdaptiveMaxPool<Indices> {
  static override readonly typeName = 'AdaptiveMaxPool1d';
  constructor(outputSize: OutputSize, options: IndicesOption<Indices> = {}) { super(1, outputSize, options); }
}
/**
 * The mean over windows that give `outputSize`, of images, [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 *
 * @example
 * new AdaptiveAvgPool2d(1).forward(zeros([8, 64, 7, 7])).shape; // [8, 64, 1, 1]
 */
export class AdaptiveAvgPool2d extends AdaptiveAvgPool {
  static override readonly typeName = 'AdaptiveAvgPool2d';
  constructor(outputSize: OutputSize) { super(2, outputSize); }
}
/**
 * The largest over windows that give `outputSize`, of images, [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
 *
 * @example
 * new AdaptiveMaxPool2d([null, 2]).forward(zeros([8, 64, 7, 7])).shape; // [8, 64, 7, 2]
 */
export class AdaptiveMaxPool2d<Indices extends boolean = false> extends AdaptiveMaxPool<Indices> {
  static override readonly typeName = 'AdaptiveMaxPool2d';
  constructor(outputSize: OutputSize, options: IndicesOption<Indices> = {}) { super(2, outputSize, options); }
}
/**
 * The mean over windows that give `outputSize`, of volumes, [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool3d.html
 *
 * @example
 * new AdaptiveAvgPool3d([2, 3, 3]).forward(zeros([1, 4, 5, 7, 7])).shape; // [1, 4, 2, 3, 3]
 */
export class AdaptiveAvgPool3d extends AdaptiveAvgPool {
  static override readonly typeName = 'AdaptiveAvgPool3d';
  constructor(outputSize: OutputSize) { super(3, outputSize); }
}
/**
 * The largest over windows that give `outputSize`, of volumes, [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool3d.html
 *
 * @example
 * new AdaptiveMaxPool3d(2).forward(zeros([1, 4, 5, 7, 7])).shape; // [1, 4, 2, 2, 2]
 */
export class AdaptiveMaxPool3d<Indices extends boolean = false> extends AdaptiveMaxPool<Indices> {
  static override readonly typeName = 'AdaptiveMaxPool3d';
  constructor(outputSize: OutputSize, options: IndicesOption<Indices> = {}) { super(3, outputSize, options); }
}
