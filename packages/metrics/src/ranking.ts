import { fail, fuse, type Scalar, show, type Tensor, where } from '@nn/tensor';
import { checkClassification, type ClassificationTask, probabilities } from './classified.ts';
import { type Curve, rocCurve } from './curves.ts';
import { Gathered } from './gathered.ts';
import { summable } from './regression.ts';
import { type Average, taskName } from './stat-scores.ts';

/** What metrics of scores over all thresholds take. */
export interface RankingOptions {
  /** 'multiclass' by default: each class against all others. */
  readonly task?: ClassificationTask;
  readonly numClasses?: number;
  readonly numLabels?: number;
  /** Targets of this value are not counted. */
  readonly ignoreIndex?: number;
}

const outside = fuse((p: Scalar) => p.lt(0).logicalOr(p.gt(1)).cast('int32'));
/** Scores [N, C] as they are, or their softmax where any lies outside 0..1; decided on the device. */
export const distribution = (scores: Tensor): Tensor => where(outside.reduce('max', undefined, scores).gt(0), scores.softmax(1), scores);

/**
 * Scores and truths of all batches, as columns of one label each.
 *
 * @typeParam Result - what it comes to
 */
export abstract class Ranking<Result> extends Gathered<Result> {
  readonly typeName: string;
  protected readonly task: ClassificationTask;
  readonly #name: string;
  readonly #width: number;
  readonly #ignore: number | undefined;

  constructor(name: string, options: RankingOptions) {
    super();
    checkClassification(name, options);
    const { task = 'multiclass', numClasses, numLabels, ignoreIndex } = options;
    if (task === 'multiclass' && numClasses === undefined) fail(name, 'numClasses is missing', 'Give the number of classes.');
    this.#name = name;
    this.typeName = taskName(task, name);
    this.task = task;
    this.#width = task === 'binary' ? 1 : (task === 'multiclass' ? numClasses : numLabels)!;
    this.#ignore = ignoreIndex;
  }

  protected prepare(outputs: Tensor, targets: Tensor): readonly [Tensor, Tensor] {
    const { shape } = outputs;
    const multiclass = this.task === 'multiclass';
    const fits = multiclass ? show([shape[0] ?? 1, ...shape.slice(2)]) === show(targets.shape) : show(shape) === show(targets.shape);
    if (!fits || (this.task !== 'binary' && shape[1] !== this.#width)) {
      fail(this.#name, `the outputs are ${show(shape)}, the targets ${show(targets.shape)}`, multiclass ? `Give scores [N, ${this.#width}] with labels [N].` : this.task === 'binary' ? 'Give both the same shape.' : `Give both as [N, ${this.#width}].`);
    }
    const scores = summable(outputs);
    if (scores.numel === 0) return [scores.reshape(-1), targets.reshape(-1)];
    const chances = multiclass ? distribution(scores) : probabilities(scores);
    const rows = (x: Tensor) => (x.shape.length > 2 ? x.movedim(1, -1) : x);
    return [rows(chances), multiclass ? targets : rows(targets)];
  }

  /** The scores and truths (1 or 0) of each label, without what is ignored. */
  protected columns(outputs: Float64Array, targets: Float64Array): Column[] {
    const width = this.#width;
    const columns = Array.from({ length: width }, (): Column => ({ scores: [], truths: [] }));
    outputs.forEach((score, place) => {
      const [row, column] = [Math.floor(place / width), place % width];
      const target = targets[this.task === 'multiclass' ? row : place]!;
      if (target === this.#ignore) return;
      columns[column]!.scores.push(score);
      columns[column]!.truths.push(Number(this.task === 'multiclass' ? target === column : target > 0));
    });
    return columns;
  }
}

/** Scores, and for each whether it is true. */
export interface Column { readonly scores: number[]; readonly truths: number[] }

/** One number, or one for each class. */
export type Averaged<A extends Average> = A extends 'none' ? number[] : number;

/** A number for each label, averaged: 'macro' unless told otherwise. */
abstract class AveragedRanking<A extends Average> extends Ranking<Averaged<A>> {
  readonly #average: Average;
  constructor(name: string, { average = 'macro' as A, ...options }: RankingOptions & { readonly average?: A }) {
    super(name, options);
    if (!['macro', 'weighted', 'none', 'micro'].includes(average)) fail(name, `there is no average '${average}'`, "Use 'macro', 'weighted', 'micro' (multilabel) or 'none'.");
    if (average === 'micro' && this.task === 'multiclass') fail(name, "there is no average 'micro' of several classes", "Use 'macro', 'weighted' or 'none'.");
    this.#average = average;
  }
  protected abstract area(column: Column): number;
  protected solve(outputs: Float64Array, targets: Float64Array): Averaged<A> {
    return this.#averaged(this.columns(outputs, targets)) as Averaged<A>;
  }
  #averaged(columns: Column[]): number | number[] {
    if (this.task === 'binary') return this.area(columns[0]!);
    if (this.#average === 'micro') return this.area({ scores: columns.flatMap(({ scores }) => scores), truths: columns.flatMap(({ truths }) => truths) });
    const areas = columns.map((column) => this.area(column));
    if (this.#average === 'none') return areas;
    const weights = columns.map(({ truths }) => (this.#average === 'macro' ? 1 : sum(truths)));
    return sum(areas.map((area, i) => area * weights[i]!)) / sum(weights);
  }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

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
  constructor(options: RankingOptions & { readonly average?: A } = {}) { super('AUROC', options); }
  protected area({ scores, truths }: Column): number {
    if (scores.length === 0) return NaN;
    const { fpr, tpr } = rocCurve(scores, truths);
    return sum(fpr.slice(1).map((x, i) => (x - fpr[i]!) * (tpr[i + 1]! + tpr[i]!) / 2));
  }
}

/**
 * The mean of precision over recall, sum (R_n - R_{n-1}) P_n over the thresholds, without interpolation. 0 where nothing is true, NaN of nothing. Shapes as {@link AUROC}.
 *
 * Source: https://scikit-learn.org/stable/modules/generated/sklearn.metrics.average_precision_score.html
 *
 * @example
 * const precision = new AveragePrecision({ task: 'binary' });
 * precision.update(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1], { dtype: 'int32' }));
 * await precision.compute(); // 0.8333
 */
export class AveragePrecision<A extends Average = 'macro'> extends AveragedRanking<A> {
  constructor(options: RankingOptions & { readonly average?: A } = {}) { super('AveragePrecision', options); }
  protected area({ scores, truths }: Column): number {
    const { hits, misses } = rocCurve(scores, truths);
    const all = hits.at(-1)!;
    if (scores.length === 0) return NaN;
    return all === 0 ? 0 : sum(hits.slice(1).map((hit, i) => (hit - hits[i]!) / all * hit / (hit + misses[i + 1]!)));
  }
}

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
export class ROC<T extends ClassificationTask = 'multiclass'> extends Ranking<T extends 'binary' ? Curve : Curve[]> {
  constructor(options: RankingOptions & { readonly task?: T } = {}) { super('ROC', options); }
  protected solve(outputs: Float64Array, targets: Float64Array): T extends 'binary' ? Curve : Curve[] {
    const curves = this.columns(outputs, targets).map(({ scores, truths }): Curve => {
      const { fpr, tpr, thresholds } = rocCurve(scores, truths);
      return { fpr, tpr, thresholds };
    });
    return (this.task === 'binary' ? curves[0] : curves) as T extends 'binary' ? Curve : Curve[];
  }
}
