/** MLPClassifier and MLPRegressor beside scikit-learn's, number for number where random choices are the same. */
import { cpu } from '@nn/backend-cpu';
import { diabetes, iris, linnerud, makeMoons, type TableDataset, trainTestSplit } from '@nn/data';
import { manualSeed, reference, tensor } from '@nn/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/estimators.json' with { type: 'json' };
import { MLPClassifier, type MLPOptions, MLPRegressor } from '../src/index.ts';
import { engines, open } from './engines.ts';

type Point = readonly number[];
interface Part { readonly x: Point[]; readonly y: number[] }
const rowsOf = ({ features, featureNames: { length: columns } }: TableDataset, scale = 1): number[][] =>
  Array.from({ length: features.length / columns }, (_, row) => Array.from(features.subarray(row * columns, (row + 1) * columns), (value) => value / scale));

const moons = makeMoons({ nSamples: 100, noise: 0.25, randomState: 3 });
const [train, test] = trainTestSplit(moons, { stratify: moons.targets, randomState: 42 }).map(({ rows }): Part => ({
  x: Array.from(rows, (row) => rowsOf(moons)[row]!), y: Array.from(rows, (row) => moons.targets[row]!),
})) as [Part, Part];
const flowers = rowsOf(iris());
const kinds = [...iris().targets];
const sets: Record<string, readonly [x: readonly Point[], y: readonly unknown[]]> = {
  moons: [train.x, train.y], iris: [flowers, kinds], names: [flowers, kinds.map((kind) => iris().targetNames[kind])],
  several: [flowers, flowers.map(([length], i) => [Number(kinds[i]! > 0), Number(length! > 5.8)])],
  diabetes: [rowsOf(diabetes()), Array.from(diabetes().targets, (value) => value / 100)],
  linnerud: [rowsOf(linnerud(), 100), Array.from({ length: 20 }, (_, row) => Array.from(linnerud().targets.subarray(row * 3, row * 3 + 3), (value) => value / 100))],
};
const near = (actual: unknown, expected: unknown): void => {
  const [a, b] = [actual, expected].map((values) => [values].flat(3).map(Number)) as [number[], number[]];
  expect(a).toHaveLength(b.length);
  b.forEach((value, i) => expect(Math.abs(a[i]! - value), `${a[i]} beside ${value}`).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value))));
};

describe('fit', () => {
  it.each(fixture.cases.map((each) => [each.data, JSON.stringify({ ...each.options, randomState: undefined, hiddenLayerSizes: undefined }), each] as const))('%s %s', async (_, __, each) => {
    const [x, y] = sets[each.data]!;
    const options = each.options as MLPOptions;
    const regressor = ['diabetes', 'linnerud'].includes(each.data);
    const made = (regressor ? new MLPRegressor<never>(options) : new MLPClassifier<never>(options)) as unknown as MLPClassifier<string>;
    expect(await made.fit(x, y as string[])).toBe(made);
    expect(made.nIter).toBe(each.nIter);
    near(await made.score(x, y as string[]), each.score);
    near([...made.lossCurve.slice(0, 3), made.lossCurve.at(-1)], each.lossCurve ?? [...made.lossCurve.slice(0, 3), made.lossCurve.at(-1)]);
    near(await (regressor ? made.predict(x.slice(0, 2)) : made.predictProba(x.slice(0, 2))), each.outputs);
    near((await made.coefs[0]!.toArray() as number[][]).slice(0, 2).map((row) => row.slice(0, 2)), each.coef);
    const predicted = await made.predict(x.slice(0, 3));
    expect(predicted).toEqual(each.predicted ?? predicted);
    near(made.validationScores?.slice(-2) ?? [], each.validationScores ?? []);
    expect(made.bestLoss).toBe(each.validationScores ? null : Math.min(...made.lossCurve));
  });

  it.each(fixture.moons)("lbfgs on the lecture's moons: $activation, $layers layers", async ({ activation, layers, score }) => {
    const options = { solver: 'lbfgs', activation: activation as 'relu', hiddenLayerSizes: Array.from({ length: layers }, () => 10), randomState: 0, device: await cpu() } as const;
    const classifier = new MLPClassifier(options);
    // Another line search ends in another minimum: one point of 25 may be told otherwise.
    expect(Math.abs(await classifier.fit(train.x, train.y).score(test.x, test.y) - score)).toBeLessThanOrEqual(0.0401);
    expect(await classifier.score(train.x, train.y)).toBeGreaterThan(0.95);
    expect(classifier.loss).toBeLessThan(0.1);
  });
});

