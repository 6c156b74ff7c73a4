import { beforeAll, describe, expect, it } from 'vitest';
import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { setDefaultDevice } from '@nn/tensor';
import { type Callback, EarlyStopping, type EarlyStoppingOptions, LearningRateMonitor, Timer, type Trainer } from '@nn/train';
import { Digits, quiet, setUp } from './task.ts';

beforeAll(async () => { setDefaultDevice(await cpu({ threads: 1 })); });

/** A run whose validation says these values. */
async function stopped(values: readonly number[], options: Partial<EarlyStoppingOptions>, more: Parameters<typeof quiet>[0] = {}) {
  class Scored extends Digits {
    override onValidationEpochEnd(): void { this.log('score', values[this.currentEpoch]!); }
  }
  const { task, trainLoader, valLoader } = setUp(Scored);
  const stopping = new EarlyStopping({ monitor: 'score', ...options });
  const weights: number[][] = [];
  const keep = { onTrainEpochEnd: async (_t: Trainer, k) => { weights.push([...await (k as unknown as Digits).fc1.weight.data()]); } } as Callback;
  const trainer = quiet({ maxEpochs: values.length, limitTrainBatches: 1, limitValBatches: 1, callbacks: [stopping, keep], ...more });
  await trainer.fit(task, trainLoader, valLoader);
  return { epochs: trainer.currentEpoch, stopping, weights, final: [...await task.fc1.weight.data()] };
}

describe('EarlyStopping', () => {
  it('waits for patience, counting from the best', async () => {
    const { epochs, stopping } = await stopped([5, 4, 3, 3, 4, 3.5, 1], { patience: 3 });
    expect(epochs).toBe(6);
    expect(stopping).toMatchObject({ stoppedEpoch: 5, waitCount: 3, bestScore: 3, bestEpoch: 2, stoppingReason: 'score did not improve on 3.0000 in 3 checks' });
    expect((await stopped([5, 4, 3, 2], { patience: 1 })).epochs).toBe(4);
    expect((await stopped([1, 2, 2, 3], { patience: 1, mode: 'max' })).epochs).toBe(3);
    expect((await stopped([5, 4.9, 4.8, 4.7], { patience: 2, minDelta: 0.5 })).epochs).toBe(3);
    expect((await stopped([5, 4.9, 4.8, 4.7], { patience: 2, minDelta: 0.15 })).epochs).toBe(4);
  });

  it('watches a moving average where the curve is bumpy', async () => {
    const bumpy = [5, 6, 3, 4.5, 2, 3.5, 1];
    expect((await stopped(bumpy, { patience: 1 })).epochs).toBe(2);
    const { epochs, stopping } = await stopped(bumpy, { patience: 1, smoothing: 3 });
    expect(epochs).toBe(2); // 5, then the mean of 5 and 6
    expect(stopping.bestScore).toBe(5);
    expect((await stopped(bumpy, { patience: 2, smoothing: 3 })).epochs).toBe(7);
  });

  it('brings the best weights back', async () => {
    const { final, weights, stopping } = await stopped([5, 2, 3, 4], { patience: 2, restoreBest: true });
    expect(weights).toHaveLength(4);
    expect(final).toEqual(weights[1]);
    expect(stopping.bestEpoch).toBe(1);
    const without = await stopped([5, 2, 3, 4], { patience: 2 });
    expect(without.final).toEqual(without.weights[3]);
  });

  it('stops at thresholds and at what is not finite', async () => {
    expect((await stopped([5, 4, 0.5, 0.4], { stoppingThreshold: 1 })).epochs).toBe(3);
    expect((await stopped([5, 12, 1, 1], { divergenceThreshold: 10 })).epochs).toBe(2);
    expect((await stopped([5, NaN, 1, 1], {})).stopping.stoppingReason).toBe('score is NaN');
    expect((await stopped([5, Infinity, 1, 1], { checkFinite: false })).epochs).toBe(4);
  });

  it('names what was logged where nothing has the name', async () => {
    await expect(stopped([1, 2], { monitor: 'vall' })).rejects.toThrow(/^EarlyStopping: nothing called 'vall' was logged\. There is: .*val_loss, val_acc, score\.$/);
    expect((await stopped([1, 2], { monitor: 'vall', strict: false })).epochs).toBe(2);
    expect((await stopped([1, 1, 1, 1], { patience: 1 }, { checkValEveryNEpoch: 2 })).epochs).toBe(4);
    expect((await stopped([1, 1, 1, 1], { monitor: 'train_loss', mode: 'max', patience: 1 })).epochs).toBeLessThanOrEqual(4);
    for (const wrong of [{ mode: 'least' }, { patience: -1 }, { smoothing: 0 }]) expect(() => new EarlyStopping({ monitor: 'x', ...wrong } as never)).toThrow(/^EarlyStopping: \w+ is/);
  });
});

describe('Timer', () => {
  it('ends a run, and counts on after a checkpoint', async () => {
    const { task, trainLoader } = setUp();
    const timer = new Timer({ hours: 1 });
    timer.loadStateDict({ elapsed: 3600 });
    const trainer = quiet({ callbacks: timer });
    await trainer.fit(task, trainLoader);
    expect(trainer.globalStep).toBe(1);
    expect(timer.stateDict().elapsed).toBeGreaterThan(3600);
    expect(new Timer('01:00:00:30').timeRemaining).toBe(86_430);
    expect(() => new Timer('1 h')).toThrow("Timer: '1 h' is no duration");
  });
});

describe('LearningRateMonitor', () => {
  it('sends rates to the loggers', async () => {
    const sent: string[] = [];
    const { task, trainLoader } = setUp();
    const logger = { logMetrics: (metrics: Readonly<Record<string, number>>, step: number) => { if ('lr-RMSprop' in metrics) sent.push(`${step}: ${metrics['lr-RMSprop']}`); } };
    await quiet({ maxEpochs: 2, limitTrainBatches: 4, logEveryNSteps: 2, logger, callbacks: new LearningRateMonitor({ loggingInterval: 'step' }) }).fit(task, trainLoader);
    expect(sent).toEqual(['0: 0.002', '2: 0.002', '4: 0.002', '6: 0.002']);
  });
});
