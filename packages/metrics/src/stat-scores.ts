import { fail, fuse, type Scalar, stack, type Tensor, where } from '@nn/tensor';
import { Accumulated } from './accumulated.ts';
import { checkClassification, type ClassificationOptions, classified, labelled } from './classified.ts';

/**
 * How classes become one number: 'micro' counts all together (the default), 'macro' is the mean over classes that occur, 'weighted' the mean weighted by how
 * often a class is true, 'none' leaves one number a class.
 */
export type Average = 'micro' | 'macro' | 'weighted' | 'none';

/** What {@link Accuracy}, {@link Precision} and their kin take. */
export interface StatScoresOptions<A extends Average = Average> extends ClassificationOptions {
  /** 'micro' by default; without effect on 'binary'. */
  readonly average?: A;
}

/** What the scores with a division that may be by 0 take besides. */
export interface RatioOptions<A extends Average = Average> extends StatScoresOptions<A> {
  /** What a share of nothing is, 0 by default. */
  readonly zeroDivision?: 0 | 1;
}

/** True and false positives and negatives, each [C] or []. */
export interface Counts { readonly tp: Tensor; readonly fp: Tensor; readonly tn: Tensor; readonly fn: Tensor }

const hits = fuse((predicted: Scalar, truth: Scalar, counts: Scalar) => predicted.eq(truth).logicalAnd(counts).cast('int32'));
const both = fuse((predicted: Scalar, truth: Scalar, counts: Scalar, label: Scalar) => predicted.eq(label).logicalAnd(truth.eq(label)).logicalAnd(counts).cast('int32'));
const one = fuse((labels: Scalar, counts: Scalar, label: Scalar) => labels.eq(label).logicalAnd(counts).cast('int32'));
const tally = fuse((counts: Scalar) => counts.cast('int32'));
/** [4, 1], of classes counted together: what is wrong is a false positive of one class and a false negative of another. */
const outcomes = fuse((hits: Scalar, total: Scalar) => {
  const place = hits.index(0);
  return total.where(place.eq(3), hits.where(place.eq(0), total.sub(hits)));
});
const rest = fuse((decisions: Scalar, each: Scalar, tp: Scalar, fp: Scalar, fn: Scalar) => decisions.mul(each).sub(tp).sub(fp).sub(fn));
const over = (a: Scalar, b: Scalar, ofNothing: Scalar): Scalar => {
  const nothing = b.eq(0);
  return ofNothing.where(nothing, a.div(b.constant(1).where(nothing, b)));
};
const quotient = fuse(over);
const portion = fuse((a: Scalar, others: Scalar, ofNothing: Scalar) => over(a, a.add(others), ofNothing));

/** a / b, and `ofNothing` where b is 0: torchmetrics' `zero_division`. */
export const share = (a: Tensor, b: Tensor, ofNothing = 0): Tensor => quotient(a, b, ofNothing);
/** The share of `a` in `a` and `others`, and `ofNothing` where both are 0. */
export const shareBeside = (a: Tensor, others: Tensor, ofNothing = 0): Tensor => portion(a, others, ofNothing);

/** Fails where `zeroDivision` is something else than 0 or 1. */
export function checkZeroDivision(name: string, zeroDivision: number): number {
  if (zeroDivision !== 0 && zeroDivision !== 1) fail(name, `zeroDivision is ${zeroDivision}`, 'Use 0 or 1.');
  return zeroDivision;
}

const prefixes = { binary: 'Binary', multiclass: 'Multiclass', multilabel: 'Multilabel' } as const;
/** torchmetrics' name of a metric for a task. */
export const taskName = (task: ClassificationOptions['task'], name: string): string => `${prefixes[task ?? 'multiclass'] as string | undefined ?? ''}${name}`;

/**
 * What metrics of true and false positives and negatives share: the counting of them, on the device, and the averages. The state is [4, C] int32: true positives, false
 * positives, false negatives, and how many decisions they are of; [4, 1] where several classes are counted together.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/stat_scores.html
 */
