/** Schedules that go from one factor to another and stay there: for warm-up and for the end. */
import { fail } from '@nn/tensor';
import { LRScheduler, type Scheduled, type ScheduledGroup, type ScheduleOptions } from './schedule.ts';

/** What {@link ConstantLR} takes. */
export interface ConstantLROptions extends ScheduleOptions {
  /** By what the rate is multiplied. Default 1/3. */
  readonly factor?: number;
  /** For how many epochs. Default 5. */
  readonly totalIters?: number;
}

/**
 * The rate times `factor` for `totalIters` epochs, then the rate itself.
 *
 *     base (epoch < totalIters ? factor : 1)
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ConstantLR.html
 *
 * @throws where the factor is not in [0, 1], and at the step that would divide by a factor of 0
 * @example
 * const scheduler = new ConstantLR(optimizer, { factor: 0.5, totalIters: 4 });
 */
export class ConstantLR extends LRScheduler<{ factor: number; totalIters: number }> {
  constructor(optimizer: Scheduled, { factor = 1 / 3, totalIters = 5, ...options }: ConstantLROptions = {}) {
    if (!(factor >= 0 && factor <= 1)) fail('ConstantLR', `factor is ${factor}`, 'Use a number from 0 to 1.');
    super(optimizer, { factor, totalIters }, options);
  }

  protected next({ lr }: ScheduledGroup): number {
    const { factor, totalIters } = this.state;
    if (this.lastEpoch === 0) return lr * factor;
    if (this.lastEpoch !== totalIters) return lr;
    return factor === 0 ? fail('ConstantLR.step', 'the factor is 0', 'No factor brings the rate back from there: use a small one.') : lr * (1 / factor);
  }

  protected override at(base: number): number { return base * (this.lastEpoch >= this.state.totalIters ? 1 : this.state.factor); }
}

/** What {@link LinearLR} takes. */
export interface LinearLROptions extends ScheduleOptions {
  /** By what the first rate is multiplied. Default 1/3. */
  readonly startFactor?: number;
  /** By what it is at last. Default 1. */
  readonly endFactor?: number;
  /** After how many epochs. Default 5. */
  readonly totalIters?: number;
}

/**
 * The rate times a factor that goes from `startFactor` to `endFactor` in a line.
 *
 *     base (startFactor + (endFactor - startFactor) min(1, epoch / totalIters))
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html
 *
 * @throws where startFactor is not in (0, 1], or endFactor not in [0, 1]
 * @example
 * const warmup = new LinearLR(optimizer, { startFactor: 0.01, totalIters: 500 });
 */
export class LinearLR extends LRScheduler<{ startFactor: number; endFactor: number; totalIters: number }> {
  constructor(optimizer: Scheduled, { startFactor = 1 / 3, endFactor = 1, totalIters = 5, ...options }: LinearLROptions = {}) {
    if (!(startFactor > 0 && startFactor <= 1)) fail('LinearLR', `startFactor is ${startFactor}`, 'Use a number above 0, at most 1.');
    if (!(endFactor >= 0 && endFactor <= 1)) fail('LinearLR', `endFactor is ${endFactor}`, 'Use a number from 0 to 1.');
    super(optimizer, { startFactor, endFactor, totalIters }, options);
  }

  protected next({ lr }: ScheduledGroup): number {
    const { startFactor: start, endFactor: end, totalIters } = this.state;
    if (this.lastEpoch === 0) return lr * start;
    return this.lastEpoch > totalIters ? lr : lr * (1 + (end - start) / (totalIters * start + (this.lastEpoch - 1) * (end - start)));
  }

  protected override at(base: number): number {
    const { startFactor: start, endFactor: end, totalIters } = this.state;
    return base * (start + (end - start) * Math.min(totalIters, this.lastEpoch) / totalIters);
  }
}

/** What {@link PolynomialLR} takes. */
export interface PolynomialLROptions extends ScheduleOptions {
  /** After how many epochs the rate is 0. Default 5. */
  readonly totalIters?: number;
  /** Default 1: in a line. */
  readonly power?: number;
}

/**
 * From the first rate to 0 along a power.
 *
 *     base (1 - min(1, epoch / totalIters))^power
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.PolynomialLR.html
 *
 * @example
 * const scheduler = new PolynomialLR(optimizer, { totalIters: 100, power: 0.9 });
 */
export class PolynomialLR extends LRScheduler<{ totalIters: number; power: number }> {
  constructor(optimizer: Scheduled, { totalIters = 5, power = 1, ...options }: PolynomialLROptions = {}) { super(optimizer, { totalIters, power }, options); }

  protected next({ lr }: ScheduledGroup): number {
    const { totalIters, power } = this.state;
    if (this.lastEpoch === 0 || this.lastEpoch > totalIters) return lr;
    return lr * ((1 - this.lastEpoch / totalIters) / (1 - (this.lastEpoch - 1) / totalIters)) ** power;
  }

  protected override at(base: number): number { return base * (1 - Math.min(this.state.totalIters, this.lastEpoch) / this.state.totalIters) ** this.state.power; }
}
