/** Batch normalization: one kernel forwards, one backwards, on any number of axes. */
import { fail, quietly, scope, show, type Tensor } from '@nn/tensor';
import { byFeature, byRow, byStatistics, checkFeatures, type FeatureNormInput, follow, type Statistics, TrackedNorm, type TrackedNormOptions } from './tracked.ts';

/** What all three have in common; they differ in the shapes that they take. */
abstract class BatchNorm extends TrackedNorm {
  readonly #ranks: readonly number[];

  constructor(ranks: readonly number[], numFeatures: number, options: TrackedNormOptions) {
    super(numFeatures, options);
    this.#ranks = ranks;
  }

  forward(x: Tensor): Tensor {
    const { typeName, numFeatures, eps, weight, bias, training } = this;
    if (!this.#ranks.includes(x.ndim) || x.shape[1] !== numFeatures) {
      fail(typeName, `the input is ${show(x.shape)}`, `Give ${this.#ranks.map((rank) => `[N, ${[numFeatures, ...['D', 'H', 'W'].slice(rank === 3 ? 2 : 5 - rank)].join(', ')}]`).join(' or ')}.`);
    }
    return normalized(typeName, x, this.statistics, { weight, bias, eps, training, share: () => this.counted() });
  }
}

interface How { readonly weight: Tensor | null; readonly bias: Tensor | null; readonly eps: number; readonly training: boolean; readonly share: () => Tensor | number }

/** By the batch in training, and where there are no running statistics. */
function normalized(operation: string, x: Tensor, running: Statistics | null, { weight, bias, eps, training, share }: How): Tensor {
  const [factor, shift] = [byFeature(weight, x) ?? 1, byFeature(bias, x) ?? 0];
  if (!training && running) return byStatistics(x, byFeature(running[0], x)!, byFeature(running[1], x)!, factor, shift, eps);
  const count = x.numel / x.shape[1]!;
  if (count === 1) fail(operation, `a batch of ${show(x.shape)} has one value a feature, whose variance is 0`, 'Use larger batches, or eval().');
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const [y, mean, variance] = byRow(axes, x, factor, shift, count, eps);
  if (!training) return y;
  quietly(() => {
    const part = share();
    if (running && count > 0) follow(running, mean, variance, part, count / (count - 1));
  }, operation);
  return y;
}

/** What {@link batchNorm} takes. `training`: whether the batch's own statistics are used, and the running ones follow. Default false. */
export interface BatchNormInput extends FeatureNormInput { readonly training?: boolean }

/**
 * Gives each feature mean 0 and standard deviation 1: `(x - mean) / sqrt(variance + eps) weight + bias`. In training, or without running statistics, mean and variance
 * are the batch's; running statistics that are given then move towards them, in place.
 *
 * Source: Ioffe & Szegedy 2015; https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html
 *
 * @param x [N, C, ...]
 * @param runningMean [C]
 * @param runningVar [C]
 * @throws where shapes do not fit, there is one of the two only, or a feature has a single value
 * @example
 * batchNorm(tensor([[1], [3]]), null, null, { training: true, eps: 0 }); // [[-1], [1]]
 */
export function batchNorm(x: Tensor, runningMean: Tensor | null, runningVar: Tensor | null, options: BatchNormInput = {}): Tensor {
  const { weight = null, bias = null, training = false, momentum = 0.1, eps = 1e-5 } = options;
  if (x.ndim < 2) fail('batchNorm', `the input is ${show(x.shape)}`, 'Give [N, C, ...].');
  if ((runningMean === null) !== (runningVar === null)) fail('batchNorm', 'there is one of runningMean and runningVar', 'Give both, or null for both.');
  if (!runningMean && !training) fail('batchNorm', 'there are no running statistics', 'Give them, or { training: true }.');
  checkFeatures('batchNorm', x, [runningMean, runningVar, weight, bias]);
  return scope(() => normalized('batchNorm', x, runningMean && runningVar && [runningMean, runningVar], { weight, bias, eps, training, share: () => momentum }), 'batchNorm');
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