describe('what it is given', () => {
  it('tensors and what gather gives are as good as arrays', async () => {
    const options = { randomState: 1, maxIter: 3, hiddenLayerSizes: 4, device: reference() };
    const numbers = await new MLPClassifier(options).fit(train.x, train.y).predict(test.x);
    const [x, y] = [tensor(train.x as number[][], { dtype: 'float64' }), tensor(train.y.map((label) => [label]), { dtype: 'int32' })];
    expect(await new MLPClassifier(options).fit(x, y).predict(test.x)).toEqual(numbers);
    const gathered = moons.gather(Array.from({ length: 100 }, (_, row) => row));
    expect(await new MLPClassifier(options).fit(...gathered).score(...gathered)).toBeGreaterThan(0.3);
    expect(await new MLPClassifier(options).fit(train.x, Int32Array.from(train.y)).predict(test.x)).toEqual(numbers);
  });

  it('a seed decides everything; so does manualSeed', async () => {
    const curve = async (options: MLPOptions) => [...(await new MLPClassifier({ maxIter: 2, hiddenLayerSizes: 3, earlyStopping: true, ...options }).fit(train.x, train.y)).lossCurve];
    expect(await curve({ seed: 5 })).toEqual(await curve({ seed: 5 }));
    expect(await curve({ seed: 5 })).not.toEqual(await curve({ seed: 6 }));
    manualSeed(1);
    const first = await curve({});
    manualSeed(1);
    expect(await curve({})).toEqual(first);
  });

  it('one class is told everywhere; classes may be truths', async () => {
    const one = await new MLPClassifier<string>({ maxIter: 2 }).fit(train.x, train.y.map(() => 'moon'));
    expect([await one.predict(test.x.slice(0, 2)), one.classes]).toEqual([['moon', 'moon'], ['moon']]);
    const truths = await new MLPClassifier<boolean>({ solver: 'lbfgs', randomState: 0, hiddenLayerSizes: 8 }).fit(train.x, train.y.map((label) => label === 1));
    expect(truths.classes).toEqual([false, true]);
    expect(await truths.score(test.x, test.y.map((label) => label === 1))).toBeGreaterThan(0.8);
  });

  it('tells what is wrong', async () => {
    expect(() => new MLPClassifier({ hiddenLayers: 3 } as MLPOptions)).toThrow('MLPClassifier: there is no option hiddenLayers. There are hiddenLayerSizes, activation,');
    expect(() => new MLPClassifier({ solver: 'newton' as 'sgd' })).toThrow('MLPClassifier: solver is newton. Use lbfgs, sgd, adam.');
    expect(() => new MLPRegressor({ alpha: -1 })).toThrow('MLPRegressor: alpha is -1. Give a number from 0 on.');
    expect(() => new MLPRegressor({ hiddenLayerSizes: [10, 0] })).toThrow('MLPRegressor: hiddenLayerSizes has 0. Each layer needs a whole number of units above 0.');
    const fit = (x: unknown, y: unknown, options: MLPOptions = {}) => new MLPClassifier<never>({ maxIter: 1, ...options }).fit(x as number[][], y as never[]);
    await expect(new MLPClassifier().predict(train.x)).rejects.toThrow('MLPClassifier.predict: there is nothing before fit. Call fit(x, y) first.');
    await expect(fit([1, 2], [0, 1])).rejects.toThrow('MLPClassifier.fit: x is [2]. Give [rows, features]');
    await expect(fit([[1], [2, 3]], [0, 1])).rejects.toThrow('MLPClassifier.fit: row 0 of x has 1 numbers, row 1 has 2.');
    await expect(fit([[1], [NaN]], [0, 1])).rejects.toThrow('MLPClassifier.fit: x holds NaN, in row 1.');
    await expect(fit([], [])).rejects.toThrow('x is [0, 0]: there is nothing in it.');
    await expect(fit([[1], [2]], [0])).rejects.toThrow('MLPClassifier.fit: there are 2 rows and 1 targets. Give one target a row.');
    await expect(fit([[1], [2]], [0.5, 1])).rejects.toThrow('a class is 0.5. Classes are whole numbers; MLPRegressor tells numbers.');
    await expect(fit([[1], [2]], ['a', 1])).rejects.toThrow('the classes are of type string and number.');
    await expect(fit([[1], [2]], [[0, 1], [2, 0]])).rejects.toThrow('row 1 of y is [2, 0]. Rows of several labels have 2 zeros and ones.');
    await expect(new MLPRegressor({ earlyStopping: true }).fit([[1], [2], [3]], [0, 1, 1])).rejects.toThrow('MLPRegressor.fit: validationFraction 0.1 of 3 rows holds out 1. Hold out two rows at least.');
    await expect(fit([[1e200], [-1e200]], [0, 1], { solver: 'sgd', learningRateInit: 1e200, maxIter: 5 })).rejects.toThrow('the weights are no longer finite. Scale the features');
    await expect((await fit([[1], [2]], [0, 1])).predict([[1, 2]])).rejects.toThrow('MLPClassifier.predict: x has 2 features. It was fitted on 1.');
    await expect(new MLPRegressor().fit([[1]], [Infinity])).rejects.toThrow('MLPRegressor.fit: y holds Infinity, in row 0.');
  });
});

