import { fail } from '@nn/tensor';
import type { HostArray } from './column.ts';
import { type Dataset, Subset } from './dataset.ts';
import { NumpyRandom } from './numpy-random.ts';
import { type NumpySeeding, sourceOf } from './seeding.ts';
import { numpySplit } from './split-numpy.ts';

/** Options of {@link trainTestSplit}. */
export interface SplitOptions extends NumpySeeding {
  /** Rows of the second part: a fraction between 0 and 1, rounded up to whole rows, or a number of rows. Default 0.25. */
  readonly testSize?: number;
  /** A class for each row: both parts get the classes in equal proportions. */
  readonly stratify?: ArrayLike<number>;
  /** Default true. Without it the first rows train and the last ones test. */
  readonly shuffle?: boolean;
}

/**
 * Splits a dataset at random into a part to train on and a part to test on; as scikit-learn's `train_test_split`.
 * Nothing is copied: both are subsets.
 *
 * Stratified, a class of share p gets p * testSize rows, rounded so that the largest remainders are rounded up first.
 *
 * With `randomState` the parts are scikit-learn's, row for row.
 *
 * @throws Where a part would be empty, `stratify` does not have a class for each row, or a class has a single row.
 * @example
 * const [train, test] = trainTestSplit(data, { stratify: data.labels, seed: 0 });
 */
export function trainTestSplit<Batch extends readonly HostArray[]>(data: Dataset<Batch>, options: SplitOptions = {}): [train: Subset<Batch>, test: Subset<Batch>] {
  const { stratify, shuffle = true } = options;
  const n = data.length;
  const testRows = sizeOf(options.testSize ?? 0.25, n);
  if (!shuffle) {
    if (stratify) fail('trainTestSplit', 'stratify was given without shuffling', 'Leave out one of them.');
    const rows = Array.from({ length: n }, (_, i) => i);
    return [new Subset(data, rows.slice(0, n - testRows)), new Subset(data, rows.slice(n - testRows))];
  }
  const counts = stratify && classCounts(stratify, n, testRows);
  const source = sourceOf(options, 'trainTestSplit');
  if (source instanceof NumpyRandom) {
    const { train, test } = numpySplit(source, n, testRows, stratify);
    return [new Subset(data, train), new Subset(data, test)];
  }
  const order = source.permutation(n);
  const isTest = stratify && counts ? stratified(stratify, apportion(counts, testRows, n)) : (_row: number, at: number) => at < testRows;
  const train: number[] = [];
  const test: number[] = [];
  order.forEach((row, at) => (isTest(row, at) ? test : train).push(row));
  return [new Subset(data, train), new Subset(data, test)];
}

function sizeOf(testSize: number, n: number): number {
  const rows = testSize < 1 ? Math.ceil(testSize * n) : testSize;
  if (!(Number.isInteger(rows) && rows > 0 && rows < n)) {
    fail('trainTestSplit', `testSize ${testSize} of ${n} rows leaves a part empty or is no whole number of rows`, 'Give a fraction between 0 and 1, or a number of rows.');
  }
  return rows;
}

/** How many rows each class has; all parts can hold all classes. */
function classCounts(classes: ArrayLike<number>, n: number, testRows: number): Map<number, number> {
  if (classes.length !== n) fail('trainTestSplit', `stratify has ${classes.length} classes for ${n} rows`, 'It needs one a row.');
  const counts = new Map<number, number>();
  for (let row = 0; row < n; row++) counts.set(classes[row]!, (counts.get(classes[row]!) ?? 0) + 1);
  for (const [label, count] of counts) {
    if (count < 2) fail('trainTestSplit', `class ${label} has a single row`, 'Each class needs a row for either part: leave the class out, or do not stratify.');
  }
  if (Math.min(testRows, n - testRows) < counts.size) {
    fail('trainTestSplit', `a part of ${Math.min(testRows, n - testRows)} rows cannot hold ${counts.size} classes`, 'Change testSize.');
  }
  return counts;
}

/** Tells for rows, one after the other, whether they go to the test part: the first ones of each class do, as many as `left` says. */
function stratified(classes: ArrayLike<number>, left: Map<number, number>): (row: number) => boolean {
  return (row) => {
    const label = classes[row]!;
    const quota = left.get(label)!;
    left.set(label, quota - 1);
    return quota > 0;
  };
}

/** Largest remainder: each class its share of `total` rows rounded down, then one more for the largest remainders (the smaller class first) until all are given. */
function apportion(counts: ReadonlyMap<number, number>, total: number, n: number): Map<number, number> {
  const shares = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([label, count]) => ({ label, whole: Math.floor((count * total) / n), remainder: (count * total) % n }));
  let missing = total - shares.reduce((sum, { whole }) => sum + whole, 0);
  shares.sort((a, b) => b.remainder - a.remainder);
  return new Map(shares.map(({ label, whole }) => [label, missing-- > 0 ? whole + 1 : whole]));
}
