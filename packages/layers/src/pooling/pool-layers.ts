/** Pools as layers: the functions with their options set once. */
import type { Tensor } from '@nn/tensor';
import type { Sizes } from '../convolution/windows.ts';
import { Module } from '../module.ts';
import { adaptiveAvgPool, adaptiveMaxPool, avgPool, type AvgPoolOptions, lpPool, type OutputSize } from './avg-pool.ts';
import type { PoolOptions } from './frame.ts';
import { maxPool, type MaxPoolOptions } from './max-pool.ts';

abstract class MaxPool extends Module {
  readonly kernelSize: Sizes;
  readonly options: MaxPoolOptions;
  readonly #rank: number;
  constructor(rank: number, kernelSize: Sizes, options: MaxPoolOptions) {
    super();
    this.#rank = rank;
    this.kernelSize = kernelSize;
    this.options = options;
  }
  forward(x: Tensor): Tensor { return maxPool(this.typeName, this.#rank, x, this.kernelSize, this.options)[0]; }
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
  readonly options: Omit<PoolOptions, 'padding'>;
  readonly #rank: number;
  constructor(rank: number, normType: number, kernelSize: Sizes, options: Omit<PoolOptions, 'padding'>) {
    super();
    this.#rank = rank;
    this.normType = normType;
    this.kernelSize = kernelSize;
    this.options = options;
  }
  forward(x: Tensor): Tensor { return lpPool(this.typeName, this.#rank, x, this.normType, this.kernelSize, this.options); }
}
abstract class AdaptivePool extends Module {
  readonly outputSize: OutputSize;
  constructor(outputSize: OutputSize) {
    super();
    this.outputSize = outputSize;
  }
}
/**
 * The largest of each window of one axis, [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html
 */
export class MaxPool1d extends MaxPool {
  static override readonly typeName = 'MaxPool1d';
  constructor(kernelSize: Sizes, options: MaxPoolOptions = {}) { super(1, kernelSize, options); }
}
/**
 * The largest of each window of images, [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 *
 * @example
 * new MaxPool2d(2).forward(zeros([64, 16, 28, 28])).shape; // [64, 16, 14, 14]
 */
export class MaxPool2d extends MaxPool {
  static override readonly typeName = 'MaxPool2d';
  constructor(kernelSize: Sizes, options: MaxPoolOptions = {}) { super(2, kernelSize, options); }
}
/**
 * The largest of each window of volumes, [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool3d.html
 */
export class MaxPool3d extends MaxPool {
  static override readonly typeName = 'MaxPool3d';
  constructor(kernelSize: Sizes, options: MaxPoolOptions = {}) { super(3, kernelSize, options); }
}
/** The mean of each window of one axis, [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html */
export class AvgPool1d extends AvgPool {
  static override readonly typeName = 'AvgPool1d';
  constructor(kernelSize: Sizes, options: AvgPoolOptions = {}) { super(1, kernelSize, options); }
}
/** The mean of each window of images, [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html */
export class AvgPool2d extends AvgPool {
  static override readonly typeName = 'AvgPool2d';
  constructor(kernelSize: Sizes, options: AvgPoolOptions = {}) { super(2, kernelSize, options); }
}
/** The mean of each window of volumes, [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool3d.html */
export class AvgPool3d extends AvgPool {
  static override readonly typeName = 'AvgPool3d';
  constructor(kernelSize: Sizes, options: AvgPoolOptions = {}) { super(3, kernelSize, options); }
}
/** `(sum x^p)^(1/p)` of each window of one axis, [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.LPPool1d.html */
export class LPPool1d extends LPPool {
  static override readonly typeName = 'LPPool1d';
  constructor(normType: number, kernelSize: Sizes, options: Omit<PoolOptions, 'padding'> = {}) { super(1, normType, kernelSize, options); }
}
/** `(sum x^p)^(1/p)` of each window of images, [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html */
export class LPPool2d extends LPPool {
  static override readonly typeName = 'LPPool2d';
  constructor(normType: number, kernelSize: Sizes, options: Omit<PoolOptions, 'padding'> = {}) { super(2, normType, kernelSize, options); }
}
/** The mean over windows that give `outputSize`, of one axis, [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html */
export class AdaptiveAvgPool1d extends AdaptivePool {
  static override readonly typeName = 'AdaptiveAvgPool1d';
  forward(x: Tensor): Tensor { return adaptiveAvgPool(this.typeName, 1, x, this.outputSize); }
}
/** The largest over windows that give `outputSize`, of one axis, [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html */
export class AdaptiveMaxPool1d extends AdaptivePool {
  static override readonly typeName = 'AdaptiveMaxPool1d';
  forward(x: Tensor): Tensor { return adaptiveMaxPool(this.typeName, 1, x, this.outputSize); }
}
/** The mean over windows that give `outputSize`, of images, [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html */
export class AdaptiveAvgPool2d extends AdaptivePool {
  static override readonly typeName = 'AdaptiveAvgPool2d';
  forward(x: Tensor): Tensor { return adaptiveAvgPool(this.typeName, 2, x, this.outputSize); }
}
/** The largest over windows that give `outputSize`, of images, [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html */
export class AdaptiveMaxPool2d extends AdaptivePool {
  static override readonly typeName = 'AdaptiveMaxPool2d';
  forward(x: Tensor): Tensor { return adaptiveMaxPool(this.typeName, 2, x, this.outputSize); }
}
/** The mean over windows that give `outputSize`, of volumes, [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool3d.html */
export class AdaptiveAvgPool3d extends AdaptivePool {
  static override readonly typeName = 'AdaptiveAvgPool3d';
  forward(x: Tensor): Tensor { return adaptiveAvgPool(this.typeName, 3, x, this.outputSize); }
}
/** The largest over windows that give `outputSize`, of volumes, [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool3d.html */
export class AdaptiveMaxPool3d extends AdaptivePool {
  static override readonly typeName = 'AdaptiveMaxPool3d';
  forward(x: Tensor): Tensor { return adaptiveMaxPool(this.typeName, 3, x, this.outputSize); }
}
