import { fail, fuse, type Scalar, show, stack, type Tensor, where } from '@nn/tensor';
import { Accumulated } from './accumulated.ts';

export type Pair = [outputs: Tensor, targets: Tensor];

/** Fails unless predictions and truths have one shape. */
export function checkPair(name: string, outputs: Tensor, targets: Tensor): void {
  if (show(outputs.shape) !== show(targets.shape)) fail(name, `the outputs are ${show(outputs.shape)}, the targets ${show(targets.shape)}`, 'Give both the same shape.');
}

/** float64 stays, everything else is summed in float32. */
export const summable = (x: Tensor): Tensor => (x.dtype === 'float64' ? x : x.cast('float32'));

/** A number, or one for each output. */
export type PerOutput<D extends number> = D extends 1 ? number : number[];
/** What metrics with a number for each output take. */
export interface OutputOptions<D extends number = number> {
  /** From 2 on: a number for each of so many outputs, of shapes [N, D]. 1 by default: one number for all elements. */
  readonly numOutputs?: D;
}

/** Fails unless `numOutputs` is a whole number from 1 on. */
export function checkNumOutputs(name: string, numOutputs: number): number {
  if (!(Number.isInteger(numOutputs) && numOutputs > 0)) fail(name, `numOutputs is ${numOutputs}`, 'Use a whole number from 1 on.');
  return numOutputs;
}

