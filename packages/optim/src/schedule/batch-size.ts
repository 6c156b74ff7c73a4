import { fail } from '@nn/tensor';
import type { Scheduled, ScheduleStateDict } from './schedule.ts';

/** What has a batch size that may change: a `DataLoader`. */
export interface Batched { batchSize: number | undefined }

/** A schedule of rates: any of this package, `ReduceLROnPlateau` among them. */
export interface RateSchedule {
  step(...values: never[]): void;
  stateDict(): ScheduleStateDict;
  loadStateDict(dict: ScheduleStateDict): void;
}

/** What {@link BatchSizeSchedule} takes. */
export interface BatchSizeScheduleOptions {
  /** No batch is larger. Default: no limit. */
  readonly maxBatchSize?: number;
}

/**
 * Instead of lowering the rate, raises the batch size: where a schedule would divide the rate by 5, batches become 5 times as large, from the next epoch on. The noise of
 * the gradient falls alike, in fewer steps.
 *
 *     batch size = round(first batch size / factor), at least 1 and at most maxBatchSize, where a rate of 1 would now be the factor
 *
 * Source: Smith, Kindermans, Ying & Le 2018, Don't decay the learning rate, increase the batch size
 *
 * @throws where the loader has no batch size, and at a step where the factor is 0 and there is no maxBatchSize
 * @example
 * const loader = new DataLoader(train, { batchSize: 32, shuffle: true });
 * const scheduler = new BatchSizeSchedule(loader, (rate) => new StepLR(rate, 30, { gamma: 0.2 }), { maxBatchSize: 1024 });
 * // after each epoch; in a Task: return { optimizer, lrScheduler: scheduler } from configureOptimizers
 * scheduler.step();
 */
export class BatchSizeSchedule {
  readonly #loader: Batched;
  readonly #group = { lr: 1 };
  readonly #schedule: RateSchedule;
  readonly #most: number;
  #first: number;

  /** @param decay makes a schedule for what it is given, whose rate is 1 */
  constructor(loader: Batched, decay: (rate: Scheduled) => RateSchedule, { maxBatchSize = Infinity }: BatchSizeScheduleOptions = {}) {
    if (!(maxBatchSize >= 1)) fail('BatchSizeSchedule', `maxBatchSize is ${maxBatchSize}`, 'Use a number from 1 on.');
    this.#first = loader.batchSize ?? fail('BatchSizeSchedule', 'the loader has no batchSize', 'A loader with a batchSampler has none: give it batchSize.');
    this.#loader = loader;
    this.#most = maxBatchSize;
    this.#schedule = decay({ paramGroups: [this.#group] });
    this.#set();
  }

  /** @param value what the schedule's `step` takes: the metric of `ReduceLROnPlateau`, or an epoch to jump to */
  step(value?: number): void {
    this.#schedule.step(...[value] as never[]);
    this.#set();
  }

  /** The batch size that was set last. */
  getLastBatchSize(): number { return this.#loader.batchSize!; }

  #set(): void {
    const size = Math.min(this.#most, Math.max(1, Math.round(this.#first / this.#group.lr)));
    if (!Number.isFinite(size)) fail('BatchSizeSchedule', `the factor is ${this.#group.lr}, and no batch is large enough`, 'Give maxBatchSize.');
    this.#loader.batchSize = size;
  }

  /** The state of the schedule, the factor, and the first batch size. */
  stateDict(): ScheduleStateDict { return { ...this.#schedule.stateDict(), factor_now: this.#group.lr, first_batch_size: this.#first }; }

  /** Takes up a state that {@link stateDict} gave, and sets the batch size. */
  loadStateDict(dict: ScheduleStateDict): void {
    this.#schedule.loadStateDict(dict);
    this.#group.lr = dict['factor_now'] as number;
    this.#first = dict['first_batch_size'] as number;
    this.#set();
  }
}
