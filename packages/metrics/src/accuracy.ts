import type { Tensor } from '@nn/tensor';
import { type Average, type Counts, shareBeside, StatScores, type StatScoresOptions } from './stat-scores.ts';

/** What {@link Accuracy} takes. */
export type AccuracyOptions<A extends Average = Average> = StatScoresOptions<A>;

/** The share of right answers: of a class's own for 'multiclass', of all yes and no otherwise. */
export function rightShare(counts: Counts, task: StatScoresOptions['task']): Tensor {
  const { tp, fp, fn } = counts;
  if (task === undefined || task === 'multiclass') return shareBeside(tp, fn);
  return shareBeside(tp.add(counts.tn), fn.add(fp));
}

/**
 * The share of right answers, over all batches since the last `reset`; with `topK`, of answers among the k highest scores. Counting happens on the device; only
 * `compute` reads. NaN where nothing was counted.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/accuracy.html
 *
 * @example
 * const accuracy = new Accuracy({ numClasses: 3 });
 * accuracy.update(tensor([[2, 1, 0], [0, 3, 1]]), tensor([0, 2], { dtype: 'int32' })); // logits of a batch, and its labels
 * accuracy.update(tensor([1, 2], { dtype: 'int32' }), tensor([1, 2], { dtype: 'int32' }));
 * await accuracy.compute(); // 0.75
 */
export class Accuracy<A extends Average = 'micro'> extends StatScores<A> {
  constructor(options: AccuracyOptions<A> = {}) { super('Accuracy', options); }
  protected override get onlyTrue(): boolean { return true; }
  protected ratio(counts: Counts): Tensor { return rightShare(counts, this.options.task); }
}

/**
 * The share of wrong answers: 1 - {@link Accuracy} before the average is taken.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/hamming_distance.html
 *
 * @example
 * const distance = new HammingDistance({ task: 'multilabel', numLabels: 2 });
 * distance.update(tensor([[1, 0], [1, 1]], { dtype: 'int32' }), tensor([[1, 0], [0, 1]], { dtype: 'int32' }));
 * await distance.compute(); // 0.25
 */
export class HammingDistance<A extends Average = 'micro'> extends StatScores<A> {
  constructor(options: StatScoresOptions<A> = {}) { super('HammingDistance', options); }
  protected ratio(counts: Counts): Tensor { return rightShare(counts, this.options.task).rsub(1); }
}
