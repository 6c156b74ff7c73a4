import { tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixtures from '../../../tooling/reference/fixtures/classification.json' with { type: 'json' };
import {
  Accuracy, type Average, type ClassificationTask, CohenKappa, ConfusionMatrix, F1Score, FBetaScore, HammingDistance, JaccardIndex, type KappaWeights, MatthewsCorrCoef, Precision, Recall,
  Specificity, type StatScores, type StatScoresOptions,
} from '../src/index.ts';

const ints = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' });
const made: Record<string, (o: StatScoresOptions) => StatScores<Average>> = {
  Precision: (o: StatScoresOptions) => new Precision(o), Recall: (o: StatScoresOptions) => new Recall(o), Specificity: (o: StatScoresOptions) => new Specificity(o),
  F1Score: (o: StatScoresOptions) => new F1Score(o), FBetaScore: (o: StatScoresOptions) => new FBetaScore({ ...o, beta: 2 }), JaccardIndex: (o: StatScoresOptions) => new JaccardIndex(o),
  Accuracy: (o: StatScoresOptions) => new Accuracy(o), HammingDistance: (o: StatScoresOptions) => new HammingDistance(o),
};
type Case = { ignoreIndex: number | null; targets: number[] | number[][]; outputs: number[] | number[][]; scores: object; threshold?: number; numClasses?: number };
const cases: [task: ClassificationTask, each: Case][] = [
  ...fixtures.multiclass.map((each) => ['multiclass', { ...each, outputs: each.logits }] as [ClassificationTask, Case]),
  ...fixtures.binary.map((each) => ['binary', each] as [ClassificationTask, Case]),
  ...fixtures.multilabel.map((each) => ['multilabel', each] as [ClassificationTask, Case]),
];
const shared = (task: ClassificationTask, { ignoreIndex, threshold, numClasses }: Case) =>
  ({ task, ...(ignoreIndex !== null && { ignoreIndex }), ...(threshold !== undefined && { threshold }), ...(numClasses !== undefined && { numClasses }), ...(task === 'multilabel' && { numLabels: 3 }) });
const near = (actual: unknown, expected: unknown) => {
  const [a, b] = [[actual].flat(3), [expected].flat(3)] as [number[], number[]];
  expect(a.length).toBe(b.length);
  b.forEach((value, i) => { expect(a[i]).toBeCloseTo(value, 9); });
};

describe('scores of true and false positives and negatives', () => {
  it.each(cases)('%s: two batches, merged halves, forward', async (task, each) => {
    for (const [name, averages] of Object.entries(each.scores) as [string, Record<Average, number | number[]>][]) {
      for (const [average, expected] of Object.entries(averages) as [Average, number | number[]][]) {
        const make = () => made[name]!({ ...shared(task, each), average });
        const [whole, half] = [make(), make()];
        whole.update(tensor(each.outputs.slice(0, 5)), ints(each.targets.slice(0, 5)));
        half.update(tensor(each.outputs.slice(5)), ints(each.targets.slice(5)));
        near(await whole.merge(half).compute(), expected);
        const batch = await make().forward(tensor(each.outputs), ints(each.targets)).toArray();
        [expected].flat().forEach((value, i) => { expect([batch].flat()[i]).toBeCloseTo(value, 5); });
      }
    }
  });

  it.each(fixtures.multiclass)('top 2 of $numClasses, ignoring $ignoreIndex', async ({ numClasses, ignoreIndex, logits, targets, top2 }) => {
    const accuracy = new Accuracy({ numClasses, topK: 2, ...(ignoreIndex !== null && { ignoreIndex }) });
    accuracy.update(tensor(logits), ints(targets));
    near(await accuracy.compute(), top2);
  });

  it('has names by task', () => {
    expect([new Accuracy().typeName, new F1Score({ task: 'binary' }).typeName, new Recall({ task: 'multilabel', numLabels: 2 }).typeName]).toEqual(['MulticlassAccuracy', 'BinaryF1Score', 'MultilabelRecall']);
  });

  it('says that labels are out of range, when it reads', async () => {
    for (const metric of [new Accuracy({ numClasses: 3 }), new F1Score({ numClasses: 3, average: 'macro' }), new ConfusionMatrix({ numClasses: 3 }), new Recall({ task: 'binary' })]) {
      await expect(async () => {
        metric.update(ints([0, 1]), ints([1, 3]));
        await metric.compute();
      }).rejects.toThrow(/a label is out of range. Use 0 to [12]/);
    }
    const ignored = new Accuracy({ numClasses: 3, ignoreIndex: -100 });
    ignored.update(ints([0, 1]), ints([0, -100]));
    expect(await ignored.compute()).toBe(1);
  });

  it('counts vocabularies of any size', async () => {
    const specificity = new Specificity({ numClasses: 1_000_000 });
    for (let i = 0; i < 3; i++) specificity.update(ints(Array.from({ length: 1000 }, () => 5)), ints(Array.from({ length: 1000 }, (_, k) => (k < 500 ? 5 : 6))));
    expect(await specificity.compute()).toBe(1 - 1500 / (3000 * 999_999)); // more than int32 holds
  });

  it('takes batches of nothing', async () => {
    const metrics = [new Accuracy({ numClasses: 3 }), new F1Score({ numClasses: 3, average: 'macro' }), new MatthewsCorrCoef({ numClasses: 3 }), new CohenKappa({ numClasses: 3 })];
    for (const metric of metrics) {
      metric.update(zeros([0, 3]), ints([]));
      metric.update(ints([0, 1, 2]), ints([0, 1, 2]));
      expect(await metric.compute()).toBe(1);
    }
    const none = new MatthewsCorrCoef({ task: 'binary', ignoreIndex: 0 });
    none.update(ints([1]), ints([0]));
    expect(await none.compute()).toBe(0);
  });

  it('says what is missing', () => {
    expect(() => new Precision({ zeroDivision: 2 as 1 })).toThrow('Precision: zeroDivision is 2. Use 0 or 1.');
    expect(() => new Precision({ average: 'macro' })).toThrow("Precision: the average 'macro' needs numClasses.");
    expect(() => new Specificity()).toThrow('Specificity: numClasses is missing.');
    expect(() => new Recall({ task: 'multilabel' })).toThrow('numLabels');
    expect(() => new Recall({ task: 'binary', threshold: 2 })).toThrow('threshold');
    expect(() => new Accuracy({ numClasses: 3, topK: 4 })).toThrow('topK');
  });
});

describe('scores of the confusion matrix', () => {
  it.each(cases.filter(([task]) => task !== 'multilabel'))('%s', async (task, each) => {
    const { matrix, mcc, kappa } = each as unknown as { matrix: number[][]; mcc: number; kappa: Record<KappaWeights, number> };
    const options = shared(task, each);
    const fed = async (metric: ConfusionMatrix<ClassificationTask> | MatthewsCorrCoef | CohenKappa) => {
      metric.update(tensor(each.outputs), ints(each.targets));
      return metric.compute();
    };
    expect(await fed(new ConfusionMatrix(options))).toEqual(matrix);
    const sums = matrix.map((row) => row.reduce((a, b) => a + b));
    near(await fed(new ConfusionMatrix({ ...options, normalize: 'true' })), matrix.map((row, i) => row.map((value) => value / (sums[i]! || 1))));
    near(await fed(new MatthewsCorrCoef(options)), mcc);
    for (const [weights, value] of Object.entries(kappa)) near(await fed(new CohenKappa({ ...options, weights: weights as KappaWeights })), value);
  });

  it('has a matrix a label', async () => {
    const matrix = new ConfusionMatrix({ task: 'multilabel', numLabels: 2, ignoreIndex: -1 });
    expect(await matrix.compute()).toEqual([[[0, 0], [0, 0]], [[0, 0], [0, 0]]]);
    matrix.update(ints([[1, 0], [1, 1], [0, 0]]), ints([[1, 1], [0, 1], [-1, 0]]));
    expect(await matrix.compute()).toEqual([[[0, 1], [0, 1]], [[1, 0], [1, 1]]]);
  });
});
