import { type Curve, type Points, precisionRecall, type PrecisionRecall, rocCurve } from './curves.ts';
import { Ranking, type RankingOptions } from './ranking.ts';
import type { ClassificationTask } from './classified.ts';

/** One curve, or one a class or label. */
export type Curves<T extends ClassificationTask, C> = T extends 'binary' ? C : C[];

/**
 * The receiver operating characteristic: the share of false alarms (`fpr`) and of hits (`tpr`) at each score as threshold, falling, after a first one of 1 at which nothing
 * is predicted. One curve, or one a class or label. Shapes as {@link AUROC}.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/roc.html
 *
 * @example
 * const roc = new ROC({ task: 'binary' });
 * roc.update(tensor([0.1, 0.4, 0.8]), tensor([0, 1, 1], { dtype: 'int32' }));
 * await roc.compute(); // { fpr: [0, 0, 0, 1], tpr: [0, 0.5, 1, 1], thresholds: [1, 0.8, 0.4, 0.1] }
 */
export class ROC<T extends ClassificationTask = 'multiclass'> extends Ranking<Curves<T, Curve>> {
  constructor(options: RankingOptions & { readonly task?: T } = {}) { super('ROC', options); }
  protected solve(points: readonly Points[]): Curves<T, Curve> {
    const curves = points.map(rocCurve);
    return (this.task === 'binary' ? curves[0] : curves) as Curves<T, Curve>;
  }
}

/**
 * Precision and recall at each score as threshold, rising, and a last point of precision 1 and recall 0 that has none. Recall is NaN for a class that never occurs,
 * and 1 where nothing at all is true (torchmetrics). One curve, or one a class or label. Shapes as {@link AUROC}.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/precision_recall_curve.html
 *
 * @example
 * const curve = new PrecisionRecallCurve({ task: 'binary' });
 * curve.update(tensor([0.1, 0.4, 0.8]), tensor([0, 1, 1], { dtype: 'int32' }));
 * await curve.compute(); // { precision: [0.6667, 1, 1, 1], recall: [1, 1, 0.5, 0], thresholds: [0.1, 0.4, 0.8] }
 */
export class PrecisionRecallCurve<T extends ClassificationTask = 'multiclass'> extends Ranking<Curves<T, PrecisionRecall>> {
  constructor(options: RankingOptions & { readonly task?: T } = {}) { super('PrecisionRecallCurve', options); }
  protected solve(points: readonly Points[]): Curves<T, PrecisionRecall> {
    const curves = points.map((each): PrecisionRecall => {
      const curve = precisionRecall(each);
      const undefinedRecall = each.exact && each.positives === 0 && this.task !== 'multiclass';
      return undefinedRecall ? { ...curve, recall: curve.recall.map((_, i, all) => (i + 1 < all.length ? 1 : 0)) } : curve;
    });
    return (this.task === 'binary' ? curves[0] : curves) as Curves<T, PrecisionRecall>;
  }
}
