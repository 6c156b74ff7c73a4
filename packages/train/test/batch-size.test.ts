import { beforeAll, expect, it } from 'vitest';
import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { BatchSizeSchedule, MomentumRamp, SGD, StepLR } from '@nn/optim';
import { setDefaultDevice, type Tensor } from '@nn/tensor';
import { Digits, quiet, setUp } from './task.ts';

beforeAll(async () => { setDefaultDevice(await cpu({ threads: 1 })); });

/** Batches of 32, 32, 128 and 128, with a momentum that rises at each step. */
function growing() {
  const momenta: number[] = [];
  const { trainLoader, task } = setUp(class extends Digits {
    override configureOptimizers(): never {
      const optimizer = new SGD(this.parameters(), { lr: 0.05, momentum: 0.9 });
      const ramp = new MomentumRamp(optimizer, { totalIters: 50 });
      const schedule = new BatchSizeSchedule(trainLoader, (rate) => new StepLR(rate, 2, { gamma: 0.25 }));
      const watched = { step: () => { ramp.step(); momenta.push(optimizer.paramGroups[0]!.momentum); }, stateDict: () => ramp.stateDict(), loadStateDict: (dict: never) => { ramp.loadStateDict(dict); } };
      return [[optimizer], [schedule, { scheduler: watched, interval: 'step' }]] as never;
    }
  });
  return { task, trainLoader, momenta };
}

it('a Trainer follows a batch size that grows and a momentum that rises, and goes on in the middle of an epoch', async () => {
  const lengths: number[] = [];
  const losses: number[] = [];
  let saved: Uint8Array | undefined;
  const whole = growing();
  const trainer = quiet({ maxEpochs: 4, callbacks: {
    onTrainBatchEnd: async (now: typeof trainer, _task: unknown, outputs: Tensor) => {
      losses.push(await outputs.item());
      if (now.globalStep === 43 + 43 + 5) saved = await now.saveCheckpoint();
    },
    onTrainEpochEnd: (now: typeof trainer) => { lengths.push(now.numTrainingBatches); },
  } as never });
  await trainer.fit(whole.task, whole.trainLoader);
  expect(lengths).toEqual([43, 43, 11, 11]);
  expect(trainer.globalStep).toBe(43 + 43 + 11 + 11);
  expect(whole.momenta[9]).toBeCloseTo(0.5 + 0.49 * 10 / 50, 12);
  expect(whole.momenta.at(-1)).toBeCloseTo(0.99, 12);

  const rest: number[] = [];
  const again = growing();
  await quiet({ maxEpochs: 4, callbacks: { onTrainBatchEnd: async (_now: unknown, _task: unknown, outputs: Tensor) => { rest.push(await outputs.item()); } } as never })
    .fit(again.task, again.trainLoader, undefined, { ckptPath: saved! });
  expect(rest).toEqual(losses.slice(43 + 43 + 5));
  expect(again.trainLoader.batchSize).toBe(512); // of the epoch that would be next
});
