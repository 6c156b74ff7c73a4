/** Instance normalization: each channel of each sample by itself. */
import { fail, quietly, show, type Tensor } from '@nn/tensor';
import { byRow, byStatistics, TrackedNorm, type TrackedNormOptions } from './tracked.ts';

abstract class InstanceNorm extends TrackedNorm {
  readonly #rank: number;

  constructor(rank: number, numFeatures: number, options: TrackedNormOptions) {
    super(numFeatures, { affine: false, trackRunningStats: false, ...options });
    this.#rank = rank;
  }

  forward(x: Tensor): Tensor {
    const { typeName, numFeatures, eps, weight, bias, runningMean, runningVar } = this;
    const sizes = ['D', 'H', 'W'].slice(3 - this.#rank).join(', ');
    const channels = x.shape.at(-1 - this.#rank);
    if (![this.#rank + 1, this.#rank + 2].includes(x.ndim) || (channels !== numFeatures && (weight || runningMean))) {
      fail(typeName, `the input is ${show(x.shape)}`, `Give [N, ${numFeatures}, ${sizes}] or [${numFeatures}, ${sizes}].`);
    }
    const batch = x.ndim === this.#rank + 1 ? x.unsqueeze(0) : x;
    const shape = batch.shape.map((_, axis) => (axis === 1 ? numFeatures : 1));
    const [factor, shift] = [weight?.reshape(...shape) ?? 1, bias?.reshape(...shape) ?? 0];
    const y = !this.training && runningMean && runningVar
      ? byStatistics(batch, runningMean.reshape(...shape), runningVar.reshape(...shape), factor, shift, eps)
      : this.#byThemselves(batch, factor, shift);
    return batch === x ? y : y.squeeze(0);
  }

  #byThemselves(x: Tensor, factor: Tensor | number, shift: Tensor | number): Tensor {
    const axes = x.shape.map((_, axis) => axis).slice(2);
    const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
    if (count === 1) fail(this.typeName, `the channels of ${show(x.shape)} have one value, whose variance is 0`, 'Use larger inputs.');
    const [y, mean, variance] = byRow(axes, x, factor, shift, count, this.eps);
    if (this.training && this.runningMean && x.shape[0]! > 0) {
      quietly(() => { this.follow(mean.mean(0), variance.mean(0), this.momentum ?? 0, count / (count - 1)); }, this.typeName);
    }
    return y;
  }
}

/**
 * Gives each channel of each sample mean 0 and standard deviation 1: `(x - mean) / sqrt(variance + eps) weight + bias`.
 * There is a learned factor and shift only with `affine: true`, running statistics (means over the samples, used in evaluation) only with `trackRunningStats: true`.
 *
 * Source: Ulyanov et al. 2016, Instance normalization; https://docs.pytorch.org/docs/stable/generated/torch.nn.InstanceNorm1d.html
 *
 * @param numFeatures C of the input, [N, C, L] or [C, L]
 * @throws by `forward` for other shapes, and where a channel has a single value
 * @example
 * new InstanceNorm1d(3).forward(randn([2, 3, 8])).shape; // [2, 3, 8]
 */
export class InstanceNorm1d extends InstanceNorm {
  static override readonly typeName = 'InstanceNorm1d';
  constructor(numFeatures: number, options: TrackedNormOptions = {}) { super(1, numFeatures, options); }
}

/**
 * {@link InstanceNorm1d} of images, [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html
 *
 * @example
 * new InstanceNorm2d(3).forward(randn([2, 3, 8, 8])).shape; // [2, 3, 8, 8]
 */
export class InstanceNorm2d extends InstanceNorm {
  static override readonly typeName = 'InstanceNorm2d';
  constructor(numFeatures: number, options: TrackedNormOptions = {}) { super(2, numFeatures, options); }
}

/**
 * {@link InstanceNorm1d} of volumes, [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.InstanceNorm3d.html
 *
 * @example
 * new InstanceNorm3d(3).forward(randn([2, 3, 4, 4, 4])).shape; // [2, 3, 4, 4, 4]
 */
export class InstanceNorm3d extends InstanceNorm {
  static override readonly typeName = 'InstanceNorm3d';
  constructor(numFeatures: number, options: TrackedNormOptions = {}) { super(3, numFeatures, options); }
}
