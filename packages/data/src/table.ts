/** Tables: a row of numbers an example, and what is to be told from it. */
import { fail } from '@nn/tensor';
import { type Column, gatherColumns, type HostArray, resolveColumn } from './column.ts';
import type { Dataset } from './dataset.ts';

/** What a table consists of. */
export interface TableParts {
  readonly name: string;
  /** Names of the columns of `features`. */
  readonly featureNames: readonly string[];
  /** All features, row after row. */
  readonly features: Float64Array;
  /** A class a row, or as many numbers a row as `targetNames` has. */
  readonly targets: Int32Array | Float64Array;
  /** Names of the classes 0, 1, 2 .., or of the numbers to predict. */
  readonly targetNames: readonly string[];
}

/**
 * A table with targets. Batches are float32 features `[b, features]`, and either int32 classes `[b]` or float32 numbers to predict `[b, targets]`.
 *
 * @throws Where the numbers do not fit the names, or a class has none.
 * @example
 * const data = iris();
 * const [train, test] = trainTestSplit(data, { stratify: data.targets, seed: 0 });
 */
export class TableDataset implements Dataset {
  readonly name: string;
  readonly length: number;
  readonly featureNames: readonly string[];
  /** `[length, featureNames.length]` */
  readonly features: Float64Array;
  /** `[length]` classes (Int32Array), or `[length, targetNames.length]` numbers (Float64Array). */
  readonly targets: Int32Array | Float64Array;
  readonly targetNames: readonly string[];
  readonly #columns: readonly [Required<Column>, Required<Column>];

  constructor({ name, featureNames, features, targets, targetNames }: TableParts) {
    const length = features.length / featureNames.length;
    const classes = targets instanceof Int32Array;
    if (!Number.isInteger(length) || targets.length !== length * (classes ? 1 : targetNames.length)) {
      fail(name, `${features.length} features in ${featureNames.length} columns do not go with ${targets.length} targets`, 'Each row needs all of its features and targets.');
    }
    const wrong = classes ? targets.findIndex((label) => !(label in targetNames)) : -1;
    if (wrong >= 0) fail(name, `the class of row ${wrong} is ${targets[wrong]}`, `Classes are 0 to ${targetNames.length - 1}.`);
    this.name = name;
    this.length = length;
    this.featureNames = featureNames;
    this.features = features;
    this.targets = targets;
    this.targetNames = targetNames;
    this.#columns = [
      resolveColumn({ data: features, shape: [length, featureNames.length], dtype: 'float32' }, name),
      resolveColumn(classes ? { data: targets, dtype: 'int32' } : { data: targets, shape: [length, targetNames.length], dtype: 'float32' }, name),
    ];
  }

  gather(rows: ArrayLike<number>, spare?: readonly [HostArray, HostArray]): readonly [HostArray, HostArray] {
    return gatherColumns(this.#columns, rows, spare);
  }
}

/**
 * Brings each feature to mean 0 and standard deviation 1; as scikit-learn's `StandardScaler`: the deviation divides by n, and a feature that
 * never changes is only centred. Fit it on the rows that are trained on alone.
 *
 * @throws where there are no rows to fit
 * @example
 * const data = wine();
 * const [train] = trainTestSplit(data, { stratify: data.targets, seed: 0 });
 * const scaled = StandardScaler.fit(data, train.rows).transform(data);
 */
export class StandardScaler {
  readonly mean: Float64Array;
  readonly std: Float64Array;

  constructor(mean: Float64Array, std: Float64Array) {
    this.mean = mean;
    this.std = std;
  }

  /** @param rows which to measure; default: all */
  static fit({ features, featureNames, length }: TableDataset, rows?: ArrayLike<number>): StandardScaler {
    const chosen = rows ? Array.from(rows) : Array.from({ length }, (_, row) => row);
    if (chosen.length === 0) fail('StandardScaler', 'there are no rows to fit');
    const columns = featureNames.map((_, column) => chosen.map((row) => features[row * featureNames.length + column]!));
    const averages = columns.map((column) => column.reduce((a, b) => a + b, 0) / column.length);
    const deviations = columns.map((column, i) => Math.sqrt(column.reduce((sum, value) => sum + (value - averages[i]!) ** 2, 0) / column.length));
    return new StandardScaler(Float64Array.from(averages), Float64Array.from(deviations, (std, i) => (std <= 10 * Number.EPSILON * Math.abs(averages[i]!) ? 1 : std)));
  }

  /** The table with its features scaled. */
  transform(table: TableDataset): TableDataset {
    const { mean, std } = this;
    if (mean.length !== table.featureNames.length) fail('StandardScaler', `fitted on ${mean.length} features, and ${table.name} has ${table.featureNames.length}`);
    return this.#with(table, (value, column) => (value - mean[column]!) / std[column]!);
  }

  /** The table with its features as they were before {@link transform}. */
  inverseTransform(table: TableDataset): TableDataset {
    return this.#with(table, (value, column) => value * this.std[column]! + this.mean[column]!);
  }

  #with({ name, featureNames, features, targets, targetNames }: TableDataset, change: (value: number, column: number) => number): TableDataset {
    return new TableDataset({ name, featureNames, targets, targetNames, features: features.map((value, i) => change(value, i % featureNames.length)) });
  }
}
