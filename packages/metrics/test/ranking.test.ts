import { tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixtures from '../../../tooling/reference/fixtures/rankings.json' with { type: 'json' };
import { AUROC, type Average, AveragePrecision, CalibrationError, type CalibrationNorm, type ClassificationTask, type Ranking, ROC } from '../src/index.ts';

const ints = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' });
const near = (actual: unknown, expected: unknown, digits = 9) => {
  const [a, b] = [[actual].flat(), [expected].flat()] as [number[], number[]];
  expect(a.length).toBe(b.length);
  b.forEach((value, i) => { expect(a[i]).toBeCloseTo(value, digits); });
};
const [binary, multiclass, multilabel] = [fixtures.binary[0]!, fixtures.multiclass[0]!, fixtures.multilabel[0]!];

describe('scores over all thresholds', () => {
  it('binary, with equal scores, in two batches and merged', async () => {
    const { outputs, targets, auroc, precision, roc } = binary;
    const makers: [make: () => Ranking<number>, expected: number][] = [[() => new AUROC({ task: 'binary' }), auroc], [() => new AveragePrecision({ task: 'binary' }), precision]];
    for (const [make, expected] of makers) {
      const [one, other] = [make(), make()];
      one.update(tensor(outputs.slice(0, 5)), ints(targets.slice(0, 5)));
      other.update(tensor(outputs.slice(5)), ints(targets.slice(5)));
      near(await one.merge(other).compute(), expected);
    }
    const curve = await new ROC({ task: 'binary' }).forward(tensor(outputs), ints(targets));
    near(curve.fpr, roc.fpr);
    near(curve.tpr, roc.tpr);
    near(curve.thresholds, roc.thresholds, 6);
  });

  it.each([['multiclass', multiclass, { numClasses: 4 }], ['multilabel', multilabel, { numLabels: 3, ignoreIndex: -1 }]] as const)('%s', async (task, { outputs, targets, auroc, precision }, options) => {
    for (const average of Object.keys(auroc) as Average[]) {
      const [area, mean] = [new AUROC({ task, ...options, average }), new AveragePrecision({ task, ...options, average })];
      near(await area.forward(tensor(outputs), ints(targets)), (auroc as Record<Average, number | number[]>)[average]);
      near(await mean.forward(tensor(outputs), ints(targets)), (precision as Record<Average, number | number[]>)[average]);
    }
  });

  it('squashes logits', async () => {
    const { outputs, targets, auroc } = multiclass;
    const area = new AUROC({ numClasses: 4, average: 'none' });
    area.update(tensor(outputs).maximum(1e-4).log(), ints(targets));
    (await area.compute()).forEach((value, i) => { expect(Math.abs(value - auroc.none[i]!)).toBeLessThan(0.05); }); // rows sum to nearly 1
    const curve = await new ROC({ task: 'binary' }).forward(tensor([-2, 0, 3]), ints([0, 1, 1]));
    near(curve.thresholds, [1, 0.9525741, 0.5, 0.1192029], 6);
  });

  it('is torchmetrics\' 0 where one side is missing, NaN of nothing', async () => {
    const one: ClassificationTask = 'binary';
    expect(await new AUROC({ task: one }).forward(tensor([0.2, 0.7]), ints([1, 1]))).toBe(0);
    expect(await new AveragePrecision({ task: one }).forward(tensor([0.2, 0.7]), ints([0, 0]))).toBe(0);
    expect([await new AUROC({ task: one }).compute(), await new AveragePrecision({ task: one }).compute()]).toEqual([NaN, NaN]);
  });

  it('says what does not fit', () => {
    expect(() => new AUROC()).toThrow('AUROC: numClasses is missing.');
    expect(() => new AUROC({ numClasses: 3, average: 'micro' })).toThrow("no average 'micro'");
    expect(() => { new AUROC({ numClasses: 3 }).update(tensor([[1, 2]]), ints([0])); }).toThrow('AUROC: the outputs are [1, 2], the targets [1]. Give scores [N, 3] with labels [N].');
  });
});

describe('CalibrationError', () => {
  it.each(['l1', 'l2', 'max'] as CalibrationNorm[])('%s', async (norm) => {
    const [two, several] = [new CalibrationError({ task: 'binary', nBins: 4, norm }), new CalibrationError({ numClasses: 4, norm })];
    two.update(tensor(binary.outputs.slice(0, 5)), ints(binary.targets.slice(0, 5)));
    two.update(tensor(binary.outputs.slice(5)), ints(binary.targets.slice(5)));
    several.update(tensor(multiclass.outputs), ints(multiclass.targets));
    near(await two.compute(), binary.calibration[norm], 6);
    near(await several.compute(), multiclass.calibration[norm], 6);
  });

  it('gives the example of its page', async () => {
    const error = new CalibrationError({ task: 'binary', nBins: 2 });
    error.update(tensor([0.25, 0.25, 0.55, 0.75, 0.75]), ints([0, 0, 1, 1, 1]));
    near(await error.compute(), 0.29, 6);
  });
});
