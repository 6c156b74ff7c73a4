import { fail } from '@nn/tensor';
import { LRScheduler, type Scheduled, type ScheduledGroup, type ScheduleOptions } from './schedule.ts';

/** What {@link CosineAnnealingLR} takes. */
export interface CosineAnnealingLROptions extends ScheduleOptions {
  /** The lowest rate. Default 0. */
  readonly etaMin?: number;
}

/**
 * From the first rate to `etaMin` in `tMax` epochs, along half a wave; then up again.
 *
 *     etaMin + (base - etaMin) (1 + cos(pi epoch / tMax)) / 2
 *
 * Source: Loshchilov & Hutter 2017, SGDR, without restarts; https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
 *
 * @example
 * const scheduler = new CosineAnnealingLR(optimizer, 50);
 */
export class CosineAnnealingLR extends LRScheduler<{ tMax: number; etaMin: number }> {
  constructor(optimizer: Scheduled, tMax: number, { etaMin = 0, ...options }: CosineAnnealingLROptions = {}) { super(optimizer, { tMax, etaMin }, options); }

  protected next({ lr }: ScheduledGroup, i: number): number {
    const { tMax, etaMin } = this.state;
    const [epoch, base] = [this.lastEpoch, this.baseLrs[i]!];
    if (epoch === 0) return lr;
    if (this.stepCount === 1 && epoch > 0) return this.at(base);
    // At the bottom the factor would be 0/0.
    if ((epoch - 1 - tMax) % (2 * tMax) === 0) return lr + (base - etaMin) * (1 - Math.cos(Math.PI / tMax)) / 2;
    return (1 + Math.cos(Math.PI * epoch / tMax)) / (1 + Math.cos(Math.PI * (epoch - 1) / tMax)) * (lr - etaMin) + etaMin;
  }

  protected override at(base: number): number {
    const { tMax, etaMin } = this.state;
    return etaMin + (base - etaMin) * (1 + Math.cos(Math.PI * this.lastEpoch / tMax)) / 2;
  }
}

/** What {@link CosineAnnealingWarmRestarts} takes. */
export interface CosineAnnealingWarmRestartsOptions extends CosineAnnealingLROptions {
  /** How many times as long each cycle is as the one before, a whole number. Default 1. */
  readonly tMult?: number;
}

/**
 * From the first rate to `etaMin` along half a wave, again and again: first in `t0` epochs.
 *
 *     etaMin + (base - etaMin) (1 + cos(pi c / n)) / 2,   c epochs into the cycle of n = t0, t0 tMult, t0 tMult^2, ... epochs
 *
 * Source: Loshchilov & Hutter 2017, SGDR; https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html
 *
 * @throws where t0 or tMult is no whole number above 0
 * @example
 * const scheduler = new CosineAnnealingWarmRestarts(optimizer, 10, { tMult: 2 });
 */
export class CosineAnnealingWarmRestarts extends LRScheduler<{ t0: number; tMult: number; etaMin: number; tI: number; tCur: number }> {
  constructor(optimizer: Scheduled, t0: number, { tMult = 1, etaMin = 0, ...options }: CosineAnnealingWarmRestartsOptions = {}) {
    if (!(Number.isInteger(t0) && t0 > 0)) fail('CosineAnnealingWarmRestarts', `t0 is ${t0}`, 'Use a whole number above 0.');
    if (!(Number.isInteger(tMult) && tMult > 0)) fail('CosineAnnealingWarmRestarts', `tMult is ${tMult}`, 'Use a whole number above 0.');
    super(optimizer, { t0, tMult, etaMin, tI: t0, tCur: options.lastEpoch ?? -1 }, options);
  }

  protected next(_group: ScheduledGroup, i: number): number {
    const { etaMin, tCur, tI } = this.state;
    return etaMin + (this.baseLrs[i]! - etaMin) * (1 + Math.cos(Math.PI * tCur / tI)) / 2;
  }

  /** @param epoch where to jump, also between whole numbers: after each batch, `epoch + batch / batches` */
  override step(epoch?: number): void {
    const { state } = this;
    const to = epoch ?? (this.lastEpoch < 0 ? 0 : undefined);
    if (to === undefined) {
      if (++state.tCur >= state.tI) {
        state.tCur -= state.tI;
        state.tI *= state.tMult;
      }
    } else Object.assign(state, jump(to, state.t0, state.tMult));
    this.stepCount++;
    this.lastEpoch = Math.floor(to ?? this.lastEpoch + 1);
    this.set(this.getLr());
  }
}

/** The cycle that an epoch is in, and where. */
function jump(epoch: number, t0: number, tMult: number): { tI: number; tCur: number } {
  if (!(epoch >= 0)) fail('CosineAnnealingWarmRestarts.step', `the epoch is ${epoch}`, 'Use a number from 0 on.');
  if (tMult === 1) return { tI: t0, tCur: epoch % t0 };
  // The cycles before take t0 (tMult^n - 1) / (tMult - 1) epochs.
  const cycles = epoch < t0 ? 0 : Math.floor(Math.log(epoch / t0 * (tMult - 1) + 1) / Math.log(tMult));
  return { tI: t0 * tMult ** cycles, tCur: epoch - t0 * (tMult ** cycles - 1) / (tMult - 1) };
}
