import { beforeAll, describe, expect, it } from 'vitest';
import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { DataLoader } from '@nn/data';
import { RMSprop, SGD } from '@nn/optim';
import { defaultDevice, reference, setDefaultDevice, type Tensor } from '@nn/tensor';
import { type Callback, fit, Task, type Trainer } from '@nn/train';
import { Digits, quiet, setUp } from './task.ts';

beforeAll(async () => { setDefaultDevice(await cpu({ threads: 1 })); });

describe('Trainer.fit', () => {
  it('gives the numbers of the plain loop, and of fit()', async () => {
    const { task, trainLoader, valLoader } = setUp();
    const optimizer = task.configureOptimizers();
    const plain: number[] = [];
    for (let epoch = 0; epoch < 2; epoch++) {
      for await (const [inputs, labels] of trainLoader) {
        const loss = task.criterion.forward(task.forward(inputs), labels);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        plain.push(await loss.item());
      }
    }
    const weights = [...await task.fc1.weight.data()];

    const losses: number[] = [];
    const again = setUp();
    const trainer = quiet({ maxEpochs: 2, callbacks: { onStepMetrics: (_trainer, _task, metrics) => { losses.push(metrics.train_loss!); } } });
    await trainer.fit(again.task, again.trainLoader, again.valLoader);
    expect(losses).toEqual(plain);
    expect([...await again.task.fc1.weight.data()]).toEqual(weights);
    expect(trainer.globalStep).toBe(86);
    expect(trainer.currentEpoch).toBe(2);
    expect(trainer.numTrainingBatches).toBe(43);

    const third = setUp();
    const { criterion, accuracy: metric } = third.task;
    const history = await fit({ model: third.task, criterion, metric, optimizer: third.task.configureOptimizers(), trainLoader: third.trainLoader, valLoader, epochs: 2, progress: false });
    expect(trainer.callbackMetrics.train_acc).toBeCloseTo(history[1]!.train.metric!, 6);
    expect(trainer.callbackMetrics.val_acc).toBeCloseTo(history[1]!.validation!.metric!, 6);
  });

  it('calls hooks in order, callbacks before the task, and none for the sanity check', async () => {
    const seen: string[] = [];
    const hooks = ['setup', 'onFitStart', 'onSanityCheckStart', 'onSanityCheckEnd', 'onTrainStart', 'onTrainEpochStart', 'onTrainBatchStart', 'onBeforeZeroGrad', 'onBeforeBackward', 'onAfterBackward',
      'onBeforeOptimizerStep', 'onTrainBatchEnd', 'onValidationStart', 'onValidationEpochStart', 'onValidationBatchStart', 'onValidationBatchEnd', 'onValidationEpochEnd', 'onValidationEnd', 'onTrainEpochEnd',
      'onTrainEnd', 'onFitEnd', 'teardown'];
    const { task, trainLoader, valLoader } = setUp();
    task.onTrainEpochEnd = () => { seen.push('task'); };
    const callback = Object.fromEntries(hooks.map((hook) => [hook, () => { seen.push(hook); }]));
    const trainer = quiet({ maxEpochs: 1, limitTrainBatches: 1, limitValBatches: 1, callbacks: callback });
    await trainer.fit(task, trainLoader, valLoader);
    expect(seen).toEqual([...hooks.slice(0, 19), 'task', ...hooks.slice(19)]);
  });

  it('checks validation before training, leaving no trace of it', async () => {
    const flags: boolean[] = [];
    class Watching extends Digits {
      override validationStep(batch: [Tensor, Tensor]): Tensor {
        flags.push(this.trainer.sanityChecking);
        return super.validationStep(batch);
      }
      override onValidationEpochEnd(): void { expect(this.trainer.callbackMetrics.val_loss).toBeGreaterThan(0); }
    }
    const { task, trainLoader, valLoader } = setUp(Watching);
    await quiet({ maxEpochs: 1, limitTrainBatches: 2, limitValBatches: 3 }).fit(task, trainLoader, valLoader);
    expect(flags).toEqual([true, true, false, false, false]);
  });

  it('has the values of an epoch in its hooks, and takes more there', async () => {
    class Telling extends Digits {
      lines: string[] = [];
      override onValidationEpochEnd(): void { this.log('twice', 2 * this.trainer.callbackMetrics.val_loss!); }
      override onTrainEpochEnd(): void {
        const { train_loss: loss, val_loss: val, twice } = this.trainer.callbackMetrics;
        this.lines.push(`${this.currentEpoch} ${loss! > 0} ${twice === 2 * val!}`);
      }
    }
    const { task, trainLoader, valLoader } = setUp(Telling);
    await quiet({ maxEpochs: 2, limitTrainBatches: 2 }).fit(task, trainLoader, valLoader);
    expect(task.lines).toEqual(['0 true true', '1 true true']);
  });

  it('accumulates, clips and counts steps', async () => {
    const whole = setUp();
    const halves = setUp();
    const big = new DataLoader(whole.trainLoader.dataset, { batchSize: 64 });
    const small = new DataLoader(whole.trainLoader.dataset, { batchSize: 32 });
    const one = quiet({ maxEpochs: 1, limitTrainBatches: 4, gradientClipVal: 0.1 });
    const two = quiet({ maxEpochs: 1, limitTrainBatches: 8, gradientClipVal: 0.1, accumulateGradBatches: 2 });
    await one.fit(whole.task, big);
    await two.fit(halves.task, small);
    expect([one.globalStep, two.globalStep]).toEqual([4, 4]);
    const [a, b] = [await whole.task.fc1.weight.data(), await halves.task.fc1.weight.data()];
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(2e-3);
  });

  it('steps schedulers by epoch, by step and by what is monitored', async () => {
    const calls: string[] = [];
    class Scheduled extends Digits {
      override configureOptimizers() {
        const optimizer = new RMSprop(this.parameters(), { lr: 0.002 });
        return [[optimizer], [
          { step: () => { calls.push('epoch'); } },
          { scheduler: { step: () => { calls.push('step'); } }, interval: 'step' },
          { scheduler: { step: (value?: number) => { calls.push(`val ${value === this.trainer.callbackMetrics.val_loss}`); } }, monitor: 'val_loss' },
        ]] as never;
      }
    }
    const { task, trainLoader, valLoader } = setUp(Scheduled);
    await quiet({ maxEpochs: 2, limitTrainBatches: 2 }).fit(task, trainLoader, valLoader);
    expect(calls).toEqual(['step', 'step', 'epoch', 'val true', 'step', 'step', 'epoch', 'val true']);
  });

  it('stops where it is told: maxSteps, shouldStop with minEpochs, a signal, Ctrl-C', async () => {
    const steps = async (options: Parameters<typeof quiet>[0], callback: Partial<Callback> = {}) => {
      const { task, trainLoader } = setUp();
      const trainer = quiet({ ...options, callbacks: callback });
      await trainer.fit(task, trainLoader);
      return [trainer.globalStep, trainer.currentEpoch, trainer.interrupted];
    };
    expect(await steps({ maxSteps: 50 })).toEqual([50, 2, false]);
    const stop = { onTrainEpochEnd: (trainer: Trainer) => { trainer.shouldStop = true; } };
    expect(await steps({ maxEpochs: 5 }, stop)).toEqual([43, 1, false]);
    expect(await steps({ maxEpochs: 5, minEpochs: 3, limitTrainBatches: 2 }, stop)).toEqual([6, 3, false]);
    const ended: string[] = [];
    const abort = new AbortController();
    expect(await steps({ maxEpochs: 5, signal: abort.signal }, {
      onTrainBatchEnd: (_t, _k, _o, _b, i) => { if (i === 4) abort.abort(); },
      onTrainEpochEnd: () => void ended.push('epoch'), onTrainEnd: () => void ended.push('train'),
    })).toEqual([5, 0, true]);
    expect(ended).toEqual(['train']);
    const listeners = process.listenerCount('SIGINT');
    expect(await steps({ maxEpochs: 5 }, { onTrainBatchEnd: (_t, _k, _o, _b, i) => { if (i === 2) process.emit('SIGINT'); } })).toEqual([3, 0, true]);
    expect(process.listenerCount('SIGINT')).toBe(listeners);
  });

  it('validates within an epoch, and every so many epochs', async () => {
    const at = async (options: Parameters<typeof quiet>[0]) => {
      const steps: number[] = [];
      const { task, trainLoader, valLoader } = setUp();
      const trainer = quiet({ maxEpochs: 2, limitTrainBatches: 8, limitValBatches: 1, ...options, callbacks: { onValidationEnd: (t: Trainer) => void steps.push(t.globalStep) } });
      await trainer.fit(task, trainLoader, valLoader);
      return steps;
    };
    expect(await at({})).toEqual([8, 16]);
    expect(await at({ valCheckInterval: 0.5 })).toEqual([4, 8, 12, 16]);
    expect(await at({ valCheckInterval: 3 })).toEqual([3, 6, 8, 11, 14, 16]);
    expect(await at({ checkValEveryNEpoch: 2 })).toEqual([16]);
    expect(await at({ limitValBatches: 0 })).toEqual([]);
    expect(await at({ fastDevRun: true })).toEqual([1]);
  });

  it('moves model and batches to its device, and sets the default device back', async () => {
    const { task, trainLoader } = setUp();
    const before = defaultDevice();
    const device = reference();
    const batches: [Tensor, Tensor][] = [];
    for await (const batch of trainLoader) {
      batches.push(batch);
      if (batches.length === 2) break;
    }
    const trainer = quiet({ maxEpochs: 1, device: Promise.resolve(device) });
    await trainer.fit(task, batches);
    expect(task.fc1.weight.device).toBe(device);
    expect(trainer.numTrainingBatches).toBe(2);
    expect(defaultDevice()).toBe(before);
  });

  it('keeps memory flat, step by step', async () => {
    const { task, trainLoader } = setUp();
    const device = defaultDevice();
    const used: number[] = [];
    const batch: [Tensor, Tensor][] = [];
    for await (const one of trainLoader) {
      batch.push(one);
      break;
    }
    await quiet({ maxEpochs: 100, callbacks: { onTrainEpochEnd: () => void used.push(device.memory().storages) } }).fit(task, Array.from({ length: 10 }, () => batch[0]!));
    // What earlier tests left to the garbage collector may go meanwhile.
    expect(used[99]).toBeLessThanOrEqual(used[1]!);
  });

  it('trains by hand where the task wants to', async () => {
    class Manual extends Digits {
      override get automaticOptimization(): boolean { return false; }
      override trainingStep([inputs, labels]: [Tensor, Tensor]): Tensor {
        const loss = this.criterion.forward(this.forward(inputs), labels);
        for (const optimizer of this.optimizers()) optimizer.zeroGrad();
        loss.backward();
        for (const optimizer of this.optimizers()) optimizer.step();
        this.log('train_loss', loss);
        return loss;
      }
      override configureOptimizers() { return [new SGD(this.fc1.parameters(), { lr: 0.1 }), new SGD(this.fc2.parameters(), { lr: 0.1 })] as never; }
    }
    const { task, trainLoader } = setUp(Manual);
    const trainer = quiet({ maxEpochs: 2 });
    await trainer.fit(task, trainLoader);
    expect(trainer.callbackMetrics.train_loss).toBeLessThan(2.2);
  });
});

describe('validate, test, predict', () => {
  it('give what was logged, and leave modes as they were', async () => {
    const { task, valLoader } = setUp();
    const trainer = quiet();
    task.fc1.eval();
    const validated = await trainer.validate(task, valLoader);
    expect(Object.keys(validated)).toEqual(['val_loss', 'val_acc']);
    const tested = await trainer.test(task, valLoader);
    expect(tested).toEqual({ test_loss: validated.val_loss });
    expect([task.training, task.fc1.training, task.fc2.training]).toEqual([true, false, true]);
    const outputs = await trainer.predict(task, valLoader) as Tensor[];
    expect(outputs.map(({ shape }) => shape)).toEqual([...Array.from({ length: 14 }, () => [32, 10]), [2, 10]]);
    expect(outputs[0]!.requiresGrad).toBe(false);
    expect(await outputs[0]!.toArray()).toHaveLength(32);
  });
});

it('is extended by the name of Lightning as well', async () => {
  const { LightningModule } = await import('@nn/train');
  expect(LightningModule).toBe(Task);
});
