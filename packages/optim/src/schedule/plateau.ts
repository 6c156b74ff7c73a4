import { fail, type Tensor } from '@nn/tensor';
import { camelCase, copied, snakeCase, valuesNow } from '../state.ts';
import { groupsOf, perGroup, type Scheduled, type ScheduledGroup, type ScheduleStateDict } from './schedule.ts';

/** What {@link ReduceLROnPlateau} takes. */
export interface ReduceLROnPlateauOptions {
  /** Whether less is better, or more. Default 'min'. */
  readonly mode?: 'min' | 'max';
  /** By what the rate is multiplied, below 1. Default 0.1. */
  readonly factor?: number;
  /** How many steps without improvement are borne. Default 10. */
  readonly patience?: number;
  /** What counts as an improvement. Default 0.0001. */
  readonly threshold?: number;
  /** Whether that is a part of the best value, or an amount. Default 'rel'. */
  readonly thresholdMode?: 'rel' | 'abs';
  /** Steps after a reduction that are not counted. Default 0. */
  readonly cooldown?: number;
  /** The lowest rate; one, or one for each group. Default 0. */
  readonly minLr?: number | readonly number[];
  /** Smaller reductions are left out. Default 1e-8. */
  readonly eps?: number;
}

/**
 * Reduces the rate when a value stops to improve.
 *
 *     better:   value < best (1 - threshold), or 'abs': value < best - threshold     ('max': value > best (1 + threshold), value > best + threshold)
 *     after more than `patience` steps that are not:   lr = max(lr factor, minLr), where that is less by more than eps
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 *
 * @throws where an option is out of its range
 * @example
 * const scheduler = new ReduceLROnPlateau(optimizer, { patience: 5 });
 * scheduler.step(validationLoss);
 */
export class ReduceLROnPlateau {
  lastEpoch = 0;
  readonly #groups: readonly ScheduledGroup[];
  readonly #state;
  #lastLr: number[];

  constructor(optimizer: Scheduled, options: ReduceLROnPlateauOptions = {}) {
    const { mode = 'min', factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = 'rel', cooldown = 0, minLr = 0, eps = 1e-8 } = options;
    if (!(factor < 1)) fail('ReduceLROnPlateau', `factor is ${factor}`, 'Use a number below 1.');
    if (!['min', 'max'].includes(mode)) fail('ReduceLROnPlateau', `mode is ${mode}`, "Use 'min' or 'max'.");
    if (!['rel', 'abs'].includes(thresholdMode)) fail('ReduceLROnPlateau', `thresholdMode is ${thresholdMode}`, "Use 'rel' or 'abs'.");
    this.#groups = groupsOf('ReduceLROnPlateau', optimizer);
    const minLrs = perGroup('ReduceLROnPlateau', 'minLr', minLr, this.#groups.length);
    this.#state = { mode, factor, patience, threshold, thresholdMode, cooldown, minLrs, eps, best: worst(mode), numBadEpochs: 0, cooldownCounter: 0 };
    this.#lastLr = this.#groups.map(({ lr }) => lr);
  }

  /**
   * @param metric the value that should improve; a tensor of one element where it can be read at once
   * @param epoch counts on from there. Default: one more than the last.
   */
  step(metric: number | Tensor, epoch: number = this.lastEpoch + 1): void {
    const state = this.#state;
    const value = typeof metric === 'number' ? metric : valuesNow('ReduceLROnPlateau.step', 'the metric', metric)[0]!;
    this.lastEpoch = epoch;
    if (this.#better(value)) {
      state.best = value;
      state.numBadEpochs = 0;
    } else state.numBadEpochs++;
    if (state.cooldownCounter > 0) {
      state.cooldownCounter--;
      state.numBadEpochs = 0;
    }
    if (state.numBadEpochs > state.patience) {
      this.#groups.forEach((group, i) => {
        const next = Math.max(group.lr * state.factor, state.minLrs[i] ?? 0);
        if (group.lr - next > state.eps) group.lr = next;
      });
      state.cooldownCounter = state.cooldown;
      state.numBadEpochs = 0;
    }
    this.#lastLr = this.#groups.map(({ lr }) => lr);
  }

  #better(metric: number): boolean {
    const { mode, threshold, thresholdMode, best } = this.#state;
    const by = mode === 'min' ? -threshold : threshold;
    const needed = thresholdMode === 'rel' ? best * (1 + by) : best + by;
    return mode === 'min' ? metric < needed : metric > needed;
  }

  /** The rates after the last step, by group. */
  getLastLr(): number[] { return [...this.#lastLr]; }

  /** All its numbers, in PyTorch's spelling. */
  stateDict(): ScheduleStateDict {
    return { ...Object.fromEntries(Object.entries(this.#state).map(([name, value]) => [snakeCase(name), copied(value)])), last_epoch: this.lastEpoch, _last_lr: this.getLastLr() };
  }

  /** Takes up a state that {@link stateDict} gave. */
  loadStateDict(dict: ScheduleStateDict): void {
    for (const [name, value] of Object.entries(dict)) if (camelCase(name) in this.#state) Object.assign(this.#state, { [camelCase(name)]: copied(value) });
    this.#state.best ??= worst(this.#state.mode); // JSON has no infinity
    this.lastEpoch = dict['last_epoch'] as number;
    this.#lastLr = [...dict['_last_lr'] as number[] | undefined ?? this.#groups.map(({ lr }) => lr)];
  }
}

/** Every value is better. */
const worst = (mode: 'min' | 'max'): number => (mode === 'min' ? Infinity : -Infinity);
