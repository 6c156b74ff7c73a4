import { gradCheck } from '@nn/autograd';
import { tensor, type Tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import * as losses from '../src/index.ts';
import { expectClose } from './close.ts';

const f64 = (values: number[] | number[][]): Tensor => tensor(values, { dtype: 'float64' });
const labels = (values: number | number[] | number[][]): Tensor => tensor(values, { dtype: 'int32' });

describe('losses at the edges', () => {
  it('are finite for huge values in float32', async () => {
    const x = tensor([1e4, -1e4, 0], { requiresGrad: true });
    await expectClose(losses.binaryCrossEntropyWithLogits(x, tensor([0, 1, 1]), { reduction: 'none' }), [1e4, 1e4, Math.LN2], 1e-6);
    const soft = losses.softMarginLoss(x, tensor([-1, 1, 1]), { reduction: 'none' });
    await expectClose(soft, [1e4, 1e4, Math.LN2], 1e-6);
    soft.sum().backward();
    await expectClose(x.grad!, [1, -1, -0.5], 1e-6);
  });

  it('have the slopes of lines at infinite errors', async () => {
    for (const loss of [losses.smoothL1Loss, losses.huberLoss]) {
      const x = tensor([Infinity, -Infinity, 0.5], { requiresGrad: true });
      loss(x, zeros([3]), { reduction: 'sum' }).backward();
      expect(await x.grad!.toArray()).toEqual([1, -1, 0.5]);
      const bad = tensor([NaN], { requiresGrad: true });
      loss(bad, zeros([1])).backward();
      expect(await bad.grad!.toArray()).toEqual([NaN]);
    }
  });

  it('have second derivatives, also where logits are 0', async () => {
    const x = f64([[0, 0.5, -2], [1, 0, 3]]);
    const t = f64([[0, 1, 0.25], [1, 0.5, 0]]);
    await gradCheck((a, b) => losses.binaryCrossEntropyWithLogits(a, b, { posWeight: f64([1, 2, 3]) }), [x, t], { order: 2 });
    await gradCheck((a, b) => losses.multilabelSoftMarginLoss(a, b), [x, t], { order: 2 });
    await gradCheck((a) => losses.binaryCrossEntropy(a.sigmoid(), t), [x], { order: 2 });
    await gradCheck((a) => losses.nllLoss(a.logSoftmax(1), labels([2, 0])), [x], { order: 2 });
  });

  it('differentiates CTC by differences, in front of a log-softmax', async () => {
    const x = f64([[0.1, -1, 2], [1, 0, -0.5], [0.3, 0.2, 0.1], [-1, 2, 0.5]]);
    await gradCheck((a) => losses.ctcLoss(a.logSoftmax(1), labels([1, 1]), 4, 2), [x]);
    await gradCheck((a) => losses.ctcLoss(a.logSoftmax(1), labels([2]), [3], [1]), [x]);
  });

  it('give impossible CTC targets an infinite loss, or none', async () => {
    const x = zeros([2, 3], { requiresGrad: true });
    expect(await losses.ctcLoss(x.logSoftmax(1), labels([1, 1]), 2, 2).item()).toBe(Infinity);
    const loss = losses.ctcLoss(x.logSoftmax(1), labels([1, 1]), 2, 2, { zeroInfinity: true });
    loss.backward();
    expect(await loss.item()).toBe(0);
    await expectClose(x.grad!, [0, 0, 0, 0, 0, 0]);
  });

  it('leave out no gradient of a KL divergence at 0', async () => {
    const x = f64([-1, -2]);
    x.requiresGrad = true;
    losses.klDiv(x, f64([0, 1]), { reduction: 'batchmean' }).backward();
    await expectClose(x.grad!, [0, -0.5]);
  });

  it('penalise parameters', async () => {
    const parameters = [tensor([1, -2], { requiresGrad: true }), tensor([[3]], { requiresGrad: true })];
    await expectClose(losses.l1Penalty(parameters, 0.5), [3]);
    const l2 = losses.l2Penalty(parameters, 0.5);
    await expectClose(l2, [7]);
    l2.backward();
    await expectClose(parameters[0]!.grad!, [1, -2]);
    expect(() => losses.l1Penalty([])).toThrow('l1Penalty: there are no parameters. Pass model.parameters().');
  });

  it('say what does not fit', () => {
    expect(() => losses.binaryCrossEntropy(tensor([0.5, 1.5]), tensor([1, 0]))).toThrow('binaryCrossEntropy: an input is not a probability. Give 0 to 1');
    expect(() => losses.binaryCrossEntropy(tensor([NaN]), tensor([1]))).toThrow('not a probability');
    expect(() => losses.binaryCrossEntropyWithLogits(zeros([2, 1]), zeros([2]))).toThrow('binaryCrossEntropyWithLogits: the input is [2, 1], the target [2].');
    expect(() => losses.binaryCrossEntropy(zeros([2]), zeros([2]), { weight: zeros([3, 2]) })).toThrow('binaryCrossEntropy: the weight is [3, 2], the input [2].');
    expect(() => losses.l1Loss(zeros([2, 1]), zeros([2]))).toThrow('l1Loss: the input is [2, 1], the target [2]. Give equal shapes');
    expect(() => losses.nllLoss(zeros([2, 3]), labels([0, 3]))).toThrow('nllLoss: a label is out of range');
    expect(() => losses.nllLoss(zeros([2, 3]), zeros([2]))).toThrow('nllLoss: the labels are float32');
    expect(() => losses.gaussianNllLoss(zeros([2]), zeros([2]), tensor([1, -1]))).toThrow('gaussianNllLoss: a variance is negative');
    expect(() => losses.huberLoss(zeros([2]), zeros([2]), { delta: 0 })).toThrow('huberLoss: delta is 0');
    expect(() => losses.smoothL1Loss(zeros([2]), zeros([2]), { beta: -1 })).toThrow('smoothL1Loss: beta is -1');
    expect(() => losses.multiMarginLoss(zeros([2, 3]), labels([0, 1]), { p: 3 })).toThrow('multiMarginLoss: p is 3');
    expect(() => losses.marginRankingLoss(zeros([2]), zeros([2, 1]), zeros([2]))).toThrow('Give them the same number of axes.');
    expect(() => losses.cosineEmbeddingLoss(zeros([2, 3]), zeros([2, 3]), zeros([]))).toThrow('cosineEmbeddingLoss: the inputs are');
    expect(() => losses.ctcLoss(zeros([4, 1, 3]), labels([[1, 2]]), [5], [2])).toThrow('ctcLoss: one of the input lengths is 5. Use whole numbers from 0 to 4.');
    expect(() => losses.ctcLoss(zeros([4, 1, 3]), labels([[1, 3]]), [4], [2])).toThrow('ctcLoss: a label is out of range');
    expect(() => new losses.KLDivLoss({ reduction: 'rows' as 'mean' })).toThrow("KLDivLoss: there is no reduction 'rows'");
    expect(() => new losses.L1Loss({ reduction: 'rows' as 'mean' })).toThrow("L1Loss: there is no reduction 'rows'");
  });

  it('keep weights in their state, under the names of PyTorch', () => {
    expect(Object.keys(new losses.BCEWithLogitsLoss({ weight: [1, 2], posWeight: [3] }).stateDict())).toEqual(['weight', 'pos_weight']);
  });
});
