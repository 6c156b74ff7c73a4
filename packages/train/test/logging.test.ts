import { beforeAll, describe, expect, it } from 'vitest';
import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { Accuracy, F1Score, MetricCollection } from '@nn/metrics';
import { setDefaultDevice, tensor, type Tensor } from '@nn/tensor';
import { Digits, quiet, setUp } from './task.ts';

beforeAll(async () => { setDefaultDevice(await cpu({ threads: 1 })); });

describe('what is logged', () => {
  it('logs means over examples, never the last batch, and says so', async () => {
    const { task, trainLoader, valLoader } = setUp();
    const sizes: number[] = [];
    const losses: number[] = [];
    const watch = { onTrainBatchEnd: (_t: unknown, _k: unknown, outputs: Tensor, batch: [Tensor, Tensor]) => {
      sizes.push(batch[0].size(0));
      return outputs.item().then((loss) => void losses.push(loss));
    } };
    const trainer = quiet({ maxEpochs: 1, callbacks: watch });
    await trainer.fit(task, trainLoader, valLoader);
    const mean = losses.reduce((sum, loss, i) => sum + loss * sizes[i]!, 0) / 1347;
    expect(trainer.callbackMetrics.train_loss).toBe(mean);
    expect(trainer.callbackMetrics.train_loss_epoch).toBe(mean);
    expect(trainer.callbackMetrics.train_loss_step).toBe(losses.at(-1));
    expect(trainer.meaningOf('train_loss')).toBe('mean over 1,347 examples');
    expect(trainer.meaningOf('train_loss_step')).toBe('one batch');
    expect(trainer.meaningOf('val_loss')).toBe('mean over 450 examples');
    expect(trainer.callbackMetrics).not.toHaveProperty('val_loss_step');
  });

  it('reduces as it is told', async () => {
    class Reducing extends Digits {
      override trainingStep(batch: [Tensor, Tensor], batchIdx = 0): Tensor {
        for (const reduceFx of ['sum', 'max', 'min', 'batchMean'] as const) this.log(reduceFx, batchIdx + 1, { reduceFx });
        this.log('first', tensor(batchIdx + 5), { reduceFx: (values) => values[0]!, onStep: false });
        this.log('weighted', batchIdx, { batchSize: batchIdx === 0 ? 3 : 1, onStep: false });
        this.log('steps', batchIdx, { onEpoch: false });
        return super.trainingStep(batch);
      }
    }
    const { task, trainLoader } = setUp(Reducing);
    const trainer = quiet({ maxEpochs: 1, limitTrainBatches: 3 });
    await trainer.fit(task, trainLoader);
    expect(trainer.callbackMetrics).toMatchObject({ sum: 6, max: 3, min: 1, batchMean: 2, first: 5, weighted: 0.6, steps: 2, sum_step: 3 });
    expect(trainer.meaningOf('batchMean')).toBe('mean of 3 batches');
  });

  it('logs metrics, which are computed and reset at the end of an epoch', async () => {
    class Counting extends Digits {
      override trainingStep([inputs, labels]: [Tensor, Tensor]): Tensor {
        const outputs = this.forward(inputs);
        this.accuracy.update(outputs, labels);
        this.log('acc', this.accuracy);
        this.log('train_acc', outputs.argmax(1).eq(labels).cast('float32').mean());
        return this.criterion.forward(outputs, labels);
      }
    }
    const { task, trainLoader } = setUp(Counting);
    const trainer = quiet({ maxEpochs: 2 });
    await trainer.fit(task, trainLoader);
    expect(trainer.callbackMetrics.acc).toBeCloseTo(trainer.callbackMetrics.train_acc!, 6);
    expect(await task.accuracy.compute()).toBeNaN();
  });

  it('logs collections of metrics, and the values that they give of a batch', async () => {
    class Measured extends Digits {
      readonly measures = new MetricCollection({ acc: new Accuracy({ numClasses: 10 }), f1: new F1Score({ numClasses: 10, average: 'macro' }) }, { prefix: 'own_' });
      readonly batch = new MetricCollection([new Accuracy({ numClasses: 10 })]);
      override trainingStep([inputs, labels]: [Tensor, Tensor]): Tensor {
        const outputs = this.forward(inputs);
        this.measures.update(outputs, labels);
        this.logDict(this.measures);
        this.logDict(this.batch.forward(outputs, labels) as Record<string, Tensor>);
        return this.criterion.forward(outputs, labels);
      }
    }
    const { task, trainLoader } = setUp(Measured);
    const trainer = quiet({ maxEpochs: 1 });
    await trainer.fit(task, trainLoader);
    const { own_acc: acc, own_f1: f1, MulticlassAccuracy: mean } = trainer.callbackMetrics;
    expect(acc).toBeCloseTo(mean!, 6);
    expect(f1).toBeGreaterThan(0.1);
    expect(await task.measures.compute()).toEqual({ own_acc: NaN, own_f1: NaN });
  });
});
