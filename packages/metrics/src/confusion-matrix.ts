import { checkIndices, fail, type Tensor, where } from '@nn/tensor';
import { Accumulated } from './accumulated.ts';
import { checkClassification, type ClassificationOptions, type ClassificationTask, labelled } from './classified.ts';
import { share, taskName } from './stat-scores.ts';

/** Counts of pairs of a true class (row) and a predicted one (column), [C, C] or, for 'multilabel', [L, 2, 2] int32 on the device. */
abstract class Pairs<Result> extends Accumulated<[outputs: Tensor, targets: Tensor], Result> {
  readonly typeName: string;
  readonly #name: string;
  protected readonly options: ClassificationOptions;
  /** The axes of the state. */
  protected readonly shape: readonly number[];

  constructor(name: string, options: ClassificationOptions) {
    super();
    checkClassification(name, options);
    const { task = 'multiclass', numClasses, numLabels } = options;
    if (task === 'multiclass' && numClasses === undefined) fail(name, 'numClasses is missing', 'Give the number of classes.');
    this.#name = name;
    this.options = options;
    this.typeName = taskName(task, name);
    this.shape = task === 'multiclass' ? [numClasses!, numClasses!] : task === 'binary' ? [2, 2] : [numLabels!, 2, 2];
  }

  protected count(outputs: Tensor, targets: Tensor): Tensor {
    const { predicted, truth, counts } = labelled(this.#name, outputs, targets, this.options, this.options.task === 'binary');
    const [labels, classes] = [this.shape.length === 3 ? this.shape[0]! : 1, this.shape.at(-1)!];
    const safe = where(counts, truth.cast('int32'), 0);
    const given = where(counts, predicted.cast('int32'), 0);
    checkIndices(this.#name, given, classes, 'a label');
    let place = safe.mul(classes).add(given);
    if (labels > 1) {
      const row = place.newFull([labels], classes ** 2).cumsum(0).sub(classes ** 2);
      place = place.add(row.reshape(labels, ...truth.shape.slice(2).map(() => 1)));
    }
    const flat = place.newFull([labels * classes ** 2], 0, { dtype: 'int32' });
    return flat.scatterAdd(0, place.cast('int32').reshape(-1), counts.cast('int32').reshape(-1)).reshape(...this.shape);
  }
}

/** Over what a {@link ConfusionMatrix} is normalised: each true class (row), each predicted one (column), everything, or nothing. */
export type Normalization = 'true' | 'pred' | 'all' | 'none';

/** [C, C], or for 'multilabel' [L, 2, 2]. */
export type MatrixOf<T extends ClassificationTask> = T extends 'multilabel' ? number[][][] : number[][];

/**
 * How often each class (row) was taken for each (column): [C, C], for 'multilabel' [L, 2, 2]. `normalize` makes them shares; those of nothing are 0.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/confusion_matrix.html
 *
 * @example
 * const matrix = new ConfusionMatrix({ numClasses: 2 });
 * matrix.update(tensor([0, 1, 1], { dtype: 'int32' }), tensor([0, 1, 0], { dtype: 'int32' }));
 * await matrix.compute(); // [[1, 1], [0, 1]]
 */
export class ConfusionMatrix<T extends ClassificationTask = 'multiclass'> extends Pairs<MatrixOf<T>> {
  readonly #normalize: Normalization;

  constructor({ normalize = 'none', ...options }: ClassificationOptions & { readonly task?: T; readonly normalize?: Normalization } = {}) {
    super('ConfusionMatrix', options);
    if (!['true', 'pred', 'all', 'none'].includes(normalize)) fail('ConfusionMatrix', `there is no normalization '${normalize}'`, "Use 'true', 'pred', 'all' or 'none'.");
    this.#normalize = normalize;
  }

  protected blank(): MatrixOf<T> {
    const [rows, columns] = this.shape.slice(-2) as [number, number];
    const zeros = () => Array.from({ length: rows }, () => Array.from({ length: columns }, () => 0));
    return (this.shape.length === 3 ? Array.from({ length: this.shape[0]! }, zeros) : zeros()) as MatrixOf<T>;
  }

  protected score(state: Tensor): Tensor {
    if (this.#normalize === 'none') return state.clone();
    return share(state, state.sum(this.#normalize === 'true' ? -1 : this.#normalize === 'pred' ? -2 : [-2, -1], { keepDim: true }));
  }
}

/** A number that tells how truth and prediction agree. */
abstract class Agreement extends Pairs<number> {
  protected blank(): number { return NaN; }
}

/**
 * Matthews' correlation coefficient, -1 to 1: the correlation of truth and prediction as indicator vectors. Where one of both does not vary it is 0; but 1 where all
 * answers of two classes were right, and -1 where all were wrong.
 *
 * Source: Chicco and Jurman, The advantages of the Matthews correlation coefficient, 2020, https://doi.org/10.1186/s12864-019-6413-7
 *
 * @example
 * const mcc = new MatthewsCorrCoef({ numClasses: 2 });
 * mcc.update(tensor([1, 0, 1, 1], { dtype: 'int32' }), tensor([1, 0, 0, 1], { dtype: 'int32' }));
 * await mcc.compute(); // 0.5774
 */
export class MatthewsCorrCoef extends Agreement {
  constructor(options: ClassificationOptions = {}) { super('MatthewsCorrCoef', options); }

  protected score(state: Tensor): Tensor {
    const matrix = state.shape.length === 3 ? state.sum(0) : state;
    const [n, truth, predicted, right] = [matrix.sum(), matrix.sum(1), matrix.sum(0), matrix.diagonal().sum()];
    const spread = n.square().sub(predicted.square().sum()).mul(n.square().sub(truth.square().sum()));
    const together = right.mul(n).sub(truth.mul(predicted).sum());
    const fallback = matrix.shape[0] === 2 ? where(n.eq(0), 0, where(right.eq(n), 1, where(right.eq(0), -1, 0))) : 0;
    return where(spread.gt(0), together.div(where(spread.gt(0), spread, 1).sqrt()), fallback);
  }
}

/** How far apart classes are in {@link CohenKappa}: all equally, by their distance, or by its square. */
export type KappaWeights = 'none' | 'linear' | 'quadratic';

/**
 * Cohen's kappa: the agreement beyond chance, 1 - sum(w * observed) / sum(w * expected). Not for 'multilabel'. NaN where chance cannot disagree.
 *
 * Source: https://scikit-learn.org/stable/modules/generated/sklearn.metrics.cohen_kappa_score.html
 *
 * @example
 * const kappa = new CohenKappa({ numClasses: 2 });
 * kappa.update(tensor([1, 0, 1, 1], { dtype: 'int32' }), tensor([1, 0, 0, 1], { dtype: 'int32' }));
 * await kappa.compute(); // 0.5
 */
export class CohenKappa extends Agreement {
  readonly #weights: KappaWeights;

  constructor({ weights = 'none', ...options }: ClassificationOptions & { readonly weights?: KappaWeights } = {}) {
    super('CohenKappa', options);
    if (options.task === 'multilabel') fail('CohenKappa', "there is no task 'multilabel'", "Use 'binary' or 'multiclass'.");
    if (!['none', 'linear', 'quadratic'].includes(weights)) fail('CohenKappa', `there are no weights '${weights}'`, "Use 'none', 'linear' or 'quadratic'.");
    this.#weights = weights;
  }

  protected score(state: Tensor): Tensor {
    const size = state.shape[0]!;
    const place = state.newFull([size], 1).cumsum(0);
    const distance = place.unsqueeze(1).sub(place).abs();
    const weights = this.#weights === 'none' ? distance.minimum(1) : this.#weights === 'linear' ? distance : distance.square();
    const expected = state.sum(1).unsqueeze(1).mul(state.sum(0)).div(state.sum());
    return weights.mul(state).sum().div(weights.mul(expected).sum()).rsub(1);
  }
}
