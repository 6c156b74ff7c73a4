import { fail } from '@nn/tensor';
import { needMomentum, setMomentum } from './momentum.ts';
import { groupsOf, LRScheduler, perGroup, type Scheduled, type ScheduledGroup, type ScheduleOptions } from './schedule.ts';

/** What {@link CyclicLR} takes. */
export interface CyclicLROptions extends ScheduleOptions {
  /** Steps from the lowest rate to the highest. Default 2000. */
  readonly stepSizeUp?: number;
  /** Steps back. Default stepSizeUp. */
  readonly stepSizeDown?: number;
  /** 'triangular': all cycles alike; 'triangular2': each half as high; 'exp_range': as high as gamma^step. Default 'triangular'. */
  readonly mode?: 'triangular' | 'triangular2' | 'exp_range';
  /** Of 'exp_range'. Default 1. */
  readonly gamma?: number;
  /** The height of a cycle by its number, from 1 (or of a step, see `scaleMode`). In place of `mode`. */
  readonly scaleFn?: (x: number) => number;
  /** What `scaleFn` is given. Default 'cycle'. */
  readonly scaleMode?: 'cycle' | 'iterations';
  /** Moves the momentum (the first of Adam's betas) against the rate. Default true. */
  readonly cycleMomentum?: boolean;
  /** Its lowest value; one, or one for each group. Default 0.8. */
  readonly baseMomentum?: number | readonly number[];
  /** Its highest value. Default 0.9. */
  readonly maxMomentum?: number | readonly number[];
}

export interface CyclicState {
  maxLrs: number[];
  totalSize: number;
  stepRatio: number;
  mode: string;
  gamma: number;
  scaleMode: 'cycle' | 'iterations';
  scale: (x: number) => number;
  cycleMomentum: boolean;
  baseMomentums: number[];
  maxMomentums: number[];
}

/**
 * The rate goes up and down between two values in straight lines; call `step()` after every batch.
 *
 *     cycle = floor(1 + s / (up + down));   height = 1 at the top, 0 at the bottom
 *     lr = baseLr + (maxLr - baseLr) height scale;   momentum = maxMomentum - (maxMomentum - baseMomentum) height scale
 *
 * Source: Smith 2017; https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CyclicLR.html
 *
 * @param baseLr the lowest rate; one, or one for each group
 * @param maxLr the highest
 * @throws where the optimizer has no momentum to cycle, or the mode is none
 * @example
 * const scheduler = new CyclicLR(optimizer, 1e-4, 0.1, { stepSizeUp: 100 });
 */
export class CyclicLR extends LRScheduler<CyclicState> {
  constructor(optimizer: Scheduled, baseLr: number | readonly number[], maxLr: number | readonly number[], options: CyclicLROptions = {}) {
    const { stepSizeUp: up = 2000, stepSizeDown: down = up, mode = 'triangular', gamma = 1, scaleMode = 'cycle', cycleMomentum = true, lastEpoch = -1 } = options;
    const groups = groupsOf('CyclicLR', optimizer);
    const each = <T>(name: string, value: T | readonly T[]) => perGroup('CyclicLR', name, value, groups.length);
    const own = { triangular: () => 1, triangular2: (cycle: number) => 2 ** (1 - cycle), exp_range: (step: number) => gamma ** step };
    if (!options.scaleFn && !(mode in own)) fail('CyclicLR', `mode is ${mode}`, "Use 'triangular', 'triangular2' or 'exp_range', or give a scaleFn.");
    const baseLrs = each('baseLr', baseLr);
    if (lastEpoch === -1) groups.forEach((group, i) => { group.lr = baseLrs[i]!; });
    if (cycleMomentum) needMomentum('CyclicLR', groups, 'Pass cycleMomentum: false.');
    super(optimizer, {
      maxLrs: each('maxLr', maxLr), totalSize: up + down, stepRatio: up / (up + down), mode, gamma,
      scale: options.scaleFn ?? own[mode], scaleMode: options.scaleFn ? scaleMode : mode === 'exp_range' ? 'iterations' : 'cycle',
      cycleMomentum, baseMomentums: each('baseMomentum', options.baseMomentum ?? 0.8), maxMomentums: each('maxMomentum', options.maxMomentum ?? 0.9),
    }, { lastEpoch });
    this.baseLrs = baseLrs;
  }

  protected next(group: ScheduledGroup, i: number): number {
    const { maxLrs, totalSize, stepRatio, scale, scaleMode, cycleMomentum, baseMomentums, maxMomentums } = this.state;
    const cycle = Math.floor(1 + this.lastEpoch / totalSize);
    const x = 1 + this.lastEpoch / totalSize - cycle;
    const height = (x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1)) * scale(scaleMode === 'cycle' ? cycle : this.lastEpoch);
    if (cycleMomentum && i < this.baseLrs.length) setMomentum(group, maxMomentums[i]! - (maxMomentums[i]! - baseMomentums[i]!) * height);
    return this.baseLrs[i]! + (maxLrs[i]! - this.baseLrs[i]!) * height;
  }
}