export abstract class StatScores<A extends Average = 'micro'> extends Accumulated<[outputs: Tensor, targets: Tensor], A extends 'none' ? number[] : number> {
  readonly typeName: string;
  readonly #name: string;
  readonly #average: Average;
  readonly #together: boolean;
  /** Whether 'macro' leaves out classes that were predicted, but never true: torchmetrics does where topK is above 1, in some of its metrics. */
  protected get onlyTrue(): boolean { return false; }
  protected readonly options: StatScoresOptions;

  /** @param perClass counts each class by itself even where the average needs only all together */
  constructor(name: string, options: StatScoresOptions<A>, perClass = false) {
    super();
    checkClassification(name, options);
    const average = options.average ?? 'micro';
    if (!['micro', 'macro', 'weighted', 'none'].includes(average)) fail(name, `there is no average '${average}'`, "Use 'micro', 'macro', 'weighted' or 'none'.");
    const task = options.task ?? 'multiclass';
    if (task === 'multiclass' && average !== 'micro' && options.numClasses === undefined) fail(name, `the average '${average}' needs numClasses`, 'Give the number of classes.');
    this.#name = name;
    this.#average = task === 'binary' ? 'micro' : average;
    this.#together = task === 'multiclass' && average === 'micro' && !perClass;
    this.typeName = taskName(task, name);
    this.options = options;
  }

  /** The formula, for each class or for all together. */
  protected abstract ratio(counts: Counts): Tensor;

  protected blank(): A extends 'none' ? number[] : number {
    const { numClasses, numLabels, task } = this.options;
    const size = task === 'multilabel' ? numLabels : numClasses;
    return (this.#average === 'none' ? Array.from({ length: size ?? 0 }, () => NaN) : NaN) as A extends 'none' ? number[] : number;
  }

  protected count(outputs: Tensor, targets: Tensor): Tensor {
    if (this.#together) {
      const { predicted, truth, counts } = classified(this.#name, outputs, targets, this.options);
      const right = hits.reduce('sum', undefined, predicted, truth, counts ?? 1);
      return outcomes(right.expand([4, 1]), counts ? tally.reduce('sum', undefined, counts) : targets.numel);
    }
    const { predicted, truth, counts } = labelled(this.#name, outputs, targets, this.options);
    const { task = 'multiclass', numClasses } = this.options;
    if (task !== 'multiclass') {
      const axes = task === 'binary' ? undefined : truth.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
      const yes = both.reduce('sum', axes, predicted, truth, counts, 1);
      return confusions(yes, one.reduce('sum', axes, predicted, counts, 1), one.reduce('sum', axes, truth, counts, 1), tally.reduce('sum', axes, counts));
    }
    const total = tally.reduce('sum', undefined, counts);
    const labels = total.newFull([numClasses!], 1).cumsum(0).sub(1).unsqueeze(0);
    const [p, t, c] = [predicted, truth, counts].map((x) => x.reshape(x.numel, 1)) as [Tensor, Tensor, Tensor];
    return confusions(both.reduce('sum', 0, p, t, c, labels), one.reduce('sum', 0, p, c, labels), one.reduce('sum', 0, t, c, labels), total.expand([numClasses!]));
  }

  protected score(state: Tensor): Tensor {
    const together = this.#average === 'micro';
    const counted = this.#together ? state.squeeze(1) : together ? state.sum(1) : state;
    const [tp, fp, fn, n] = counted.unbind(0) as [Tensor, Tensor, Tensor, Tensor];
    // Each of several classes counted together is a decision of its own; only here, where numbers may be large.
    const decisions = this.#together ? this.options.numClasses ?? 2 : 1;
    const scores = this.ratio({ tp, fp, fn, get tn() { return rest(n, decisions, tp, fp, fn); } });
    if (together || this.#average === 'none') return scores;
    const support = tp.add(fn);
    const occurs = this.onlyTrue && (this.options.topK ?? 1) > 1 ? support : support.add(fp);
    const weights = this.#average === 'weighted' ? support : this.options.task === 'multilabel' ? scores.mul(0).add(1) : where(occurs.eq(0), occurs, occurs.div(occurs));
    return share(weights.mul(scores), weights.sum()).sum();
  }
}

/** [4, C] from what was predicted, what was true, and both. */
function confusions(tp: Tensor, predicted: Tensor, actual: Tensor, total: Tensor): Tensor {
  return stack([tp, predicted.sub(tp), actual.sub(tp), total]).reshape(4, -1);
}
