import { fail } from '@nn/tensor';
import { needMomentum, setMomentum } from './momentum.ts';
import { groupsOf, LRScheduler, type Scheduled, type ScheduledGroup, type ScheduleOptions } from './schedule.ts';

/** What {@link MomentumRamp} takes. */
export interface MomentumRampOptions extends ScheduleOptions {
  /** The first momentum. Default 0.5. */
  readonly from?: number;
  /** The last. Default 0.99. */
  readonly to?: number;
  /** After how many steps. Default 100. */
  readonly totalIters?: number;
}

/**
 * Raises the momentum (the first of Adam's betas) in a line, and leaves the rate: little while gradients are large, more when they have settled.
 *
 *     from + (to - from) min(1, step / totalIters)
 *
 * Source: Sutskever et al. 2013, On the importance of initialization and momentum in deep learning
 *
 * @throws where the optimizer has no momentum, or totalIters is not above 0
 * @example
 * const scheduler = new MomentumRamp(optimizer, { from: 0.5, to: 0.99, totalIters: 500 });
 */
export class MomentumRamp extends LRScheduler<{ from: number; to: number; totalIters: number }> {
  constructor(optimizer: Scheduled, { from = 0.5, to = 0.99, totalIters = 100, ...options }: MomentumRampOptions = {}) {
    if (!(totalIters > 0)) fail('MomentumRamp', `totalIters is ${totalIters}`, 'Use a number above 0.');
    needMomentum('MomentumRamp', groupsOf('MomentumRamp', optimizer));
    super(optimizer, { from, to, totalIters }, options);
  }

  protected next(group: ScheduledGroup): number {
    const { from, to, totalIters } = this.state;
    setMomentum(group, from + (to - from) * Math.min(1, this.lastEpoch / totalIters));
    return group.lr;
  }
}
