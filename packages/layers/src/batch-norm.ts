/** Batch normalization: one kernel forwards, one backwards, on any number of axes. */
import { fail, fuse, fuseRows, ones, quietly, type Scalar, show, type Tensor, zeros } from '@nn/tensor';
import { Module } from './module.ts';
import { Buffer, Parameter, type ParameterOptions } from './parameter.ts';

/** What {@link BatchNorm1d} and its like take beside the number of features. */
export interface BatchNormOptions extends Pick<ParameterOptions, 'device' | 'dtype'> {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** The share of a batch in the running mean and variance; null: they are means over all batches. Default 0.1. */
  readonly momentum?: number | null;
  /** Whether each feature has a learned factor and shift. Default true. */
  readonly affine?: boolean;
  /** Whether there are a running mean and variance; without them each batch is normalized by itself, also in evaluation. Default true. */
  readonly trackRunningStats?: boolean;
}

/** A row is all that belongs to one feature: the normalized elements, their mean, and their variance over n. */
const byBatch = fuseRows((x: Scalar, factor: Scalar, shift: Scalar, count: Scalar, eps: Scalar) => {
  const mean = x.rowSum().div(count);
  const centred = x.sub(mean);
  const variance = centred.square().rowSum().div(count);
  return [centred.mul(variance.add(eps).rsqrt()).mul(factor).add(shift), mean, variance];
}, { perRow: [1, 2] });
const byStatistics = fuse((x: Scalar, mean: Scalar, variance: Scalar, factor: Scalar, shift: Scalar, eps: Scalar) =>
  x.sub(mean).mul(variance.add(eps).rsqrt()).mul(factor).add(shift));
/** The running values move towards those of the batch; the variance over n - 1. */
const followed = fuse((mean: Scalar, variance: Scalar, batchMean: Scalar, batchVariance: Scalar, share: Scalar, correction: Scalar) => [
  mean.add(batchMean.sub(mean).mul(share)),
  variance.add(batchVariance.mul(correction).sub(variance).mul(share)),
]);

const next = fuse((count: Scalar) => [count.add(1)]);

/** What all three have in common; they differ in the shapes that they take. */
abstract class BatchNorm extends Module {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly runningMean: Buffer | null;
  readonly runningVar: Buffer | null;
  /** Batches seen in training, [] int32. */
  readonly numBatchesTracked: Buffer | null;
  readonly #ranks: readonly number[];

  constructor(ranks: readonly number[], numFeatures: number, { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, ...where }: BatchNormOptions) {
    super();
    if (!(Number.isInteger(numFeatures) && numFeatures > 0)) fail(this.typeName, `numFeatures is ${numFeatures}`, 'Use a whole number from 1 on.');
    this.#ranks = ranks;
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    const size = [numFeatures];
    const { device } = where;
    this.weight = affine ? new Parameter(ones(size, where)) : null;
    this.bias = affine ? new Parameter(zeros(size, where)) : null;
    this.runningMean = trackRunningStats ? new Buffer(zeros(size, where)) : null;
    this.runningVar = trackRunningStats ? new Buffer(ones(size, where)) : null;
    this.numBatchesTracked = trackRunningStats ? new Buffer(zeros([], { dtype: 'int32', ...(device && { device }) })) : null;
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
    const [y, mean, variance] = byBatch(axes, x, factor, shift, count, eps);
    if (this.training) this.#follow(mean, variance, count / (count - 1));
    return y;
  }

  /** Forgets what was tracked. */
  resetRunningStats(): void {
    this.runningMean?.assign(this.runningMean.newFull([this.numFeatures], 0));
    this.runningVar?.assign(this.runningVar.newFull([this.numFeatures], 1));
    this.numBatchesTracked?.assign(this.numBatchesTracked.newFull([], 0));
  }

  /** As the constructor left it. */
  resetParameters(): void {
    this.resetRunningStats();
    this.weight?.assign(this.weight.newFull([this.numFeatures], 1));
    this.bias?.assign(this.bias.newFull([this.numFeatures], 0));
  }

  #follow(mean: Tensor, variance: Tensor, correction: number): void {
    const { runningMean, runningVar, numBatchesTracked, momentum } = this;
    if (!runningMean || !runningVar || !numBatchesTracked) return;
    quietly(() => {
      next.into([numBatchesTracked], numBatchesTracked);
      const share = momentum ?? numBatchesTracked.cast(runningMean.dtype).reciprocal();
      followed.into([runningMean, runningVar], runningMean, runningVar, mean.reshape(this.numFeatures), variance.reshape(this.numFeatures), share, correction);
    }, this.typeName);
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
  constructor(numFeatures: number, options: BatchNormOptions = {}) { super([2, 3], numFeatures, options); }
}

/** {@link BatchNorm1d} of images, [N, C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html */
export class BatchNorm2d extends BatchNorm {
  static override readonly typeName = 'BatchNorm2d';
  constructor(numFeatures: number, options: BatchNormOptions = {}) { super([4], numFeatures, options); }
}

/** {@link BatchNorm1d} of volumes, [N, C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm3d.html */
export class BatchNorm3d extends BatchNorm {
  static override readonly typeName = 'BatchNorm3d';
  constructor(numFeatures: number, options: BatchNormOptions = {}) { super([5], numFeatures, options); }
}
