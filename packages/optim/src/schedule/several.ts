/** Schedules made of schedules. */
import { fail } from '@nn/tensor';
import { groupsOf, LRScheduler, type Scheduled, type ScheduledGroup, type ScheduleStateDict } from './schedule.ts';

function needSchedules(operation: string, schedulers: readonly LRScheduler[], optimizer?: Scheduled): void {
  if (schedulers.length === 0) fail(operation, 'there are no schedulers', 'Give one at least.');
  if (!schedulers.every((scheduler) => scheduler instanceof LRScheduler)) fail(operation, 'one of the schedulers steps by a metric, or is none', 'Step it by itself.');
  const groups = optimizer ? groupsOf(operation, optimizer) : schedulers[0]!.groups;
  const other = schedulers.findIndex((scheduler) => scheduler.groups !== groups);
  if (other >= 0) fail(operation, `scheduler ${other} is of another optimizer`, 'Make all of them for one.');
}

/**
 * One schedule after another: the next begins at each of the milestones, from the first rate. One of them may be a sequence itself.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html
 *
 * @param schedulers made for this optimizer
 * @param milestones at which steps the next one begins, one fewer than schedulers
 * @throws where their numbers do not fit, or one is a ReduceLROnPlateau
 * @example
 * const warmup = new LinearLR(optimizer, { startFactor: 0.1, totalIters: 5 });
 * const scheduler = new SequentialLR(optimizer, [warmup, new CosineAnnealingLR(optimizer, 95)], [5]);
 */
export class SequentialLR extends LRScheduler<{ milestones: number[] }> {
  readonly #schedulers: readonly LRScheduler[];

  constructor(optimizer: Scheduled, schedulers: readonly LRScheduler[], milestones: readonly number[]) {
    needSchedules('SequentialLR', schedulers, optimizer);
    if (milestones.length !== schedulers.length - 1) {
      fail('SequentialLR', `there are ${milestones.length} milestones and ${schedulers.length} schedulers`, 'Give one milestone for each scheduler but the first.');
    }
    super(optimizer, { milestones: [...milestones] });
    this.#schedulers = schedulers;
    this.rewind();
    this.restart();
  }

  protected next({ lr }: ScheduledGroup): number { return lr; }
  protected override begin(): void { /* when the schedulers are known */ }

  override rewind(): void { for (const scheduler of this.#schedulers) scheduler.rewind(); }

  override restart(): void {
    for (const group of this.groups) group.lr = group.initialLr!;
    this.lastEpoch = 0;
    this.#schedulers[0]!.restart();
    this.set(this.#schedulers[0]!.getLastLr());
  }

  override step(epoch?: number): void {
    this.lastEpoch = epoch ?? this.lastEpoch + 1;
    this.stepCount++;
    const now = this.state.milestones.filter((milestone) => milestone <= this.lastEpoch).length;
    const scheduler = this.#schedulers[now]!;
    const own = this.lastEpoch - (this.state.milestones[now - 1] ?? 0);
    if (epoch !== undefined || (now > 0 && own === 0)) scheduler.step(own);
    else scheduler.step();
    this.set(scheduler.getLastLr());
  }

  override stateDict(): ScheduleStateDict { return { ...super.stateDict(), _schedulers: this.#schedulers.map((scheduler) => scheduler.stateDict()) }; }

  override loadStateDict(dict: ScheduleStateDict): void {
    super.loadStateDict(dict);
    loadAll('SequentialLR', this.#schedulers, dict);
  }
}

/**
 * Steps several schedules at once: their factors multiply.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ChainedScheduler.html
 *
 * @throws where there are none, they are of different optimizers, or one is a ReduceLROnPlateau
 * @example
 * const scheduler = new ChainedScheduler([new ConstantLR(optimizer, { totalIters: 4 }), new ExponentialLR(optimizer, 0.9)]);
 */
export class ChainedScheduler {
  readonly #schedulers: readonly LRScheduler[];
  #lastLr: number[];

  constructor(schedulers: readonly LRScheduler[], optimizer?: Scheduled) {
    needSchedules('ChainedScheduler', schedulers, optimizer);
    this.#schedulers = schedulers;
    this.#lastLr = schedulers.at(-1)!.ratesNow();
  }

  step(): void {
    for (const scheduler of this.#schedulers) scheduler.step();
    this.#lastLr = this.#schedulers.at(-1)!.ratesNow();
  }

  /** The rates that were set last, by group. */
  getLastLr(): number[] { return [...this.#lastLr]; }

  /** The states of all. */
  stateDict(): ScheduleStateDict { return { _schedulers: this.#schedulers.map((scheduler) => scheduler.stateDict()), _last_lr: this.getLastLr() }; }

  /** Takes up a state that {@link stateDict} gave. */
  loadStateDict(dict: ScheduleStateDict): void {
    loadAll('ChainedScheduler', this.#schedulers, dict);
    this.#lastLr = [...dict['_last_lr'] as number[]];
  }
}

function loadAll(operation: string, schedulers: readonly LRScheduler[], dict: ScheduleStateDict): void {
  const states = dict['_schedulers'] as readonly ScheduleStateDict[];
  if (states.length !== schedulers.length) fail(operation, `the state is of ${states.length} schedulers, this has ${schedulers.length}`, 'Make it as the saved one was made.');
  schedulers.forEach((scheduler, i) => { scheduler.loadStateDict(states[i]!); });
}
