/** Schedules that fall by a factor. */
import { LRScheduler, type Scheduled, type ScheduledGroup, type ScheduleOptions, type ScheduleStateDict } from './schedule.ts';

/** What {@link StepLR} and {@link MultiStepLR} take. */
export interface GammaOptions extends ScheduleOptions {
  /** The factor. Default 0.1. */
  readonly gamma?: number;
}

/**
 * Multiplies the rate by `gamma` every `stepSize` epochs.
 *
 *     base gamma^floor(epoch / stepSize)
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html
 *
 * @example
 * const scheduler = new StepLR(optimizer, 30, { gamma: 0.1 });
 */
export class StepLR extends LRScheduler<{ stepSize: number; gamma: number }> {
  constructor(optimizer: Scheduled, stepSize: number, { gamma = 0.1, ...options }: GammaOptions = {}) { super(optimizer, { stepSize, gamma }, options); }

  protected next({ lr }: ScheduledGroup): number { return this.lastEpoch > 0 && this.lastEpoch % this.state.stepSize === 0 ? lr * this.state.gamma : lr; }
  protected override at(base: number): number { return base * this.state.gamma ** Math.floor(this.lastEpoch / this.state.stepSize); }
}

/**
 * Multiplies the rate by `gamma` at each of the epochs in `milestones`; as often as one is named.
 *
 *     base gamma^(how many milestones <= epoch)
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html
 *
 * @example
 * const scheduler = new MultiStepLR(optimizer, [30, 80]);
 */
export class MultiStepLR extends LRScheduler<{ milestones: number[]; gamma: number }> {
  constructor(optimizer: Scheduled, milestones: readonly number[], { gamma = 0.1, ...options }: GammaOptions = {}) {
    super(optimizer, { milestones: [...milestones].sort((a, b) => a - b), gamma }, options);
  }

  /** Takes up a state; PyTorch's counts its milestones: `{ 30: 1, 80: 1 }`. */
  override loadStateDict(dict: ScheduleStateDict): void {
    const given = dict['milestones'] as number[] | Readonly<Record<string, number>>;
    const milestones = Array.isArray(given) ? given : Object.entries(given).flatMap(([epoch, count]) => Array<number>(count).fill(Number(epoch)));
    super.loadStateDict({ ...dict, milestones });
  }

  protected next({ lr }: ScheduledGroup): number { return lr * this.state.gamma ** this.state.milestones.filter((epoch) => epoch === this.lastEpoch).length; }
  protected override at(base: number): number { return base * this.state.gamma ** this.state.milestones.filter((epoch) => epoch <= this.lastEpoch).length; }
}

/**
 * Multiplies the rate by `gamma` every epoch. For `e^(-k s)` use `Math.exp(-k)`; for a decay by `rate` in `steps` steps use `rate ** (1 / steps)`.
 *
 *     base gamma^epoch
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html
 *
 * @example
 * const scheduler = new ExponentialLR(optimizer, 0.95);
 */
export class ExponentialLR extends LRScheduler<{ gamma: number }> {
  constructor(optimizer: Scheduled, gamma: number, options: ScheduleOptions = {}) { super(optimizer, { gamma }, options); }

  protected next({ lr }: ScheduledGroup): number { return this.lastEpoch > 0 ? lr * this.state.gamma : lr; }
  protected override at(base: number): number { return base * this.state.gamma ** this.lastEpoch; }
}

/**
 * The first rate over `1 + k s` after `s` steps.
 *
 *     base / (1 + k epoch)
 *
 * Source: the 1/t schedule of Robbins & Monro 1951; Keras's InverseTimeDecay with k = decayRate / decaySteps.
 *
 * @example
 * const scheduler = new InverseTimeDecay(optimizer, 0.01);
 */
export class InverseTimeDecay extends LRScheduler<{ k: number }> {
  constructor(optimizer: Scheduled, k: number, options: ScheduleOptions = {}) { super(optimizer, { k }, options); }

  protected next({ lr }: ScheduledGroup): number {
    const { k } = this.state;
    return this.lastEpoch > 0 ? lr * (1 + k * (this.lastEpoch - 1)) / (1 + k * this.lastEpoch) : lr;
  }

  protected override at(base: number): number { return base / (1 + this.state.k * this.lastEpoch); }
}
