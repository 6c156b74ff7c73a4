import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { breastCancer, DataLoader, diabetes, iris, linnerud, makeBlobs, makeCircles, makeMoons, StandardScaler, TableDataset, trainTestSplit, wine } from '../src/index.ts';
import { NumpyRandom } from '../src/numpy-random.ts';

interface Points { readonly x: readonly (readonly number[])[]; readonly y: readonly number[] }
interface Split { readonly train: readonly number[]; readonly test: readonly number[] }
const sklearn = JSON.parse(readFileSync(new URL('../../../tooling/reference/fixtures/scikit-learn.json', import.meta.url), 'utf8')) as {
  readonly moons: { readonly first: readonly number[][]; readonly last: readonly number[]; readonly sum: number; readonly y: readonly number[] };
  readonly split: Split; readonly plain: Split; readonly three: Split;
  readonly odd: Points; readonly circles: Points; readonly blobs: Points; readonly blobs2: Points;
  readonly numpy: Record<'normal' | 'uniform' | 'permutation' | 'normalAgain', readonly number[]>;
  readonly diabetes: { readonly row: readonly number[]; readonly target: readonly number[] };
};
const close = (actual: ArrayLike<number>, expected: readonly number[]) => {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 12));
};
const same = ({ features, targets }: TableDataset, { x, y }: Points) => {
  close(features, x.flat());
  expect([...targets]).toEqual(y);
};
const counting = (n: number) => ({ length: n, gather: () => [] as const });
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('randomState', () => {
  it("is NumPy's", () => {
    const random = new NumpyRandom(12345);
    close(random.normal(3), sklearn.numpy.normal);
    close(random.uniform(2), sklearn.numpy.uniform);
    expect([...random.permutation(8)]).toEqual(sklearn.numpy.permutation);
    close(random.normal(2), sklearn.numpy.normalAgain);
  });

  it("splits as scikit-learn does: the lecture's moons, ties, without classes", () => {
    const moons = makeMoons({ nSamples: 100, noise: 0.25, randomState: 3 });
    close(moons.features.subarray(0, 6), sklearn.moons.first.flat());
    close(moons.features.subarray(-2), sklearn.moons.last);
    expect(sum(moons.features)).toBeCloseTo(sklearn.moons.sum, 10);
    expect([...moons.targets]).toEqual(sklearn.moons.y);
    const rows = (parts: readonly { readonly rows: Int32Array }[]) => parts.map((part) => [...part.rows]);
    expect(rows(trainTestSplit(moons, { stratify: moons.targets, randomState: 42 }))).toEqual([sklearn.split.train, sklearn.split.test]);
    expect(rows(trainTestSplit(counting(10), { testSize: 0.3, randomState: 0 }))).toEqual([sklearn.plain.train, sklearn.plain.test]);
    const stratify = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2];
    expect(rows(trainTestSplit(counting(17), { stratify, testSize: 5, randomState: 1 }))).toEqual([sklearn.three.train, sklearn.three.test]);
  });

  it('is alone, and a seed of 32 bits', () => {
    expect(() => makeMoons({ randomState: 1, seed: 1 })).toThrow('makeMoons: a randomState was given beside a seed or a generator.');
    expect(() => trainTestSplit(counting(4), { randomState: 1, seed: 1 })).toThrow('trainTestSplit: a randomState was given beside');
    expect(() => makeMoons({ randomState: -1 })).toThrow("randomState: -1 is not a seed of NumPy's");
  });
});

