import { tensor } from '@nn/tensor';
import { describe, expect, it, vi } from 'vitest';
import fixtures from '../../../tooling/reference/fixtures/regression.json' with { type: 'json' };
import {
  ExplainedVariance, LogLoss, MaxMetric, MeanAbsoluteError, MeanAbsolutePercentageError, MeanMetric, MeanSquaredError, MinMetric, PearsonCorrCoef, Perplexity, R2Score, SpearmanCorrCoef, SumMetric,
} from '../src/index.ts';

const ints = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' });
const near = (actual: unknown, expected: unknown, digits = 9) => {
  const [a, b] = [[actual].flat(), [expected].flat()] as [number[], number[]];
  expect(a.length).toBe(b.length);
  b.forEach((value, i) => { expect(a[i]! / Math.max(1, Math.abs(value))).toBeCloseTo(value / Math.max(1, Math.abs(value)), digits); });
};

describe('regression', () => {
  it.each(fixtures.errors)('in two batches, float64 to 9 digits, float32 to 3', async ({ outputs, targets, mae, mse, mape, r2, explained, pearson, spearman, variance }) => {
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    const weighted = r2.map((value, i) => value * variance[i]!).reduce((a, b) => a + b) / (mean(variance) * variance.length);
    const numOutputs = r2.length;
    for (const dtype of ['float64', 'float32'] as const) {
      const expected = [
        [new MeanAbsoluteError(), mae], [new MeanSquaredError(), mse], [new MeanSquaredError({ squared: false }), Math.sqrt(mse)], [new MeanAbsolutePercentageError(), mape],
        [new R2Score(), mean(r2)], [new R2Score({ multioutput: 'raw_values' }), r2], [new R2Score({ multioutput: 'variance_weighted' }), weighted],
        [new ExplainedVariance(), mean(explained)], [new ExplainedVariance({ multioutput: 'raw_values' }), explained],
        [new PearsonCorrCoef({ numOutputs }), pearson], [new SpearmanCorrCoef({ numOutputs }), spearman],
      ] as const;
      for (const [metric, value] of expected) {
        metric.update(tensor(outputs.slice(0, 3), { dtype }), tensor(targets.slice(0, 3), { dtype }));
        metric.update(tensor(outputs.slice(3), { dtype }), tensor(targets.slice(3), { dtype }));
        near(await metric.compute(), value, dtype === 'float64' ? 9 : 3);
      }
    }
  });

  it('merges, resets and gives the value of a batch', async () => {
    const [one, other] = [new PearsonCorrCoef(), new PearsonCorrCoef()];
    one.update(tensor([2.5, 0]), tensor([3, -0.5]));
    expect(await other.forward(tensor([2, 8]), tensor([2, 7])).item()).toBeCloseTo(1, 6);
    expect(await one.merge(other).compute()).toBeCloseTo(0.98487, 5);
    one.reset();
    expect(await one.compute()).toBeNaN();
    const ranks = new SpearmanCorrCoef();
    expect(await ranks.forward(tensor([1, 2, 3]), tensor([1, 3, 2]))).toBeCloseTo(0.5, 12);
    ranks.reset();
    expect(await ranks.compute()).toBeNaN();
  });

  it('follows scikit-learn where targets are constant', async () => {
    const [hit, missed, flat] = [new R2Score(), new R2Score(), new PearsonCorrCoef()];
    hit.update(tensor([2, 2]), tensor([2, 2]));
    missed.update(tensor([1, 2]), tensor([2, 2]));
    flat.update(tensor([1, 2]), tensor([2, 2]));
    expect([await hit.compute(), await missed.compute(), await flat.compute()]).toEqual([1, 0, NaN]);
    const constant = Array.from({ length: 30 }, () => 0.1); // whose mean in float32 is not 0.1
    const [r2, explained, pearson, single] = [new R2Score(), new ExplainedVariance(), new PearsonCorrCoef(), new R2Score()];
    for (const metric of [r2, explained, pearson]) for (let batch = 0; batch < 2; batch++) metric.update(tensor(constant.map((_, i) => i)), tensor(constant));
    single.update(tensor([1]), tensor([2]));
    expect([await r2.compute(), await explained.compute(), await pearson.compute(), await single.compute()]).toEqual([0, 0, NaN, NaN]);
  });

  it('takes batches of nothing', async () => {
    const r2 = new R2Score();
    r2.update(tensor([]), tensor([]));
    r2.update(tensor([1, 2]), tensor([1, 3]));
    expect(await r2.compute()).toBe(0.5);
  });

  it('says what does not fit', () => {
    expect(() => { new MeanSquaredError().update(tensor([1]), tensor([1, 2])); }).toThrow('MeanSquaredError: the outputs are [1], the targets [2].');
    expect(() => { new PearsonCorrCoef().update(tensor([[1, 2]]), tensor([[1, 2]])); }).toThrow('PearsonCorrCoef: the outputs are [1, 2]');
    expect(() => { new MeanSquaredError({ numOutputs: 2 }).update(tensor([1, 2]), tensor([1, 2])); }).toThrow('MeanSquaredError: the outputs are [2]. It was made for 2 outputs (numOutputs).');
    expect(() => new MeanAbsoluteError({ numOutputs: 0 })).toThrow('MeanAbsoluteError: numOutputs is 0.');
    expect(() => new R2Score({ adjusted: -1 })).toThrow('R2Score: adjusted is -1.');
    expect(() => new R2Score({ multioutput: 'all' as 'raw_values' })).toThrow("there is no multioutput 'all'");
  });
});

