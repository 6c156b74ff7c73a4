/** Instance normalization: each channel of each sample by itself. */
import { fail, quietly, scope, show, type Tensor } from '@nn/tensor';
import { byFeature, byRow, byStatistics, checkFeatures, type FeatureNormInput, follow, type Statistics, TrackedNorm, type TrackedNormOptions } from './tracked.ts';

abstract class InstanceNorm extends TrackedNorm {
  readonly #rank: number;

  constructor(rank: number, numFeatures: number, options: TrackedNormOptions) {
    super(numFeatures, { affine: false, trackRunningStats: false, ...options });
    this.#rank = rank;
  }

  forward(x: Tensor): Tensor {
    const { typeName, numFeatures, eps, weight, bias, runningMean } = this;
    const sizes = ['D', 'H', 'W'].slice(3 - this.#rank).join(', ');
    const channels = x.shape.at(-1 - this.#rank);
    if (![this.#rank + 1, this.#rank + 2].includes(x.ndim) || (channels !== numFeatures && (weight || runningMean))) {
      fail(typeName, `the input is ${show(x.shape)}`, `Give [N, ${numFeatures}, ${sizes}] or [${numFeatures}, ${sizes}].`);
    }
    const batch = x.ndim === this.#rank + 1 ? x.unsqueeze(0) : x;
    const y = normalized(typeName, batch, this.statistics, { weight, bias, eps, useInputStats: this.training || !runningMean, momentum: this.momentum ?? 0 });
    return batch === x ? y : y.squeeze(0);
  }
}

interface How { readonly weight: Tensor | null; readonly bias: Tensor | null; readonly eps: number; readonly useInputStats: boolean; readonly momentum: number }

function normalized(operation: string, x: Tensor, running: Statistics | null, { weight, bias, eps, useInputStats, momentum }: How): Tensor {
  const [factor, shift] = [byFeature(weight, x) ?? 1, byFeature(bias, x) ?? 0];
  if (!useInputStats && running) return byStatistics(x, byFeature(running[0], x)!, byFeature(running[1], x)!, factor, shift, eps);
  const axes = x.shape.map((_, axis) => axis).slice(2);
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  if (count === 1) fail(operation, `the channels of ${show(x.shape)} have one value, whose variance is 0`, 'Use larger inputs.');
  const [y, mean, variance] = byRow(axes, x, factor, shift, count, eps);
  if (running && x.shape[0]! > 0) quietly(() => { follow(running, mean.mean(0), variance.mean(0), momentum, count / (count - 1)); }, operation);
  return y;
}

/** What {@link instanceNorm} takes. */
export interface InstanceNormInput extends FeatureNormInput {
  /** Running statistics [C]: they follow, in place, or are used. Default: none. */
  readonly runningMean?: Tensor | null;
  readonly runningVar?: Tensor | null;
  /** Whether the input's own statistics are used. Default true. */
  readonly useInputStats?: boolean;
}

/**
 * Gives each channel of each sample mean 0 and standard deviation 1: `(x - mean) / sqrt(variance + eps) weight + bias`.
 *
 * Source: Ulyanov et al. 2016; https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.instance_norm.html
 *
 * @param x [N, C, ...]
 * @throws where shapes do not fit, there is one of the running statistics only, or a channel has a single value
 * @example
 * instanceNorm(tensor([[[1, 3]]]), { eps: 0 }); // [[[-1, 1]]]
 */
export function instanceNorm(x: Tensor, options: InstanceNormInput = {}): Tensor {
  const { runningMean = null, runningVar = null, weight = null, bias = null, useInputStats = true, momentum = 0.1, eps = 1e-5 } = options;
  if (x.ndim < 3) fail('instanceNorm', `the input is ${show(x.shape)}`, 'Give [N, C, ...].');
  if ((runningMean === null) !== (runningVar === null)) fail('instanceNorm', 'there is one of runningMean and runningVar', 'Give both, or neither.');
  if (!runningMean && !useInputStats) fail('instanceNorm', 'there are no running statistics', 'Give them, or { useInputStats: true }.');
  checkFeatures('instanceNorm', x, [runningMean, runningVar, weight, bias]);
  return scope(() => normalized('instanceNorm', x, runningMean && runningVar && [runningMean, runningVar], { weight, bias, eps, useInputStats, momentum }), 'instanceNorm');
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
