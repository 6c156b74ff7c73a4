import { fail } from '@nn/tensor';
import { groupsOf, LRScheduler, perGroup, type Scheduled, type ScheduledGroup, type ScheduleOptions } from './schedule.ts';

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
 *     (1 - a) lr + a swaLr,   a = (1 - cos(pi part)) / 2 or part,   part = min(1, steps / annealEpochs)
 *
 * Source: Izmailov et al. 2018; https://docs.pytorch.org/docs/stable/optim.html#swa-learning-rate-schedules
 *
 * @param swaLr the last rate; one, or one for each group
 * @throws where an option is out of its range
 * @example
 * const scheduler = new SWALR(optimizer, 0.05, { annealEpochs: 5 });
 */
export class SWALR extends LRScheduler<{ annealEpochs: number; annealStrategy: 'cos' | 'linear' }> {
  constructor(optimizer: Scheduled, swaLr: number | readonly number[], { annealEpochs = 10, annealStrategy = 'cos', ...options }: SWALROptions = {}) {
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear') fail('SWALR', `annealStrategy is ${String(annealStrategy)}`, "Use 'cos' or 'linear'.");
    if (!(Number.isInteger(annealEpochs) && annealEpochs >= 0)) fail('SWALR', `annealEpochs is ${annealEpochs}`, 'Use a whole number from 0 on.');
    const groups = groupsOf('SWALR', optimizer);
    perGroup('SWALR', 'swaLr', swaLr, groups.length).forEach((rate, i) => { groups[i]!.swaLr = rate; });
    super(optimizer, { annealEpochs, annealStrategy }, options);
  }

  protected next({ lr, swaLr = fail('SWALR', 'a group has no swaLr', 'Groups that are added later need one of their own.') }: ScheduledGroup): number {
    const { annealEpochs, annealStrategy } = this.state;
    const part = (epoch: number) => {
      const t = Math.max(0, Math.min(1, epoch / Math.max(1, annealEpochs)));
      return annealStrategy === 'cos' ? (1 - Math.cos(Math.PI * t)) / 2 : t;
    };
    // Its own steps count, not epochs: within others it begins when its turn comes.
    const steps = this.stepCount - 1;
    const epoch = annealEpochs === 0 ? Math.max(1, steps) : steps;
    const [before, now] = [part(epoch - 1), part(epoch)];
    return before === 1 ? swaLr : swaLr * now + (lr - swaLr * before) / (1 - before) * (1 - now);
  }
}