/** The mean of something element-wise: the state is [2], its sum and the number of elements, or [2, D]. */
abstract class MeanOf<D extends number> extends Accumulated<Pair, PerOutput<D>> {
  readonly #outputs: number;
  constructor(name: string, { numOutputs = 1 as D }: OutputOptions<D> = {}) {
    super();
    this.#outputs = checkNumOutputs(name, numOutputs);
  }
  protected blank(): PerOutput<D> { return (this.#outputs === 1 ? NaN : Array.from({ length: this.#outputs }, () => NaN)) as PerOutput<D>; }
  /** The sum, over `axis`. */
  protected abstract each(outputs: Tensor, targets: Tensor, axis: 0 | undefined): Tensor;
  protected count(outputs: Tensor, targets: Tensor): Tensor {
    checkPair(this.typeName, outputs, targets);
    const [rows, width] = outputs.shape;
    if (this.#outputs > 1 && (width !== this.#outputs || outputs.shape.length > 2)) fail(this.typeName, `the outputs are ${show(outputs.shape)}`, `It was made for ${this.#outputs} outputs (numOutputs).`);
    const sum = this.each(summable(outputs), summable(targets), this.#outputs > 1 ? 0 : undefined);
    return stack([sum, sum.newFull(sum.shape, this.#outputs > 1 ? rows! : targets.numel)]);
  }
  protected score(state: Tensor): Tensor {
    const [sum, n] = state.unbind(0) as [Tensor, Tensor];
    return sum.div(n);
  }
}

const distances = fuse((a: Scalar, b: Scalar) => a.sub(b).abs());
/**
 * The mean of |output - target|, over all elements, or of each of `numOutputs`. Shapes: both [...], or [N, D].
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/regression/mean_absolute_error.html
 *
 * @example
 * const error = new MeanAbsoluteError();
 * error.update(tensor([1, 2]), tensor([1, 4]));
 * await error.compute(); // 1
 */
export class MeanAbsoluteError<D extends number = 1> extends MeanOf<D> {
  readonly typeName = 'MeanAbsoluteError';
  constructor(options?: OutputOptions<D>) { super('MeanAbsoluteError', options); }
  protected each(outputs: Tensor, targets: Tensor, axis?: 0): Tensor { return distances.reduce('sum', axis, outputs, targets); }
}

const squares = fuse((a: Scalar, b: Scalar) => a.sub(b).square());
/**
 * The mean of (output - target)², over all elements, or of each of `numOutputs`; its root (RMSE) with `squared: false`. Shapes: both [...], or [N, D].
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/regression/mean_squared_error.html
 *
 * @example
 * const rmse = new MeanSquaredError({ squared: false });
 * rmse.update(tensor([1, 2]), tensor([1, 4]));
 * await rmse.compute(); // 1.4142
 */
export class MeanSquaredError<D extends number = 1> extends MeanOf<D> {
  readonly typeName = 'MeanSquaredError';
  readonly #squared: boolean;
  constructor({ squared = true, ...options }: OutputOptions<D> & { readonly squared?: boolean } = {}) {
    super('MeanSquaredError', options);
    this.#squared = squared;
  }
  protected each(outputs: Tensor, targets: Tensor, axis?: 0): Tensor { return squares.reduce('sum', axis, outputs, targets); }
  protected override score(state: Tensor): Tensor {
    const mean = super.score(state);
    return this.#squared ? mean : mean.sqrt();
  }
}

const relative = fuse((a: Scalar, b: Scalar) => a.sub(b).abs().div(b.abs().maximum(1.17e-6)));
/**
 * The mean of |output - target| / max(|target|, 1.17e-6), over all elements: a share, not per cent. Shapes: both [...].
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/regression/mean_absolute_percentage_error.html
 *
 * @example
 * const error = new MeanAbsolutePercentageError();
 * error.update(tensor([1, 2]), tensor([1, 4]));
 * await error.compute(); // 0.25
 */
export class MeanAbsolutePercentageError extends MeanOf<1> {
  readonly typeName = 'MeanAbsolutePercentageError';
  constructor() { super('MeanAbsolutePercentageError'); }
  protected each(outputs: Tensor, targets: Tensor): Tensor { return relative.reduce('sum', undefined, outputs, targets); }
}

/** How several outputs become one number: their mean, the mean weighted by the targets' variance, or one each. */
export type MultiOutput = 'uniform_average' | 'variance_weighted' | 'raw_values';

/**
 * Moments over batches, without the cancellation of sums of squares: of each output the count, the means of output and target, and the summed squares and product
 * of deviations; batches are joined by Chan's formula. The state is [6, D].
 *
 * Source: Chan, Golub, LeVeque, Updating formulae and a pairwise algorithm for computing sample variances, 1979
 */
export abstract class Moments<Result> extends Accumulated<Pair, Result> {
  protected count(outputs: Tensor, targets: Tensor): Tensor {
    checkPair(this.typeName, outputs, targets);
    if (outputs.shape.length > 2) fail(this.typeName, `the outputs are ${show(outputs.shape)}`, 'Give [N], or [N, D] for several outputs.');
    const [x, y] = [outputs, targets].map((each) => summable(each).reshape(each.shape[0] ?? 1, each.shape[1] ?? 1)) as [Tensor, Tensor];
    if (x.numel === 0) return x.newFull([6, x.shape[1] ?? 1], 0);
    // From the first row on, so that what is constant has deviations of exactly 0.
    const [meanX, meanY] = [x, y].map((each) => each.at(0).add(each.sub(each.at(0)).mean(0))) as [Tensor, Tensor];
    const [dx, dy] = [x.sub(meanX), y.sub(meanY)];
    return stack([meanX.newFull(meanX.shape, x.shape[0]!), meanX, meanY, dx.square().sum(0), dy.square().sum(0), dx.mul(dy).sum(0)]);
  }
  protected override combine(one: Tensor, other: Tensor): Tensor {
    const [n, mx, my, xx, yy, xy] = one.unbind(0) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const [m, nx, ny, uu, vv, uv] = other.unbind(0) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const all = n.add(m);
    const part = m.div(all.maximum(1));
    const [dx, dy] = [nx.sub(mx), ny.sub(my)];
    const both = n.mul(part);
    return stack([all, mx.add(dx.mul(part)), my.add(dy.mul(part)), xx.add(uu).add(dx.square().mul(both)), yy.add(vv).add(dy.square().mul(both)), xy.add(uv).add(dx.mul(dy).mul(both))]);
  }
}

/** 1 - unexplained / variation of each output, averaged: what R² and the explained variance share. */
abstract class Explained<M extends MultiOutput> extends Moments<M extends 'raw_values' ? number[] : number> {
  readonly #multioutput: MultiOutput;
  constructor(name: string, multioutput: MultiOutput) {
    super();
    if (!['uniform_average', 'variance_weighted', 'raw_values'].includes(multioutput)) fail(name, `there is no multioutput '${multioutput}'`, "Use 'uniform_average', 'variance_weighted' or 'raw_values'.");
    this.#multioutput = multioutput;
  }
  protected blank(): M extends 'raw_values' ? number[] : number { return (this.#multioutput === 'raw_values' ? [] : NaN) as M extends 'raw_values' ? number[] : number; }
  /** The summed squares of the errors that count. */
  protected abstract unexplained(deviations: Tensor, n: Tensor, offset: Tensor): Tensor;
  protected score(state: Tensor): Tensor {
    const [n, mx, my, xx, yy, xy] = state.unbind(0) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const rest = this.unexplained(xx.add(yy).sub(xy.mul(2)).clamp(0), n, mx.sub(my));
    const constant = yy.eq(0);
    const raw = this.adjust(where(constant, where(rest.eq(0), 1, 0), rest.div(where(constant, 1, yy)).rsub(1)), n); // scikit-learn's force_finite
    if (this.#multioutput === 'raw_values') return raw;
    if (this.#multioutput === 'uniform_average') return raw.mean();
    const total = yy.sum();
    return where(total.eq(0), raw.mean(), raw.mul(yy).sum().div(where(total.eq(0), 1, total)));
  }
  /** A last word on the scores of n rows. */
  protected adjust(scores: Tensor, _n: Tensor): Tensor { return scores; }
}

/**
 * The coefficient of determination, 1 - sum (y - ŷ)² / sum (y - mean y)². Of constant targets it is 1 where all are hit, else 0; NaN of fewer than two rows.
 * `adjusted`, the number p of independent regressors, makes it 1 - (1 - R²) (n - 1) / (n - p - 1), where there are rows enough. Shapes: both [N], or [N, D].
 *
 * Source: https://scikit-learn.org/stable/modules/generated/sklearn.metrics.r2_score.html
 *
 * @example
 * const r2 = new R2Score();
 * r2.update(tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7]));
 * await r2.compute(); // 0.9486
 */
export class R2Score<M extends MultiOutput = 'uniform_average'> extends Explained<M> {
  readonly typeName = 'R2Score';
  readonly #adjusted: number;
  constructor({ multioutput, adjusted = 0 }: { readonly multioutput?: M; readonly adjusted?: number } = {}) {
    super('R2Score', multioutput ?? 'uniform_average');
    if (!(Number.isInteger(adjusted) && adjusted >= 0)) fail('R2Score', `adjusted is ${adjusted}`, 'Use a whole number from 0 on.');
    this.#adjusted = adjusted;
  }
  protected override adjust(scores: Tensor, n: Tensor): Tensor {
    const left = n.sub(this.#adjusted + 1);
    const adjusted = where(left.gt(0), scores.rsub(1).mul(n.sub(1)).div(left.maximum(1)).rsub(1), scores);
    return where(n.gt(1), this.#adjusted === 0 ? scores : adjusted, NaN);
  }
  protected unexplained(deviations: Tensor, n: Tensor, offset: Tensor): Tensor { return deviations.add(n.mul(offset.square())); }
}

/**
 * The share of the targets' variance that is explained, 1 - var(y - ŷ) / var(y): R² where the errors' mean is 0. Shapes: both [N], or [N, D].
 *
 * Source: https://scikit-learn.org/stable/modules/generated/sklearn.metrics.explained_variance_score.html
 *
 * @example
 * const explained = new ExplainedVariance();
 * explained.update(tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7]));
 * await explained.compute(); // 0.9572
 */
export class ExplainedVariance<M extends MultiOutput = 'uniform_average'> extends Explained<M> {
  readonly typeName = 'ExplainedVariance';
  constructor({ multioutput }: { readonly multioutput?: M } = {}) { super('ExplainedVariance', multioutput ?? 'uniform_average'); }
  protected unexplained(deviations: Tensor): Tensor { return deviations; }
}

/**
 * Pearson's correlation of outputs and targets, -1 to 1; NaN where one is constant. Shapes: both [N], or [N, D] for D numbers.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/regression/pearson_corr_coef.html
 *
 * @example
 * const correlation = new PearsonCorrCoef();
 * correlation.update(tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7]));
 * await correlation.compute(); // 0.9849
 */
export class PearsonCorrCoef<D extends number = 1> extends Moments<PerOutput<D>> {
  readonly typeName = 'PearsonCorrCoef';
  readonly #outputs: number;
  constructor({ numOutputs = 1 as D }: OutputOptions<D> = {}) {
    super();
    this.#outputs = checkNumOutputs('PearsonCorrCoef', numOutputs);
  }
  protected blank(): PerOutput<D> { return (this.#outputs === 1 ? NaN : Array.from({ length: this.#outputs }, () => NaN)) as PerOutput<D>; }
  protected override count(outputs: Tensor, targets: Tensor): Tensor {
    if ((outputs.shape[1] ?? 1) !== this.#outputs) fail('PearsonCorrCoef', `the outputs are ${show(outputs.shape)}`, `It was made for ${this.#outputs} outputs (numOutputs).`);
    return super.count(outputs, targets);
  }
  protected score(state: Tensor): Tensor {
    const [, , , xx, yy, xy] = state.unbind(0) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const r = xy.div(xx.sqrt().mul(yy.sqrt())).clamp(-1, 1);
    return this.#outputs === 1 ? r.squeeze(0) : r;
  }
}
