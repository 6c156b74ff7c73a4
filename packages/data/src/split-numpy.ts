/** The rows that scikit-learn's `train_test_split` chooses with a `random_state`. */
import type { NumpyRandom } from './numpy-random.ts';

/** Rows of the two parts, in scikit-learn's order. */
export function numpySplit(random: NumpyRandom, rows: number, testRows: number, classes: ArrayLike<number> | undefined): { train: number[]; test: number[] } {
  if (!classes) {
    const order = Array.from(random.permutation(rows));
    return { test: order.slice(0, testRows), train: order.slice(testRows) };
  }
  const members = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) members.set(classes[row]!, [...(members.get(classes[row]!) ?? []), row]);
  const groups = [...members].sort(([a], [b]) => a - b).map(([, group]) => group);
  const trainCounts = mode(groups.map((group) => group.length), rows - testRows, random);
  const testCounts = mode(groups.map((group, i) => group.length - trainCounts[i]!), testRows, random);
  const [train, test]: [number[], number[]] = [[], []];
  groups.forEach((group, i) => {
    const order = Array.from(random.permutation(group.length), (at) => group[at]!);
    train.push(...order.slice(0, trainCounts[i]));
    test.push(...order.slice(trainCounts[i], trainCounts[i]! + testCounts[i]!));
  });
  const shuffled = (part: readonly number[]) => Array.from(random.permutation(part.length), (at) => part[at]!);
  return { train: shuffled(train), test: shuffled(test) };
}

/** The likeliest numbers of each class among `draws`: shares rounded down, then one more by largest remainder, equal ones at random. */
function mode(counts: readonly number[], draws: number, random: NumpyRandom): number[] {
  const all = counts.reduce((a, b) => a + b, 0);
  const shares = counts.map((count) => (count / all) * draws);
  const whole = shares.map(Math.floor);
  let missing = draws - whole.reduce((a, b) => a + b, 0);
  const remainders = shares.map((share, i) => share - whole[i]!);
  for (const value of [...new Set(remainders)].sort((a, b) => b - a)) {
    if (missing <= 0) break;
    const equal = remainders.flatMap((remainder, i) => (remainder === value ? [i] : []));
    const chosen = random.permutation(equal.length).subarray(0, missing);
    for (const at of chosen) whole[equal[at]!]!++;
    missing -= chosen.length;
  }
  return whole;
}
