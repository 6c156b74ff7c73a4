import { manualSeed } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { digits, TensorDataset, trainTestSplit } from '../src/index.ts';

const rowsOf = (n: number) => new TensorDataset({ data: new Int32Array(n) });
const sorted = (...parts: { rows: Int32Array }[]) => parts.flatMap(({ rows }) => [...rows]).sort((a, b) => a - b);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

/** How many rows of each class a part has. */
function counts(part: { rows: Int32Array }, classes: ArrayLike<number>, n = 10): number[] {
  const out = new Array<number>(n).fill(0);
  for (const row of part.rows) out[classes[row]!]!++;
  return out;
}

describe('trainTestSplit', () => {
  it('gives every row to one part, a quarter to the second', () => {
    const [train, test] = trainTestSplit(rowsOf(101), { seed: 1 });
    expect([train.length, test.length]).toEqual([75, 26]);
    expect(sorted(train, test)).toEqual(upTo(101));
    expect(sorted(test)).not.toEqual([...test.rows]);
  });

  it('takes a number of rows, or none of the dice', () => {
    expect(trainTestSplit(rowsOf(10), { testSize: 3, seed: 0 }).map((part) => part.length)).toEqual([7, 3]);
    const [train, test] = trainTestSplit(rowsOf(10), { testSize: 0.2, shuffle: false });
    expect([[...train.rows], [...test.rows]]).toEqual([upTo(8), [8, 9]]);
  });

  it('is fixed by a seed, and by manualSeed', () => {
    const rows = (seed?: number) => [...trainTestSplit(rowsOf(50), seed === undefined ? {} : { seed })[1].rows];
    expect(rows(3)).toEqual(rows(3));
    expect(rows(3)).not.toEqual(rows(4));
    manualSeed(5);
    const first = rows();
    const second = rows();
    manualSeed(5);
    expect(rows()).toEqual(first);
    expect(first).not.toEqual(second);
  });

  it('stratified, splits 70,000 rows of ten equal classes into 52,500 and 17,500', () => {
    const classes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7919) % 10);
    const [train, test] = trainTestSplit(rowsOf(70_000), { stratify: classes, seed: 0 });
    expect([train.length, test.length]).toEqual([52_500, 17_500]);
    expect(counts(test, classes)).toEqual(new Array(10).fill(1750));
    expect(counts(train, classes)).toEqual(new Array(10).fill(5250));
  });

  it('stratified, gives the digits in proportion', () => {
    const data = digits();
    const [train, test] = trainTestSplit(data, { stratify: data.labels, seed: 0 });
    expect([train.length, test.length]).toEqual([1347, 450]);
    // 450 / 1797 of 178, 182, 177, 183, 181, 182, 181, 179, 174, 180 is 44.57, 45.58, 44.32, 45.83, 45.33, 45.58, 45.33, 44.82, 43.57, 45.08.
    expect(counts(test, data.labels)).toEqual([45, 46, 44, 46, 45, 46, 45, 45, 43, 45]);
    const labels = Array.from(test.rows, (row) => data.labels[row]!);
    expect(labels).not.toEqual([...labels].sort((a, b) => a - b));
  });

  it('stratified, is within one row of the exact share for any classes', () => {
    for (let seed = 0; seed < 200; seed++) {
      const n = 20 + ((seed * 37) % 300);
      const kinds = 1 + (seed % 5);
      const classes = Array.from({ length: n }, (_, i) => Math.floor(((i * i + seed) % 97) / 97 * kinds * (i % 2 || 0.5)));
      const all = counts({ rows: Int32Array.from(upTo(n)) }, classes);
      if (all.some((count) => count === 1)) continue;
      const testSize = 0.1 + (seed % 8) / 10;
      const [train, test] = trainTestSplit(rowsOf(n), { testSize, stratify: classes, seed });
      expect(test.length).toBe(Math.ceil(testSize * n));
      expect(sorted(train, test)).toEqual(upTo(n));
      counts(test, classes).forEach((count, label) => expect(Math.abs(count - (all[label]! * test.length) / n)).toBeLessThan(1));
    }
  });

  it('says what cannot be split', () => {
    const data = rowsOf(8);
    for (const testSize of [0, 8, 9, -1, 1.5, NaN]) expect(() => trainTestSplit(data, { testSize })).toThrow(`trainTestSplit: testSize ${testSize} of 8 rows`);
    expect(() => trainTestSplit(data, { stratify: [0, 1] })).toThrow('trainTestSplit: stratify has 2 classes for 8 rows. It needs one a row.');
    expect(() => trainTestSplit(data, { stratify: [0, 0, 0, 0, 0, 0, 0, 4] })).toThrow('trainTestSplit: class 4 has a single row.');
    expect(() => trainTestSplit(data, { testSize: 2, stratify: [0, 0, 1, 1, 2, 2, 2, 2] })).toThrow('trainTestSplit: a part of 2 rows cannot hold 3 classes. Change testSize.');
    expect(() => trainTestSplit(data, { shuffle: false, stratify: upTo(8) })).toThrow('trainTestSplit: stratify was given without shuffling. Leave out one of them.');
  });
});
