import { LRScheduler, perGroup, type Scheduled, type ScheduledGroup, type ScheduleOptions } from './schedule.ts';

/** What {@link SWALR} takes. */
export interface SWALROptions extends ScheduleOptions {
  /** In how many epochs the rate gets there. Default 10. */
  readonly annealEpochs?: number;
  /** Along half a wave or in a line. Default 'cos'. */
  readonly annealStrategy?: 'cos' | 'linear';
}

/**
 * From the rate that there is to `swaLr`, and constant then: while weights are averaged.
 *
 * Source: Izmailov et al. 2018; https://docs.pytorch.org/docs/stable/optim.html#swa-learning-rate-schedules
 *
 * @param swaLr the last rate; one, or one for each group
 * @example
 * const scheduler = new SWALR(optimizer, 0.05, { annealEpochs: 5 });
 */
export class SWALR extends LRScheduler<{ swaLrs: number[]; annealEpochs: number; annealStrategy: 'cos' | 'linear' }> {
  constructor(optimizer: Scheduled, swaLr: number | readonly number[], { annealEpochs = 10, annealStrategy = 'cos', ...options }: SWALROptions = {}) {
    super(optimizer, { swaLrs: perGroup('SWALR', 'swaLr', swaLr, optimizer.paramGroups.length), annealEpochs, annealStrategy }, options);
  }

  protected next({ lr }: ScheduledGroup, i: number): number {
    const { annealEpochs, annealStrategy, swaLrs } = this.state;
    const swaLr = swaLrs[i]!;
    const part = (epoch: number) => {
      const t = Math.max(0, Math.min(1, epoch / Math.max(1, annealEpochs)));
      return annealStrategy === 'cos' ? (1 - Math.cos(Math.PI * t)) / 2 : t;
    };
    const epoch = annealEpochs === 0 ? Math.max(1, this.lastEpoch) : this.lastEpoch;
    const [before, now] = [part(epoch - 1), part(epoch)];
    return before === 1 ? swaLr : swaLr * now + (lr - swaLr * before) / (1 - before) * (1 - now);
  }
}