describe('aggregation', () => {
  it('takes tensors and numbers', async () => {
    const [sum, mean, max, min] = [new SumMetric(), new MeanMetric(), new MaxMetric(), new MinMetric()];
    expect([await sum.compute(), await mean.compute(), await max.compute(), await min.compute()]).toEqual([0, NaN, -Infinity, Infinity]);
    for (const metric of [sum, max, min]) {
      metric.update(tensor([[1, -2], [4, 0]]));
      metric.update(3);
    }
    mean.update(tensor([1, 2]), tensor([3, 1]));
    mean.update(5, 4);
    expect([await sum.compute(), await mean.compute(), await max.compute(), await min.compute()]).toEqual([6, 25 / 8, 4, -2]);
  });

  it('leaves NaN out, replaces it, counts it, or fails', async () => {
    const values = tensor([1, NaN, 3]);
    for (const [metric, ignored] of [[new SumMetric({ nanStrategy: 'ignore' }), 4], [new MeanMetric({ nanStrategy: 'ignore' }), 2], [new MaxMetric({ nanStrategy: 'ignore' }), 3], [new MinMetric({ nanStrategy: 'ignore' }), 1]] as const) {
      metric.update(values);
      expect(await metric.compute()).toBe(ignored);
    }
    for (const Kind of [SumMetric, MeanMetric, MaxMetric, MinMetric]) {
      const [disabled, failing] = [new Kind({ nanStrategy: 'disable' }), new Kind({ nanStrategy: 'error' })];
      for (const metric of [disabled, failing]) for (const value of [values, tensor([0])]) metric.update(value);
      expect(await disabled.compute()).toBeNaN();
      await expect(failing.compute()).rejects.toThrow(`${failing.typeName}: there were 1 NaN among the values.`);
    }
    const replaced = new MeanMetric({ nanStrategy: 5 });
    replaced.update(values);
    expect(await replaced.compute()).toBe(3);
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const warning = new SumMetric();
    warning.update(values);
    expect([await warning.compute(), warn.mock.calls]).toEqual([4, [["SumMetric: 1 NaN among the values were left out. nanStrategy: 'ignore' does so silently."]]]);
    warn.mockRestore();
    expect(() => new MeanMetric({ nanStrategy: 'propagate' as 'warn' })).toThrow("there is no 'propagate'");
  });
});

describe('likelihood', () => {
  it('perplexity', async () => {
    const { logits, targets, ignoreIndex, perplexity } = fixtures.language;
    const metric = new Perplexity({ ignoreIndex });
    metric.update(tensor(logits.slice(0, 1)), ints(targets.slice(0, 1)));
    metric.update(tensor(logits.slice(1)), ints(targets.slice(1)));
    near(await metric.compute(), perplexity, 5);
  });

  it('log loss', async () => {
    const { probabilities, targets, loss, binary, truth, binaryLoss } = fixtures.logLoss;
    const [several, two] = [new LogLoss(), new LogLoss()];
    several.update(tensor(probabilities), ints(targets));
    two.update(tensor(binary), ints(truth));
    near(await several.compute(), loss, 5);
    near(await two.compute(), binaryLoss, 5);
  });
});
