/** Batch normalization: one kernel forwards, one backwards, on any number of axes. */
import { fail, quietly, show, type Tensor } from '@nn/tensor';
import { byRow, byStatistics, TrackedNorm, type TrackedNormOptions } from './tracked.ts';

/** What all three have in common; they differ in the shapes that they take. */
abstract class BatchNorm extends TrackedNorm {
  readonly #ranks: readonly number[];

  constructor(ranks: readonly number[], numFeatures: number, options: TrackedNormOptions) {
    super(numFeatures, options);
    this.#ranks = ranks;
  }

  forward(x: Tensor): Tensor {
    const { typeName, numFeatures, eps, weight, bias, runningMean, runningVar } = this;
    if (!this.#ranks.includes(x.ndim) || x.shape[1] !== numFeatures) {
      fail(typeName, `the input is ${show(x.shape)}`, `Give ${this.#ranks.map((rank) => `[N, ${[numFeatures, ...['D', 'H', 'W'].slice(rank === 3 ? 2 : 5 - rank)].join(', ')}]`).join(' or ')}.`);
    }
    const shape = x.shape.map((_, axis) => (axis === 1 ? numFeatures : 1));
    const [factor, shift] = [weight?.reshape(...shape) ?? 1, bias?.reshape(...shape) ?? 0];
    if (!this.training && runningMean && runningVar) return byStatistics(x, runningMean.reshape(...shape), runningVar.reshape(...shape), factor, shift, eps);
    const count = x.numel / numFeatures;
    if (count === 1 && this.training) fail(typeName, `a batch of ${show(x.shape)} has one value a feature, whose variance is 0`, 'Use larger batches, or eval().');
    const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
    const [y, mean, variance] = byRow(axes, x, factor, shift, count, eps);
    if (this.training) {
      quietly(() => {
        const share = this.counted();
        if (count > 0) this.follow(mean, variance, share, count / (count - 1));
      }, typeName);
    }
    return y;
  }
}

/**
 * Gives each feature mean 0 and standard deviation 1 over the batch, then a learned factor and shift.
 *
 *     y = (x - mean) / sqrt(variance + eps) weight + bias
 *
 * In training mean and variance (over n) are the batch's, and the running ones follow them: `running = (1 - momentum) running + momentum batch`, the variance
 * over n - 1. In evaluation the running ones are used.
 *
 * Source: Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167; https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
 *
 * @param numFeatures C of the input, [N, C] or [N, C, L]
 * @throws by `forward` for other shapes, and in training for a single value a feature
 * @example
 * const model = new Sequential(new Linear(784, 512), new BatchNorm1d(512), new ReLU(), new Linear(512, 10));
 */
export class BatchNorm1d extends BatchNorm {
  static override readonly typeName = 'BatchNorm1d';
  constructor(numFeatures: number, options: TrackedNormOptions = {}) { super([2, 3], numFeatures, options); }
}

/**
 * {@link BatchNorm1d} of images, [N, C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
 *
 * @example
 * new BatchNorm2d(16).forward(randn([8, 16, 4, 4])).shape; // [8, 16, 4, 4]
 */
export class BatchNorm2d extends BatchNorm {
  static override readonly typeName = 'BatchNorm2d';
  constructor(numFeatures: number, options: TrackedNormOptions = {}) { super([4], numFeatures, options); }
}

/**
 * {@link BatchNorm1d} of volumes, [N, C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm3d.html
 *
 * @example
 * new BatchNorm3d(4).forward(randn([2, 4, 3, 3, 3])).shape; // [2, 4, 3, 3, 3]
 */
export class BatchNorm3d extends BatchNorm {
  static override readonly typeName = 'BatchNorm3d';
  constructor(numFeatures: number, options: TrackedNormOptions = {}) { super([5], numFeatures, options); }
}
