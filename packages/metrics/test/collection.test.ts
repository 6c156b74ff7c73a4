import { tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { Accuracy, AUROC, MetricCollection, Recall } from '../src/index.ts';

const ints = (values: number[]) => tensor(values, { dtype: 'int32' });
const [scores, labels] = [tensor([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]]), ints([0, 1, 0])];

describe('MetricCollection', () => {
  it('feeds all, and names what they come to', async () => {
    const metrics = new MetricCollection({ accuracy: new Accuracy({ numClasses: 2 }), recall: new Recall({ numClasses: 2, average: 'none' }) }, { prefix: 'val_', postfix: '!' });
    metrics.update(scores, labels);
    metrics.update(scores, ints([0, 1, 1]));
    expect(await metrics.compute()).toEqual({ 'val_accuracy!': 5 / 6, 'val_recall!': [2 / 3, 1] });
    expect(Object.keys(metrics.metrics)).toEqual(['val_accuracy!', 'val_recall!']);
    metrics.reset();
    expect(await metrics.compute()).toEqual({ 'val_accuracy!': NaN, 'val_recall!': [NaN, NaN] });
  });

  it("takes a list, by the metrics' names; gives a batch's values", async () => {
    const metrics = new MetricCollection([new Accuracy({ numClasses: 2 }), new AUROC({ numClasses: 2 })]);
    const values = metrics.forward(scores, labels);
    expect(Object.keys(values)).toEqual(['MulticlassAccuracy', 'MulticlassAUROC']);
    expect(await (values.MulticlassAccuracy as ReturnType<typeof tensor>).item()).toBeCloseTo(2 / 3, 6);
    expect(await values.MulticlassAUROC).toBe(1);
  });

  it('goes on from a state', async () => {
    const make = () => new MetricCollection([new Accuracy({ numClasses: 2 }), new AUROC({ numClasses: 2 })]);
    const [one, other] = [make(), make()];
    one.update(scores, labels);
    const state = one.stateDict();
    expect(Object.keys(state)).toEqual(['MulticlassAccuracy.state', 'MulticlassAUROC.outputs', 'MulticlassAUROC.targets']);
    one.update(scores, ints([1, 0, 1]));
    other.loadStateDict(state);
    expect(await other.compute()).toEqual({ MulticlassAccuracy: 2 / 3, MulticlassAUROC: 1 });
    expect(() => { new Accuracy().loadStateDict({ total: scores }); }).toThrow('MulticlassAccuracy.loadStateDict: there is no total.');
  });

  it('says what is wrong', () => {
    expect(() => new MetricCollection([new Accuracy(), new Accuracy()])).toThrow('MetricCollection: there are two metrics called MulticlassAccuracy.');
    expect(() => new MetricCollection([])).toThrow('there is no metric');
  });
});