describe('going on', () => {
  it('partialFit is a pass; classes may come later', async () => {
    const options = { randomState: 0, hiddenLayerSizes: 5, shuffle: false, learningRateInit: 0.01 } as const;
    const whole = await new MLPClassifier({ ...options, maxIter: 3 }).fit(train.x, train.y);
    const pieces = new MLPClassifier(options);
    for (let pass = 0; pass < 3; pass++) await pieces.partialFit(train.x, train.y);
    expect(pieces.lossCurve).toEqual(whole.lossCurve);
    expect([pieces.nIter, pieces.t]).toEqual([1, 225]);
    const three = await new MLPClassifier(options).partialFit(train.x, train.y, [0, 1, 2]);
    expect([three.classes, three.nOutputs, three.outActivation]).toEqual([[0, 1, 2], 3, 'softmax']);
    await expect(three.partialFit(train.x, train.y.map((label) => label + 2))).rejects.toThrow('MLPClassifier.partialFit: 3 is none of the classes. They are 0, 1, 2.');
    await expect(new MLPClassifier({ solver: 'lbfgs' }).partialFit(train.x, train.y)).rejects.toThrow('MLPClassifier.partialFit: the solver is lbfgs');
  });

  it('warmStart keeps the weights, otherwise fit begins anew', async () => {
    const losses = async (warmStart: boolean) => {
      const made = new MLPRegressor({ warmStart, solver: 'lbfgs', maxIter: 5, randomState: 0, hiddenLayerSizes: 8 });
      const [first, second] = [(await made.fit(train.x, train.y)).loss, (await made.fit(train.x, train.y)).loss];
      return second < first ? 'on' : second === first ? 'anew' : 'worse';
    };
    expect([await losses(true), await losses(false)]).toEqual(['on', 'anew']);
  });
});

for (const engine of engines) {
  describe(`on ${engine.name}`, () => {
    beforeAll(() => manualSeed(0));
    it('tells the moons apart, and an iteration leaves nothing', async (context) => {
      const device = await open(engine, context);
      const classifier = new MLPClassifier({ solver: 'lbfgs', activation: 'tanh', maxIter: 30, hiddenLayerSizes: [8], randomState: 0, device });
      expect(await classifier.fit(train.x, train.y).score(test.x, test.y)).toBeGreaterThanOrEqual(0.8);
      // Nothing older is to go meanwhile: the collector takes it first.
      device.note(2 ** 30);
      await device.relieve();
      const { storages } = device.memory();
      await new MLPClassifier({ solver: 'lbfgs', maxIter: 20, hiddenLayerSizes: [8], randomState: 0, device }).fit(train.x, train.y);
      // Four parameters and their gradients, the rows, the targets and a few single numbers; the collector may have been there already.
      expect(device.memory().storages - storages).toBeLessThanOrEqual(14);
    });
  });
}
