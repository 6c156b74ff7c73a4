import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { DataLoader } from '@nn/data';
import { Dropout, relu } from '@nn/layers';
import { Adam } from '@nn/optim';
import { manualSeed, setDefaultDevice, type Tensor } from '@nn/tensor';
import { Callback, decodeCheckpoint, EarlyStopping, ModelCheckpoint, type Trainer } from '@nn/train';
import { Digits, quiet, setUp } from './task.ts';

beforeAll(async () => { setDefaultDevice(await cpu({ threads: 1 })); });

/** Random in its steps too. */
class Dropping extends Digits {
  drop = new Dropout(0.3);
  override forward(x: Tensor): Tensor { return this.fc2.forward(this.drop.forward(relu(this.fc1.forward(x)))); }
  override configureOptimizers(): never {
    const optimizer = new Adam(this.parameters(), { lr: 0.002 });
    let epochs = 0;
    const lrScheduler = {
      step: () => { optimizer.paramGroups[0]!.lr = 0.002 / (1 + ++epochs); },
      stateDict: () => ({ epochs }),
      loadStateDict: (state: { epochs: number }) => { ({ epochs } = state); },
    };
    return { optimizer, lrScheduler } as never;
  }
}

const everything = async (task: Digits, trainer: Trainer) => ({
  weights: [...await task.fc1.weight.data()], metrics: trainer.callbackMetrics, epoch: trainer.currentEpoch, step: trainer.globalStep, lr: (trainer.optimizers[0] as Adam).paramGroups[0]!.lr,
});

/** A run of four epochs, and what callbacks saved on the way. */
async function whole(callbacks: Callback | Callback[], seed?: number) {
  const { task, trainLoader, valLoader } = setUp(Dropping);
  const loader = seed === undefined ? trainLoader : new DataLoader(trainLoader.dataset, { batchSize: 32, shuffle: true, seed });
  const trainer = quiet({ maxEpochs: 4, callbacks });
  await trainer.fit(task, loader, valLoader);
  return everything(task, trainer);
}

/** The rest of it, in a program that has drawn other numbers before. */
async function rest(bytes: Uint8Array | string, seed?: number, callbacks: Callback[] = []) {
  const { task, trainLoader, valLoader } = setUp(Dropping);
  manualSeed(99);
  const loader = seed === undefined ? trainLoader : new DataLoader(trainLoader.dataset, { batchSize: 32, shuffle: true, seed });
  const trainer = quiet({ maxEpochs: 4, callbacks });
  await trainer.fit(task, loader, valLoader, { ckptPath: bytes });
  return everything(task, trainer);
}

describe('a resumed run', () => {
  for (const seed of [undefined, 7]) {
    it(`is the whole run bit for bit, from the end of an epoch and from its middle${seed === undefined ? '' : ', with a loader of its own seed'}`, async () => {
      let [atEnd, within]: (Uint8Array | undefined)[] = [];
      class Saving extends Callback {
        override readonly monitoring = true;
        override async onTrainEpochEnd(trainer: Trainer): Promise<void> { if (trainer.currentEpoch === 1) atEnd = await trainer.saveCheckpoint(); }
        override async onTrainBatchEnd(trainer: Trainer): Promise<void> { if (trainer.globalStep === 43 + 20) within = await trainer.saveCheckpoint(); }
      }
      const expected = await whole(new Saving(), seed);
      expect(expected.step).toBe(172);
      expect(await rest(atEnd!, seed)).toEqual(expected);
      expect(await rest(within!, seed)).toEqual(expected);
    });
  }

  it('goes on after an interruption', async () => {
    const expected = await whole([]);
    const { task, trainLoader, valLoader } = setUp(Dropping);
    const abort = new AbortController();
    const trainer = quiet({ maxEpochs: 4, signal: abort.signal, callbacks: { onTrainBatchEnd: (t) => { if (t.globalStep === 100) abort.abort(); }, onTrainEnd: async (t) => { bytes = await t.saveCheckpoint(); } } });
    let bytes: Uint8Array | undefined;
    await trainer.fit(task, trainLoader, valLoader);
    expect(trainer.globalStep).toBe(100);
    expect(await rest(bytes!)).toEqual(expected);
  });

  it('refuses files that are none, and tasks that differ', async () => {
    const { task, trainLoader } = setUp();
    const trainer = quiet({ maxEpochs: 1, limitTrainBatches: 1 });
    await expect(trainer.fit(task, trainLoader, undefined, { ckptPath: 'best' })).rejects.toThrow("there is no 'best' checkpoint");
    await expect(trainer.fit(task, trainLoader, undefined, { ckptPath: 'nowhere.safetensors' })).rejects.toThrow('ENOENT');
    await expect(quiet().saveCheckpoint()).rejects.toThrow('nothing was trained yet');
    await trainer.fit(task, trainLoader);
    const bytes = await trainer.saveCheckpoint();
    await expect(rest(bytes)).rejects.toThrow('the checkpoint has 1 optimizers and 0 schedulers, the task 1 and 1');
    expect(Object.keys(decodeCheckpoint(bytes).model)).toEqual(['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias']);
  });
});

