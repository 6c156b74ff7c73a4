import { fail } from '@nn/tensor';
import type { HostArray } from './column.ts';
import { type Dataset, Subset } from './dataset.ts';
import { generatorOf, type Seeding } from './seeding.ts';

/**
 * Splits a dataset at random into parts of the given sizes; as `torch.utils.data.random_split`. Nothing is copied.
 *
 * @param lengths numbers of rows that sum to all of them, or fractions that sum to 1: each part gets its fraction rounded down, and what is
 *   left over goes to the first parts, a row each
 * @throws where the lengths do not sum to the dataset's, or are neither whole numbers nor fractions
 * @example
 * const [train, validation, test] = randomSplit(data, [0.7, 0.15, 0.15], { seed: 42 });
 */
export function randomSplit<Batch extends readonly HostArray[]>(data: Dataset<Batch>, lengths: readonly number[], seeding: Seeding = {}): Subset<Batch>[] {
  const sizes = sizesOf(lengths, data.length);
  const order = generatorOf(seeding, 'randomSplit').permutation(data.length);
  let end = 0;
  return sizes.map((size) => new Subset(data, order.subarray(end, (end += size))));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

function sizesOf(lengths: readonly number[], rows: number): number[] {
  const total = sum(lengths);
  const wrong = lengths.find((length) => !(length >= 0));
  if (wrong !== undefined) fail('randomSplit', `a length is ${wrong}`, 'Give numbers of rows, or fractions that sum to 1.');
  // As PyTorch decides it: whole numbers that sum to 1 are fractions too.
  if (Math.abs(total - 1) <= 1e-9) {
    const sizes = lengths.map((fraction) => Math.floor(rows * fraction));
    const left = rows - sum(sizes);
    return sizes.map((size, i) => size + Math.floor(left / sizes.length) + Number(i < left % sizes.length));
  }
  if (!lengths.every(Number.isInteger) || total !== rows) {
    fail('randomSplit', `the lengths ${lengths.join(', ')} sum to ${total}, and there are ${rows} rows`, 'Give numbers of rows that sum to all of them, or fractions that sum to 1.');
  }
  return [...lengths];
}
