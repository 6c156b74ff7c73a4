import { tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { AUROC, AveragePrecision, CalibrationError, PrecisionRecallCurve, ROC } from '../src/index.ts';

const ints = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' });
const near = (actual: number[], expected: number[], digits = 6) => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => { expect(actual[i]).toBeCloseTo(value, digits); });
};
const binary = { task: 'binary' } as const;

describe('scores over all thresholds', () => {
  it('has the numbers of its pages', async () => {
    expect(await new AUROC(binary).forward(tensor([0, 0.5, 0.7, 0.8]), ints([0, 1, 0, 1]))).toBe(0.75);
    expect(await new AveragePrecision(binary).forward(tensor([0.1, 0.4, 0.35, 0.8]), ints([0, 0, 1, 1]))).toBeCloseTo(5 / 6, 9);
    const curve = await new PrecisionRecallCurve(binary).forward(tensor([0.1, 0.4, 0.8]), ints([0, 1, 1]));
    near(curve.precision, [2 / 3, 1, 1, 1]);
    near(curve.recall, [1, 1, 0.5, 0]);
    near(curve.thresholds, [0.1, 0.4, 0.8]);
  });

  it('squashes logits', async () => {
    const curve = await new ROC(binary).forward(tensor([-2, 0, 3]), ints([0, 1, 1]));
    near(curve.thresholds, [1, 0.9525741, 0.5, 0.1192029]);
    const logits = tensor([[2, 1], [0, 3], [1, 1]]);
    expect(await new AUROC({ numClasses: 2, average: 'none' }).forward(logits, ints([0, 1, 0]))).toEqual(await new AUROC({ numClasses: 2, average: 'none' }).forward(logits.softmax(1), ints([0, 1, 0])));
  });

  it('where one side is missing: AUROC 0, average precision 0 or, of one class of several, none; NaN of nothing', async () => {
    expect(await new AUROC(binary).forward(tensor([0.2, 0.7]), ints([1, 1]))).toBe(0);
    expect(await new AveragePrecision(binary).forward(tensor([0.2, 0.7]), ints([0, 0]))).toBe(0);
    const [scores, labels] = [tensor([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]]), ints([0, 1])];
    expect(await new AveragePrecision({ numClasses: 3, average: 'none' }).forward(scores, labels)).toEqual([1, 1, NaN]);
    expect(await new AveragePrecision({ numClasses: 3 }).forward(scores, labels)).toBe(1);
    expect([await new AUROC(binary).compute(), await new AveragePrecision(binary).compute(), await new AUROC({ ...binary, thresholds: 5 }).compute()]).toEqual([NaN, NaN, NaN]);
    expect(await new AUROC({ numClasses: 2, average: 'none' }).compute()).toEqual([NaN, NaN]);
    const { recall } = await new PrecisionRecallCurve(binary).forward(tensor([0.2, 0.7]), ints([0, 0]));
    expect(recall).toEqual([1, 1, 0]);
  });

  it('keeps only counts with thresholds, in any order, and takes batches of nothing', async () => {
    const metric = new ROC({ ...binary, thresholds: [0.75, 0.25, 0.5] });
    metric.update(tensor([]), ints([]));
    metric.update(tensor([0.5, 0.1]), ints([1, 0]));
    metric.update(tensor([0.8, 0.3, NaN]), ints([1, 0, 0]));
    expect(metric.stateDict().state!.shape).toEqual([2, 1, 4]);
    expect(await metric.compute()).toEqual({ fpr: [0, 0, 1 / 3], tpr: [0.5, 1, 1], thresholds: [0.75, 0.5, 0.25] });
    metric.reset();
    expect(metric.stateDict()).toEqual({});
    const all = new AUROC(binary);
    all.update(tensor([]), ints([]));
    all.update(tensor([0.5, 0.1]), ints([1, 0]));
    expect(await all.compute()).toBe(1);
  });

  it('says what does not fit', async () => {
    expect(() => new AUROC()).toThrow('AUROC: numClasses is missing.');
    expect(() => new AUROC({ numClasses: 3, average: 'micro' })).toThrow("no average 'micro'");
    expect(() => new AUROC({ numClasses: 3, maxFpr: 0.5 })).toThrow("AUROC: maxFpr is 0.5, and the task 'multiclass'.");
    expect(() => new ROC({ ...binary, thresholds: 1 })).toThrow('ROC: thresholds is 1.');
    expect(() => new ROC({ ...binary, thresholds: [0.5, 2] })).toThrow('ROC: the thresholds are');
    expect(() => { new AUROC({ numClasses: 3 }).update(tensor([[1, 2]]), ints([0])); }).toThrow('AUROC: the outputs are [1, 2], the targets [1]. Give scores [N, 3] with labels [N].');
    const wrong = async () => new AUROC(binary).forward(tensor([0.5, 0.7]), ints([0, 2]));
    await expect(wrong()).rejects.toThrow('AUROC: a label is out of range. Use 0 to 1.');
  });
});

describe('CalibrationError', () => {
  it('gives the example of its page', async () => {
    const error = new CalibrationError({ ...binary, nBins: 2 });
    error.update(tensor([0.25, 0.25, 0.55, 0.75, 0.75]), ints([0, 0, 1, 1, 1]));
    near([await error.compute()], [0.29]);
  });

  it('is NaN of nothing', async () => {
    for (const norm of ['l1', 'l2', 'max'] as const) {
      const error = new CalibrationError({ numClasses: 2, norm, ignoreIndex: 1 });
      error.update(tensor([[0.5, 0.5]]), ints([1]));
      expect(await error.compute()).toBeNaN();
    }
  });
});
