/** What batch and instance norms share: a factor and a shift per feature, and a mean and a variance that follow what was seen in training. */
import { fail, fuse, fuseRows, ones, quietly, type Scalar, show, type Tensor, zeros } from '@nn/tensor';
import { Module } from '../module.ts';
import { Buffer, Parameter, type ParameterOptions } from '../parameter.ts';

/** What norms by feature take beside the number of features. */
export interface TrackedNormOptions extends Pick<ParameterOptions, 'device' | 'dtype'> {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** The share of a batch in the running mean and variance; null: they are means over all batches. Default 0.1. */
  readonly momentum?: number | null;
  /** Whether each feature has a learned factor and shift. Default true for batch norms, false for instance norms. */
  readonly affine?: boolean;
  /** Whether there are a running mean and variance; without them each batch is normalized by itself, also in evaluation. Default true for batch norms, false for instance norms. */
  readonly trackRunningStats?: boolean;
}

/** The normalized elements, their mean, and their variance over n. */
export const byRow = fuseRows((x: Scalar, factor: Scalar, shift: Scalar, count: Scalar, eps: Scalar) => {
  const mean = x.rowSum().div(count);
  const centred = x.sub(mean);
  const variance = centred.square().rowSum().div(count);
  return [centred.mul(variance.add(eps).rsqrt()).mul(factor).add(shift), mean, variance];
}, { perRow: [1, 2] });
export const byStatistics = fuse((x: Scalar, mean: Scalar, variance: Scalar, factor: Scalar, shift: Scalar, eps: Scalar) =>
  x.sub(mean).mul(variance.add(eps).rsqrt()).mul(factor).add(shift));
const followed = fuse((mean: Scalar, variance: Scalar, batchMean: Scalar, batchVariance: Scalar, share: Scalar, correction: Scalar) => [
  mean.add(batchMean.sub(mean).mul(share)),
  variance.add(batchVariance.mul(correction).sub(variance).mul(share)),
]);

/** Running mean and variance by feature. */
export type Statistics = readonly [mean: Tensor, variance: Tensor];
/** The running values move towards those of a batch; `correction` makes its variance over n one over n - 1. */
export const follow = (running: Statistics, mean: Tensor, variance: Tensor, share: Tensor | number, correction: number): void => {
  followed.into([...running], ...running, mean.reshape(...running[0].shape), variance.reshape(...running[0].shape), share, correction);
};
/** `values` [C] along axis 1 of `x`. */
export const byFeature = (values: Tensor | null, x: Tensor): Tensor | undefined => values?.reshape(...x.shape.map((_, axis) => (axis === 1 ? x.shape[1]! : 1)));

/** A factor and a shift by feature, [C] each; `momentum`: the share of a batch in the running values (default 0.1); `eps`: added to variances (default 1e-5). */
export interface FeatureNormInput { readonly weight?: Tensor | null; readonly bias?: Tensor | null; readonly momentum?: number; readonly eps?: number }

export function checkFeatures(operation: string, x: Tensor, vectors: readonly (Tensor | null | undefined)[]): void {
  const wrong = vectors.find((vector) => vector && (vector.ndim !== 1 || vector.shape[0] !== x.shape[1]));
  if (wrong) fail(operation, `the input is ${show(x.shape)}, a vector by feature ${show(wrong.shape)}`, `Give [${x.shape[1]}].`);
}

const next = fuse((count: Scalar) => [count.add(1)]);

/** Parameters and statistics by feature. */
export abstract class TrackedNorm extends Module {
  readonly numFeatures: number;
  readonly eps: number;
  /** The share of a batch in the running values; null: they are means over all batches. */
  momentum: number | null;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly runningMean: Buffer | null;
  readonly runningVar: Buffer | null;
  /** Batches seen in training, [] int32. */
  readonly numBatchesTracked: Buffer | null;

  constructor(numFeatures: number, { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, ...where }: TrackedNormOptions) {
    super();
    if (!(Number.isInteger(numFeatures) && numFeatures > 0)) fail(this.typeName, `numFeatures is ${numFeatures}`, 'Use a whole number from 1 on.');
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

  protected get statistics(): Statistics | null {
    const { runningMean, runningVar } = this;
    return runningMean && runningVar && [runningMean, runningVar];
  }

  /** One batch more has been seen: its share in the running values. */
  protected counted(): Tensor | number {
    const { numBatchesTracked, runningMean, momentum } = this;
    if (!numBatchesTracked || !runningMean) return momentum ?? 0;
    return quietly(() => {
      next.into([numBatchesTracked], numBatchesTracked);
      return momentum ?? numBatchesTracked.cast(runningMean.dtype).reciprocal();
    });
  }
}