describe('made-up sets', () => {
  it("are scikit-learn's", () => {
    same(makeMoons({ nSamples: 5, shuffle: false }), sklearn.odd);
    same(makeCircles({ nSamples: 7, noise: 0.1, factor: 0.5, randomState: 1 }), sklearn.circles);
    same(makeBlobs({ nSamples: 7, centers: 3, randomState: 2 }), sklearn.blobs);
    same(makeBlobs({ nSamples: 4, centers: [[0, 0], [10, 10]], clusterStd: [0.5, 2], randomState: 0 }), sklearn.blobs2);
  });

  it('with a seed of our own, and batches', async () => {
    expect(makeMoons({ noise: 0.1, seed: 1 }).features).toEqual(makeMoons({ noise: 0.1, seed: 1 }).features);
    expect(makeMoons({ noise: 0.1, seed: 1 }).features).not.toEqual(makeMoons({ noise: 0.1, seed: 2 }).features);
    expect(makeMoons({ nSamples: 1 }).length).toBe(1);
    for await (const [x, y] of new DataLoader(makeBlobs({ nSamples: 6, nFeatures: 3 }), { batchSize: 6 })) expect([x.shape, x.dtype, y.shape, y.dtype]).toEqual([[6, 3], 'float32', [6], 'int32']);
  });

  it('refuse what cannot be', () => {
    expect(() => makeMoons({ nSamples: 0 })).toThrow('makeMoons: nSamples is 0. Give a positive whole number.');
    expect(() => makeMoons({ noise: -1 })).toThrow('makeMoons: noise is -1.');
    expect(() => makeCircles({ factor: 1 })).toThrow('makeCircles: factor is 1.');
    expect(() => makeBlobs({ centers: [] })).toThrow('makeBlobs: there is no center.');
    expect(() => makeBlobs({ centers: 2, clusterStd: [1] })).toThrow('makeBlobs: 1 deviations were given for 2 centers.');
    expect(() => makeBlobs({ centers: [[0], [0, 1]] })).toThrow('makeBlobs: the centers have different numbers of coordinates');
  });
});

describe('small tables', () => {
  // Sums of scikit-learn's load_* 1.2.
  it.each([
    ['iris', iris(), [150, 4], 2078.7, 150], ['wine', wine(), [178, 13], 159975.295999, 167],
    ['breastCancer', breastCancer(), [569, 30], 1056474.4596356, 357], ['linnerud', linnerud(), [20, 3], 4506, 5402], ['diabetes', diabetes({ scaled: false }), [442, 10], 276404.2336, 67243],
  ] as const)('%s is as published', (_, table, shape, features, targets) => {
    expect([table.length, table.featureNames.length]).toEqual(shape);
    expect(sum(table.features)).toBeCloseTo(features, 6);
    expect(sum(table.targets)).toBe(targets);
  });

  it('diabetes is scaled, and a number is to be told', async () => {
    const data = diabetes();
    close(data.features.subarray(0, 10), sklearn.diabetes.row);
    close(data.targets.subarray(0, 3), sklearn.diabetes.target);
    const [x, y] = data.gather([0, 1]);
    expect([x.shape, y.shape, y.dtype]).toEqual([[2, 10], [2, 1], 'float32']);
  });

  it('must fit', () => {
    const parts = { name: 't', featureNames: ['a', 'b'], features: Float64Array.of(1, 2), targets: Int32Array.of(0), targetNames: ['x'] };
    expect(() => new TableDataset({ ...parts, targets: Int32Array.of(0, 0) })).toThrow('t: 2 features in 2 columns do not go with 2 targets.');
    expect(() => new TableDataset({ ...parts, targets: Int32Array.of(1) })).toThrow('t: the class of row 0 is 1. Classes are 0 to 0.');
  });
});

describe('StandardScaler', () => {
  it('gives mean 0 and standard deviation 1 on the rows it was fitted on, and goes back', () => {
    const data = wine();
    const [train] = trainTestSplit(data, { stratify: data.targets, seed: 0 });
    const scaler = StandardScaler.fit(data, train.rows);
    const scaled = scaler.transform(data);
    const column = Array.from(train.rows, (row) => scaled.features[row * 13 + 12]!);
    const mean = sum(column) / column.length;
    expect(mean).toBeCloseTo(0, 12);
    expect(sum(column.map((value) => (value - mean) ** 2)) / column.length).toBeCloseTo(1, 12);
    close(scaler.inverseTransform(scaled).features, [...data.features]);
  });

  it('only centres a feature that never changes', () => {
    const table = new TableDataset({ name: 't', featureNames: ['a'], features: Float64Array.of(0.1, 0.1, 0.1), targets: Int32Array.of(0, 0, 0), targetNames: ['x'] });
    close(StandardScaler.fit(table).transform(table).features, [0, 0, 0]);
    expect(() => StandardScaler.fit(table, [])).toThrow('StandardScaler: there are no rows to fit.');
    expect(() => StandardScaler.fit(table).transform(iris())).toThrow('StandardScaler: fitted on 1 features, and iris has 4.');
  });
});
