import { LRScheduler, perGroup, type Scheduled, type ScheduledGroup, type ScheduleOptions } from './schedule.ts';

/** The factor of an epoch. */
export type Factor = (epoch: number) => number;

export interface LambdaState { lrLambdas: Factor[] }

/**
 * The first rate times what a function says of the epoch.
 *
 *     base lrLambda(epoch)
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html
 *
 * @param lrLambda one function, or one for each group
 * @example
 * const scheduler = new LambdaLR(optimizer, (epoch) => 0.95 ** epoch);
 */
export class LambdaLR extends LRScheduler<LambdaState> {
  constructor(optimizer: Scheduled, lrLambda: Factor | readonly Factor[], options: ScheduleOptions = {}) {
    super(optimizer, { lrLambdas: perGroup('LambdaLR', 'lrLambda', lrLambda, optimizer.paramGroups.length) }, options);
  }

  protected next(_group: ScheduledGroup, i: number): number { return this.baseLrs[i]! * factorOf(this.state, i, this.lastEpoch); }
}

/**
 * The last rate times what a function says of the epoch.
 *
 *     base lrLambda(1) lrLambda(2) ... lrLambda(epoch)
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiplicativeLR.html
 *
 * @param lrLambda one function, or one for each group
 * @example
 * const scheduler = new MultiplicativeLR(optimizer, () => 0.95);
 */
export class MultiplicativeLR extends LRScheduler<LambdaState> {
  constructor(optimizer: Scheduled, lrLambda: Factor | readonly Factor[], options: ScheduleOptions = {}) {
    super(optimizer, { lrLambdas: perGroup('MultiplicativeLR', 'lrLambda', lrLambda, optimizer.paramGroups.length) }, options);
  }

  protected next({ lr }: ScheduledGroup, i: number): number { return this.lastEpoch > 0 ? lr * factorOf(this.state, i, this.lastEpoch) : lr; }
}

/** NaN for groups that came later. */
const factorOf = ({ lrLambdas }: LambdaState, i: number, epoch: number): number => lrLambdas[i]?.(epoch) ?? NaN;
