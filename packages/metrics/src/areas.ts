import { fail } from '@nn/tensor';
import { area, partialArea, precisionRecall, type Points, rocCurve } from './curves.ts';
import { Ranking, type RankingOptions } from './ranking.ts';
import type { Average } from './stat-scores.ts';

/** One number, or one for each class. */
export type Averaged<A extends Average> = A extends 'none' ? number[] : number;

/** A number for each label, averaged: 'macro' unless told otherwise. Labels of which there is no number (NaN) are left out of averages. */
abstract class AveragedRanking<A extends Average> extends Ranking<Averaged<A>> {
  readonly #average: Average;
  constructor(name: string, { average = 'macro' as A, ...options }: RankingOptions & { readonly average?: A }) {
    super(name, options, average === 'micro');
    if (!['macro', 'weighted', 'none', 'micro'].includes(average)) fail(name, `there is no average '${average}'`, "Use 'macro', 'weighted', 'micro' (multilabel) or 'none'.");
    if (average === 'micro' && this.task === 'multiclass') fail(name, "there is no average 'micro' of several classes", "Use 'macro', 'weighted' or 'none'.");
    this.#average = average;
  }
  protected abstract area(points: Points): number;
  protected solve(points: readonly Points[]): Averaged<A> { return this.#averaged(points) as Averaged<A>; }
  #averaged(points: readonly Points[]): number | number[] {
    const areas = points.map((each) => (each.positives + each.negatives === 0 ? NaN : this.area(each)));
    if (this.task === 'binary' || this.#average === 'micro') return areas[0]!;
    if (this.#average === 'none') return areas;
    const weights = points.map(({ positives }, i) => (Number.isNaN(areas[i]) ? 0 : this.#average === 'macro' ? 1 : positives));
    const all = sum(weights);
    if (this.#average === 'weighted' && all === 0) return areas.every(Number.isNaN) ? NaN : 0;
    return sum(areas.map((each, i) => (Number.isNaN(each) ? 0 : each * weights[i]!))) / all;
  }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** What {@link AUROC} takes. */
export interface AUROCOptions<A extends Average = Average> extends RankingOptions {
  /** 'macro' by default; 'micro' is for 'multilabel'; without effect on 'binary'. */
  readonly average?: A;
  /** Only the part up to this share of false alarms counts, scaled to 0.5 for chance and 1 for the best (McClish 1989). For 'binary'. */
  readonly maxFpr?: number;
}

/**
 * The area under the {@link ROC}: the chance that something true has a higher score than something untrue, equals counting a half. 0 where one of both is missing
 * (torchmetrics), NaN of nothing. Shapes: binary [...] both; multiclass scores [N, C, ...] with labels [N, ...]; multilabel [N, L, ...] both.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/auroc.html
 *
 * @example
 * const auroc = new AUROC({ task: 'binary' });
 * auroc.update(tensor([0, 0.5, 0.7, 0.8]), tensor([0, 1, 0, 1], { dtype: 'int32' }));
 * await auroc.compute(); // 0.75
 */
export class AUROC<A extends Average = 'macro'> extends AveragedRanking<A> {
  readonly #maxFpr: number;
  constructor({ maxFpr = 1, ...options }: AUROCOptions<A> = {}) {
    super('AUROC', options);
    if (!(maxFpr > 0 && maxFpr <= 1)) fail('AUROC', `maxFpr is ${maxFpr}`, 'Use a share above 0, at most 1.');
    if (maxFpr < 1 && this.task !== 'binary') fail('AUROC', `maxFpr is ${maxFpr}, and the task '${this.task}'`, "Leave it out, or use task 'binary'.");
    this.#maxFpr = maxFpr;
  }
  protected area(points: Points): number {
    const curve = rocCurve(points);
    return this.#maxFpr === 1 || points.positives === 0 || points.negatives === 0 ? area(curve.fpr, curve.tpr) : partialArea(curve, this.#maxFpr);
  }
}

/**
 * The mean of precision over recall, sum (R_n - R_{n-1}) P_n over the thresholds, without interpolation. Where nothing is true it is 0; a class of 'multiclass' that
 * never occurs has none (NaN) and is left out of averages (torchmetrics). Shapes as {@link AUROC}.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/average_precision.html
 *
 * @example
 * const precision = new AveragePrecision({ task: 'binary' });
 * precision.update(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1], { dtype: 'int32' }));
 * await precision.compute(); // 0.8333
 */
export class AveragePrecision<A extends Average = 'macro'> extends AveragedRanking<A> {
  constructor(options: RankingOptions & { readonly average?: A } = {}) { super('AveragePrecision', options); }
  protected area(points: Points): number {
    if (points.positives === 0) return points.exact && this.task === 'multiclass' ? NaN : 0;
    const { precision, recall } = precisionRecall(points);
    return sum(recall.slice(1).map((after, i) => (recall[i]! - after) * (precision[i]! || 0)));
  }
}