describe('ModelCheckpoint', () => {
  let folder = '';
  beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'nn-')); });
  afterEach(() => rm(folder, { recursive: true }));

  it('keeps the best and the last, by the names asked for', async () => {
    const values = [0.5, 0.3, 0.4, 0.2];
    class Scored extends Digits {
      override onValidationEpochEnd(): void { this.log('score', values[this.currentEpoch]!); }
    }
    const run = async (options: ConstructorParameters<typeof ModelCheckpoint>[0]) => {
      const { task, trainLoader, valLoader } = setUp(Scored);
      const checkpoint = new ModelCheckpoint({ dirpath: join(folder, JSON.stringify(options).replace(/\W+/g, '-')), ...options });
      await quiet({ maxEpochs: 4, limitTrainBatches: 2, limitValBatches: 1, callbacks: checkpoint }).fit(task, trainLoader, valLoader);
      return { checkpoint, names: (await readdir(join(folder, JSON.stringify(options).replace(/\W+/g, '-')))).sort() };
    };
    const { checkpoint, names } = await run({ monitor: 'score', saveTopK: 2, saveLast: true, filename: '{epoch:02d}-{score:.2f}' });
    expect(names).toEqual(['epoch=01-score=0.30.safetensors', 'epoch=03-score=0.20.safetensors', 'last.safetensors']);
    expect(checkpoint.bestModelPath).toMatch(/epoch=03-score=0\.20\.safetensors$/);
    expect(checkpoint.bestModelScore).toBe(0.2);
    expect((await run({})).names).toEqual(['epoch=3-step=8.safetensors']);
    expect((await run({ monitor: 'score', mode: 'max', filename: '{score:.1e}', autoInsertMetricName: false })).names).toEqual(['5.0e-01.safetensors']);
    expect((await run({ everyNTrainSteps: 3, monitor: 'train_loss_step', saveTopK: -1, filename: '{step}' })).names).toEqual(['step=3.safetensors', 'step=6.safetensors']);
    expect((await run({ everyNEpochs: 2, saveTopK: 1 })).names).toEqual(['epoch=3-step=8.safetensors']);
    await expect(run({ monitor: 'vall' })).rejects.toThrow(/ModelCheckpoint: nothing called 'vall' was logged\. There is: .*score/);
    expect(() => new ModelCheckpoint({ saveTopK: 2 })).toThrow('without a monitor');
    expect(() => new ModelCheckpoint({ filename: '{epoch:xx}' }).formatCheckpointName({ epoch: 1 })).toThrow("'xx' is no format");
  });

  it('resumes by path with what callbacks remember', async () => {
    const expected = await whole([]);
    const { task, trainLoader, valLoader } = setUp(Dropping);
    const checkpoint = new ModelCheckpoint({ dirpath: folder, saveLast: true });
    const stopping = new EarlyStopping({ monitor: 'val_loss' });
    await quiet({ maxEpochs: 2, callbacks: [checkpoint, stopping] }).fit(task, trainLoader, valLoader);
    const later = new EarlyStopping({ monitor: 'val_loss' });
    const seen: number[] = [];
    const look = { onTrainStart: () => void seen.push(later.bestScore) } as Callback;
    expect(await rest(checkpoint.lastModelPath!, undefined, [later, look])).toEqual(expected);
    expect(seen).toEqual([stopping.bestScore]);
  });
});
