import { fail, type Tensor, where } from '@nn/tensor';
import { type Average, checkZeroDivision, type Counts, type RatioOptions, share, shareBeside, StatScores, type StatScoresOptions } from './stat-scores.ts';

/** One count's share of some counts, which may be none. */
abstract class Ratio<A extends Average> extends StatScores<A> {
  protected readonly ofNothing: number;
  constructor(name: string, { zeroDivision = 0, ...options }: RatioOptions<A>, perClass?: boolean) {
    super(name, options, perClass);
    this.ofNothing = checkZeroDivision(name, zeroDivision);
  }
}

/**
 * Of what was predicted, how much was true: TP / (TP + FP), `zeroDivision` (0) where nothing was predicted.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/precision.html
 *
 * @example
 * const precision = new Precision({ numClasses: 3, average: 'none' });
 * precision.update(tensor([0, 1, 1], { dtype: 'int32' }), tensor([0, 1, 2], { dtype: 'int32' }));
 * await precision.compute(); // [1, 0.5, 0]
 */
export class Precision<A extends Average = 'micro'> extends Ratio<A> {
  constructor(options: RatioOptions<A> = {}) { super('Precision', options); }
  protected override get onlyTrue(): boolean { return true; }
  protected ratio({ tp, fp }: Counts): Tensor { return shareBeside(tp, fp, this.ofNothing); }
}

/**
 * Of what was true, how much was predicted: TP / (TP + FN), `zeroDivision` (0) where nothing was true.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/recall.html
 *
 * @example
 * const recall = new Recall({ task: 'binary' });
 * recall.update(tensor([0.9, 0.2, 0.7]), tensor([1, 1, 0], { dtype: 'int32' }));
 * await recall.compute(); // 0.5
 */
export class Recall<A extends Average = 'micro'> extends Ratio<A> {
  constructor(options: RatioOptions<A> = {}) { super('Recall', options); }
  protected override get onlyTrue(): boolean { return true; }
  protected ratio({ tp, fn }: Counts): Tensor { return shareBeside(tp, fn, this.ofNothing); }
}

/**
 * Of what was not true, how much was not predicted: TN / (TN + FP). 'multiclass' needs `numClasses`.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/specificity.html
 *
 * @example
 * const specificity = new Specificity({ task: 'binary' });
 * specificity.update(tensor([0.9, 0.2, 0.7]), tensor([1, 0, 0], { dtype: 'int32' }));
 * await specificity.compute(); // 0.5
 */
export class Specificity<A extends Average = 'micro'> extends StatScores<A> {
  constructor(options: StatScoresOptions<A> = {}) {
    super('Specificity', options);
    if ((options.task ?? 'multiclass') === 'multiclass' && options.numClasses === undefined) fail('Specificity', 'numClasses is missing', 'Give the number of classes.');
  }
  protected ratio({ tn, fp }: Counts): Tensor { return shareBeside(tn, fp); }
}

/**
 * The harmonic mean of precision and recall, recall weighing `beta` times as much: (1 + β²) TP / ((1 + β²) TP + β² FN + FP), `zeroDivision` (0) of nothing.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/fbeta_score.html
 *
 * @example
 * const score = new FBetaScore({ task: 'binary', beta: 2 });
 * score.update(tensor([1, 0, 1], { dtype: 'int32' }), tensor([1, 1, 0], { dtype: 'int32' }));
 * await score.compute(); // 0.5
 */
export class FBetaScore<A extends Average = 'micro'> extends Ratio<A> {
  readonly #square: number;
  constructor({ beta, ...options }: RatioOptions<A> & { readonly beta: number }, name = 'FBetaScore') {
    super(name, options);
    if (!(beta > 0 && beta < Infinity)) fail(name, `beta is ${beta}`, 'Use a number above 0.');
    this.#square = beta ** 2;
  }
  protected ratio({ tp, fp, fn }: Counts): Tensor {
    const right = tp.mul(1 + this.#square);
    return share(right, right.add(fn.mul(this.#square)).add(fp), this.ofNothing);
  }
}

/**
 * The harmonic mean of precision and recall: 2 TP / (2 TP + FN + FP), `zeroDivision` (0) of nothing.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/f1_score.html
 *
 * @example
 * const f1 = new F1Score({ numClasses: 3, average: 'macro' });
 * f1.update(tensor([0, 1, 1], { dtype: 'int32' }), tensor([0, 1, 2], { dtype: 'int32' }));
 * await f1.compute(); // (1 + 2 / 3 + 0) / 3 = 0.5556
 */
export class F1Score<A extends Average = 'micro'> extends FBetaScore<A> {
  constructor(options: RatioOptions<A> = {}) { super({ ...options, beta: 1 }, 'F1Score'); }
}

/** Whether what is ignored is one of the classes. */
const isClass = ({ task = 'multiclass', numClasses = 0, ignoreIndex = -1 }: StatScoresOptions): boolean => task === 'multiclass' && ignoreIndex >= 0 && ignoreIndex < numClasses;

/**
 * The overlap of what was predicted with what was true: TP / (TP + FP + FN), `zeroDivision` (0) of nothing. Its average is 'macro' unless told
 * otherwise, and a class that is ignored is no class of its own: both as in torchmetrics.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/jaccard_index.html
 *
 * @example
 * const jaccard = new JaccardIndex({ task: 'binary' });
 * jaccard.update(tensor([1, 0, 1], { dtype: 'int32' }), tensor([1, 1, 0], { dtype: 'int32' }));
 * await jaccard.compute(); // 1 / 3 = 0.3333
 */
export class JaccardIndex<A extends Average = 'macro'> extends Ratio<A> {
  constructor(options: RatioOptions<A> = {}) { super('JaccardIndex', { average: 'macro' as A, ...options }, isClass(options)); }
  protected override score(state: Tensor): Tensor {
    if (!isClass(this.options) || this.options.average === 'none') return super.score(state);
    const ignored = state.newFull([state.shape[1]!], 1).cumsum(0).sub(1).eq(this.options.ignoreIndex!);
    return super.score(where(ignored, 0, state));
  }
  protected ratio({ tp, fp, fn }: Counts): Tensor { return shareBeside(tp, fp.add(fn), this.ofNothing); }
}
