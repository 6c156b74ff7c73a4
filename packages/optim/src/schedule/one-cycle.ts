import { fail } from '@nn/tensor';
import { needMomentum, setMomentum } from './momentum.ts';
import { groupsOf, LRScheduler, perGroup, type Scheduled, type ScheduledGroup, type ScheduleOptions } from './schedule.ts';

/** What {@link OneCycleLR} takes. */
export interface OneCycleLROptions extends ScheduleOptions {
  /** All steps. Needed, unless both of the next are given. */
  readonly totalSteps?: number;
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** Which part of the steps goes up. Default 0.3. */
  readonly pctStart?: number;
  /** Along half a wave or in lines. Default 'cos'. */
  readonly annealStrategy?: 'cos' | 'linear';
  /** Moves the momentum (the first of Adam's betas) against the rate. Default true. */
  readonly cycleMomentum?: boolean;
  /** Its lowest value; one, or one for each group. Default 0.85. */
  readonly baseMomentum?: number | readonly number[];
  /** Its highest value. Default 0.95. */
  readonly maxMomentum?: number | readonly number[];
  /** The first rate is maxLr over this. Default 25. */
  readonly divFactor?: number;
  /** The last rate is the first over this. Default 10,000. */
  readonly finalDivFactor?: number;
  /** Goes down to the first rate as fast as up, and then to the last. Default false: straight to the last. */
  readonly threePhase?: boolean;
}

type Rate = 'initialLr' | 'maxLr' | 'minLr';
type Momentum = 'maxMomentum' | 'baseMomentum';

export interface OneCycleState {
  totalSteps: number;
  annealStrategy: 'cos' | 'linear';
  cycleMomentum: boolean;
  /** Where each phase ends. */
  ends: number[];
}

/** From where to where each phase goes, by what the groups hold. */
const RATES = { two: ['initialLr', 'maxLr', 'minLr'], three: ['initialLr', 'maxLr', 'initialLr', 'minLr'] } as const satisfies Record<string, readonly Rate[]>;
const MOMENTA = ['maxMomentum', 'baseMomentum', 'maxMomentum', 'maxMomentum'] as const satisfies readonly Momentum[];

/**
 * One cycle for the whole training: the rate goes up to `maxLr` and then far down; call `step()` after every batch.
 *
 *     rates:     maxLr / divFactor, maxLr, maxLr / divFactor / finalDivFactor at steps 0, pctStart totalSteps - 1, totalSteps - 1
 *     momenta:   maxMomentum, baseMomentum, maxMomentum
 *     between:   to + (from - to) (1 + cos(pi part)) / 2, or in a line
 *
 * Source: Smith & Topin 2018; https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
 *
 * @param maxLr the highest rate; one, or one for each group
 * @throws where the number of steps is missing, an option is out of its range, a phase has no steps, the optimizer has no momentum to cycle, and at a step beyond the last
 * @example
 * const scheduler = new OneCycleLR(optimizer, 0.1, { epochs: 10, stepsPerEpoch: loader.length });
 */
export class OneCycleLR extends LRScheduler<OneCycleState> {
  constructor(optimizer: Scheduled, maxLr: number | readonly number[], options: OneCycleLROptions = {}) {
    const { pctStart = 0.3, annealStrategy = 'cos', cycleMomentum = true, divFactor = 25, finalDivFactor = 1e4, threePhase = false, lastEpoch = -1 } = options;
    const totalSteps = stepsOf(options);
    if (!(pctStart >= 0 && pctStart <= 1)) fail('OneCycleLR', `pctStart is ${pctStart}`, 'Use a number from 0 to 1.');
    if (!['cos', 'linear'].includes(annealStrategy)) fail('OneCycleLR', `annealStrategy is ${annealStrategy}`, "Use 'cos' or 'linear'.");
    const groups = groupsOf('OneCycleLR', optimizer);
    const each = (name: string, value: number | readonly number[]) => perGroup('OneCycleLR', name, value, groups.length);
    if (cycleMomentum) needMomentum('OneCycleLR', groups, 'Pass cycleMomentum: false.');
    const most = each('maxLr', maxLr);
    const [low, high] = [each('baseMomentum', options.baseMomentum ?? 0.85), each('maxMomentum', options.maxMomentum ?? 0.95)];
    if (lastEpoch === -1) {
      groups.forEach((group, i) => {
        const initialLr = most[i]! / divFactor;
        Object.assign(group, { initialLr, maxLr: most[i]!, minLr: initialLr / finalDivFactor }, cycleMomentum && { maxMomentum: high[i]!, baseMomentum: low[i]! });
      });
    }
    const up = pctStart * totalSteps;
    super(optimizer, { totalSteps, annealStrategy, cycleMomentum, ends: threePhase ? [up - 1, 2 * up - 2, totalSteps - 1] : [up - 1, totalSteps - 1] }, { lastEpoch });
  }

  protected next(group: ScheduledGroup): number {
    const { totalSteps, annealStrategy, cycleMomentum, ends } = this.state;
    const step = this.lastEpoch;
    if (step > totalSteps) fail('OneCycleLR.step', `this is step ${step} of ${totalSteps}`, 'Stop when the cycle is over.');
    const phase = Math.min(ends.filter((end) => step > end).length, ends.length - 1);
    const [start, end] = [phase === 0 ? 0 : ends[phase - 1]!, ends[phase]!];
    if (start === end) fail('OneCycleLR', `phase ${phase + 1} of ${ends.length} has no steps`, 'Use another pctStart, or more steps.');
    const part = (step - start) / (end - start);
    const between = (names: readonly (Rate | Momentum)[]) => {
      const [from, to] = names.slice(phase, phase + 2).map((name) => group[name] ?? fail('OneCycleLR', `a group has no ${name}`, 'Load the state of the optimizer first; groups that are added later need their own.')) as [number, number];
      return annealStrategy === 'cos' ? to + (from - to) / 2 * (1 + Math.cos(Math.PI * part)) : (to - from) * part + from;
    };
    if (cycleMomentum) setMomentum(group, between(MOMENTA));
    return between(ends.length === 2 ? RATES.two : RATES.three);
  }
}

function stepsOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  const whole = (name: string, value: number): number => (Number.isInteger(value) && value > 0 ? value : fail('OneCycleLR', `${name} is ${value}`, 'Use a whole number above 0.'));
  if (totalSteps !== undefined) return whole('totalSteps', totalSteps);
  if (epochs === undefined || stepsPerEpoch === undefined) return fail('OneCycleLR', 'the number of steps is missing', 'Give totalSteps, or epochs and stepsPerEpoch.');
  return whole('epochs', epochs) * whole('stepsPerEpoch', stepsPerEpoch);
}
