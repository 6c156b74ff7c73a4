import { beforeAll, describe, expect, it } from 'vitest';
import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { LBFGS } from '@nn/optim';
import { setDefaultDevice, type Tensor } from '@nn/tensor';
import { type Digits, quiet, setUp } from './task.ts';

beforeAll(async () => { setDefaultDevice(await cpu({ threads: 1 })); });

describe('mistakes', () => {
  const failing = async (change: (parts: ReturnType<typeof setUp<Digits>>) => void, options: Parameters<typeof quiet>[0] = {}) => {
    const parts = setUp();
    change(parts);
    await quiet({ maxEpochs: 1, ...options }).fit(parts.task, parts.trainLoader, parts.valLoader);
  };

  it('are told by what to do', async () => {
    await expect(failing(({ task }) => { task.trainingStep = undefined as never; })).rejects.toThrow('fit: Digits has no trainingStep. Write trainingStep');
    await expect(failing(({ task }) => { task.configureOptimizers = undefined as never; })).rejects.toThrow('no configureOptimizers');
    await expect(failing(({ task }) => { task.validationStep = undefined as never; })).rejects.toThrow('no validationStep');
    await expect(failing((parts) => { parts.trainLoader = [] as never; })).rejects.toThrow('fit: the loader gave no batch');
    await expect(failing((parts) => { parts.valLoader = [] as never; })).resolves.toBeUndefined();
    await expect(failing(({ task }) => { task.configureOptimizers = () => 'adam' as never; })).rejects.toThrow('configureOptimizers: it gave string');
    await expect(failing(({ task }) => { task.configureOptimizers = () => new LBFGS(task.parameters()) as never; })).rejects.toThrow('fit: LBFGS evaluates the loss as often as it needs, and has to be waited for. Write its loop: await optimizer.step(closure).');
    await expect(failing(({ task }) => { task.trainingStep = () => 5 as never; })).rejects.toThrow('trainingStep: it returned a number');
    await expect(failing(({ task }) => { task.trainingStep = () => ({ los: 5 }) as never; })).rejects.toThrow('an object without a loss');
    await expect(failing(({ task }) => { task.trainingStep = () => Promise.resolve(5) as never; })).rejects.toThrow('trainingStep: it returned a promise');
    await expect(failing(({ task }) => { task.trainingStep = ([x]: [Tensor, Tensor]) => { task.log('x', x); return x.sum(); }; })).rejects.toThrow("log: 'x' has the shape [32, 64]");
    await expect(failing(({ task }) => { task.trainingStep = ([x]: [Tensor, Tensor]) => { task.log('x', 1); task.log('x', 1); return x.sum(); }; })).rejects.toThrow('twice');
    await expect(failing(({ task }) => { const { trainingStep } = task; let i = 0; task.trainingStep = (batch) => trainingStep.call(task, batch).mul(++i === 40 ? NaN : 1); }))
      .rejects.toThrow('fit: the loss is NaN at epoch 1, step 40. Lower the learning rate');
    expect(() => setUp().task.log('x', 1)).toThrow('Digits: no trainer is at work');
    for (const [options, text] of [
      [{ maxEpochs: -2 }, 'maxEpochs is -2'], [{ limitTrainBatches: 1.5 }, 'limitTrainBatches is 1.5'], [{ gradientClipVal: -1 }, 'gradientClipVal is -1'], [{ accumulateGradBatches: 0 }, 'accumulateGradBatches is 0'],
      [{ valCheckInterval: 100 }, 'valCheckInterval is 100, an epoch has 43'], [{ limitTrainBatches: 0.001 }, 'less than one'],
    ] as const) await expect((async () => { await failing(() => undefined, options); })()).rejects.toThrow(text);
  });

  it('reach onException, and the trainer can be used again', async () => {
    const { task, trainLoader } = setUp();
    const seen: unknown[] = [];
    let broken = true;
    const trainer = quiet({ maxEpochs: 1, limitTrainBatches: 1, callbacks: { onException: (_t: unknown, _k: unknown, error: Error) => void seen.push(error.message), onTrainBatchEnd: () => { if (broken) throw new Error('a hook'); } } });
    await expect(trainer.fit(task, trainLoader)).rejects.toThrow('a hook');
    expect(seen).toEqual(['a hook']);
    broken = false;
    await trainer.fit(task, trainLoader);
  });
});
