import { checkIndices, fail, isFloat, show, type Tensor } from '@nn/tensor';
import { checkClassification, type ClassificationTask, counting, distribution, probabilities } from './classified.ts';
import type { Points } from './curves.ts';
import type { Metric } from './metric.ts';
import { summable } from './regression.ts';
import { AllScores, Histogram, type Layout } from './score-memory.ts';
import { taskName } from './stat-scores.ts';

/** What metrics of scores over all thresholds take. */
export interface RankingOptions {
  /** 'multiclass' by default: each class against all others. */
  readonly task?: ClassificationTask;
  readonly numClasses?: number;
  readonly numLabels?: number;
  /**
   * Without it every score is a threshold: exact, and all scores are kept on the device until `reset`. A number from 2 on means so many evenly from 0 to 1, a list means
   * these; then only counts are kept.
   */
  readonly thresholds?: number | readonly number[];
  /** Targets of this value are not counted. */
  readonly ignoreIndex?: number;
}

/**
 * What scores and truths come to over all thresholds. Scores outside 0..1 pass through sigmoid or, for 'multiclass', softmax first.
 *
 * @typeParam Result - what it comes to
 */
export abstract class Ranking<Result> implements Metric<[outputs: Tensor, targets: Tensor], Result> {
  /** The name under which summaries and logs show it: torchmetrics'. */
  readonly typeName: string;
  protected readonly task: ClassificationTask;
  readonly #name: string;
  readonly #width: number;
  readonly #ignore: number | undefined;
  readonly #pooled: boolean;
  readonly #memory: AllScores | Histogram;

  /** @param pooled puts all labels of 'multilabel' into one column */
  constructor(name: string, options: RankingOptions, pooled = false) {
    checkClassification(name, options);
    const { task = 'multiclass', numClasses, numLabels, ignoreIndex, thresholds } = options;
    if (task === 'multiclass' && numClasses === undefined) fail(name, 'numClasses is missing', 'Give the number of classes.');
    this.#name = name;
    this.typeName = taskName(task, name);
    this.task = task;
    this.#width = task === 'binary' ? 1 : (task === 'multiclass' ? numClasses : numLabels)!;
    this.#ignore = ignoreIndex;
    this.#pooled = pooled || task === 'binary';
    const layout: Layout = { typeName: this.typeName, width: this.#pooled ? 1 : this.#width, labels: task === 'multiclass', ignoreIndex };
    this.#memory = thresholds === undefined ? new AllScores(layout) : new Histogram(layout, rising(name, thresholds));
  }

  /** What the points of each label come to. */
  protected abstract solve(points: readonly Points[]): Result;

  /**
   * Takes in a batch, without waiting for the device. Shapes: binary [...] both; multiclass scores [N, C, ...] with labels [N, ...]; multilabel [N, L, ...] both.
   *
   * @throws where the shapes do not fit
   */
  update(outputs: Tensor, targets: Tensor): void { this.#memory.update(...this.#prepare(outputs, targets)); }

  /** Takes in a batch and gives its own value. Waits for the device, unlike metrics that only count. */
  async forward(outputs: Tensor, targets: Tensor): Promise<Result> {
    const batch = this.#prepare(outputs, targets);
    if (this.#memory instanceof AllScores) return this.solve(await this.#memory.forward(...batch));
    return this.solve(this.#memory.points((await this.#memory.forward(...batch).toArray()) as number[][][]));
  }

  /** What all batches since the last `reset` come to. Waits for the device. */
  async compute(): Promise<Result> {
    return this.solve(this.#memory instanceof AllScores ? await this.#memory.compute() : this.#memory.points(await this.#memory.compute()));
  }

  /** Starts anew. */
  reset(): void { this.#memory.reset(); }

  /** Takes in what another metric of the same kind and options has seen; the other keeps it. */
  merge(other: this): this {
    (this.#memory as AllScores).merge(other.#memory as AllScores);
    return this;
  }

  /** What it has seen, on its device: `{ outputs, targets }`, or `{ state }` with `thresholds`. */
  stateDict(): Record<string, Tensor> { return this.#memory.stateDict(); }
  /** Goes on from what {@link stateDict} gave. */
  loadStateDict(dict: Readonly<Record<string, Tensor>>): void { this.#memory.loadStateDict(dict); }

  /** Moves what was seen to another device. */
  async to(device: Tensor['device']): Promise<this> {
    await this.#memory.to(device);
    return this;
  }

  /** Probabilities [N, W] and targets: [N] for 'multiclass', else [N, W]. */
  #prepare(outputs: Tensor, targets: Tensor): [Tensor, Tensor] {
    const { shape } = outputs;
    const multiclass = this.task === 'multiclass';
    const fits = multiclass ? show([shape[0] ?? 1, ...shape.slice(2)]) === show(targets.shape) : show(shape) === show(targets.shape);
    if (!fits || (this.task !== 'binary' && shape[1] !== this.#width)) {
      fail(this.#name, `the outputs are ${show(shape)}, the targets ${show(targets.shape)}`, multiclass ? `Give scores [N, ${this.#width}] with labels [N].` : this.task === 'binary' ? 'Give both the same shape.' : `Give both as [N, ${this.#width}].`);
    }
    if (!isFloat(targets.dtype)) checkIndices(this.#name, targets, multiclass ? this.#width : 2, 'a label', this.#ignore);
    const scores = summable(outputs);
    const counts = counting(targets, this.#ignore);
    const chances = multiclass ? distribution(scores, counts?.unsqueeze(1)) : probabilities(scores, this.task === 'binary' ? counts : undefined);
    const rows = (x: Tensor) => (this.#pooled ? x.reshape(-1, 1) : x.shape.length > 2 ? x.movedim(1, -1).reshape(-1, this.#width) : x);
    return [rows(chances), multiclass ? targets.reshape(-1) : rows(targets)];
  }
}

/** Thresholds in rising order. */
function rising(name: string, thresholds: number | readonly number[]): readonly number[] {
  if (typeof thresholds !== 'number') {
    if (thresholds.length === 0 || !thresholds.every((threshold) => threshold >= 0 && threshold <= 1)) fail(name, `the thresholds are ${show(thresholds)}`, 'Use probabilities, 0 to 1.');
    return [...thresholds].sort((a, b) => a - b);
  }
  if (!(Number.isInteger(thresholds) && thresholds > 1)) fail(name, `thresholds is ${thresholds}`, 'Use a whole number from 2 on, or a list of probabilities.');
  return Array.from({ length: thresholds }, (_, i) => i / (thresholds - 1));
}
