import { describe, expect, it } from 'vitest';
import { type Batched, BatchSizeSchedule, ChainedScheduler, CosineAnnealingLR, ExponentialLR, MultiStepLR, ReduceLROnPlateau, StepLR } from '../src/index.ts';

const loader = (batchSize: number | undefined = 32): Batched => ({ batchSize });
const sizes = (schedule: BatchSizeSchedule, steps: number) => [schedule.getLastBatchSize(), ...Array.from({ length: steps }, () => {
  schedule.step();
  return schedule.getLastBatchSize();
})];

describe('BatchSizeSchedule', () => {
  it('grows where a rate would fall, up to the largest', () => {
    const batched = loader();
    expect(sizes(new BatchSizeSchedule(batched, (rate) => new StepLR(rate, 2, { gamma: 0.2 }), { maxBatchSize: 1000 }), 6)).toEqual([32, 32, 160, 160, 800, 800, 1000]);
    expect(batched.batchSize).toBe(1000);
    expect(sizes(new BatchSizeSchedule(loader(10), (rate) => new ExponentialLR(rate, 0.9)), 4)).toEqual([10, 11, 12, 14, 15]);
    expect(sizes(new BatchSizeSchedule(loader(2), (rate) => new ExponentialLR(rate, 4)), 2)).toEqual([2, 1, 1]);
    expect(sizes(new BatchSizeSchedule(loader(2), (rate) => new ChainedScheduler([new MultiStepLR(rate, [1], { gamma: 0.5 }), new MultiStepLR(rate, [2], { gamma: 0.25 })])), 2)).toEqual([2, 4, 16]);
  });

  it('follows a plateau, and jumps', () => {
    const schedule = new BatchSizeSchedule(loader(), (rate) => new ReduceLROnPlateau(rate, { factor: 0.5, patience: 0 }));
    const found = [1, 1, 0.5, 0.5].map((loss) => {
      schedule.step(loss);
      return schedule.getLastBatchSize();
    });
    expect(found).toEqual([32, 64, 64, 128]);
    const jumping = new BatchSizeSchedule(loader(), (rate) => new StepLR(rate, 3, { gamma: 0.5 }));
    jumping.step(6);
    expect(jumping.getLastBatchSize()).toBe(128);
  });

  it('goes on from its state', () => {
    const make = (batched: Batched) => new BatchSizeSchedule(batched, (rate) => new StepLR(rate, 2, { gamma: 0.5 }));
    const [one, other] = [make(loader()), make(loader(8))];
    sizes(one, 3);
    other.loadStateDict(JSON.parse(JSON.stringify(one.stateDict())) as ReturnType<BatchSizeSchedule['stateDict']>);
    expect(sizes(other, 2)).toEqual([64, 128, 128]);
  });

  it('says what is wrong', () => {
    expect(() => new BatchSizeSchedule({ batchSize: undefined }, (rate) => new StepLR(rate, 2))).toThrow('BatchSizeSchedule: the loader has no batchSize.');
    expect(() => new BatchSizeSchedule(loader(), (rate) => new StepLR(rate, 2), { maxBatchSize: 0 })).toThrow('BatchSizeSchedule: maxBatchSize is 0. Use a number from 1 on.');
    expect(() => { sizes(new BatchSizeSchedule(loader(), (rate) => new CosineAnnealingLR(rate, 2)), 2); }).toThrow('BatchSizeSchedule: the factor is 0, and no batch is large enough. Give maxBatchSize.');
    expect(sizes(new BatchSizeSchedule(loader(), (rate) => new CosineAnnealingLR(rate, 2), { maxBatchSize: 100 }), 2)).toEqual([32, 64, 100]);
  });
});
