import { fail } from '@nn/tensor';
import { camelCase, copied, snakeCase } from '../state.ts';

/** A group as schedules see it. */
export interface ScheduledGroup {
  lr: number;
  /** Where the rate started: written by the first schedule. */
  initialLr?: number;
  momentum?: number;
  betas?: readonly [number, number];
  /** What OneCycleLR goes between: as in PyTorch the groups hold it, and the optimizer's state with them. */
  maxLr?: number;
  minLr?: number;
  maxMomentum?: number;
  baseMomentum?: number;
  /** Where SWALR goes. */
  swaLr?: number;
}

/** What can be scheduled: any optimizer whose groups have an `lr`. */
export interface Scheduled { readonly paramGroups: readonly object[] }

/** A schedule's state, with PyTorch's names. */
export type ScheduleStateDict = Readonly<Record<string, unknown>>;

/** What every schedule takes. */
export interface ScheduleOptions {
  /** The last epoch that was done, for one that goes on with restored groups. Default -1: from the start. */
  readonly lastEpoch?: number;
}

/** The groups of an optimizer with their rates. */
export function groupsOf(operation: string, optimizer: Scheduled): readonly ScheduledGroup[] {
  const { paramGroups: groups }: { paramGroups?: readonly Partial<ScheduledGroup>[] } = Object(optimizer) as Scheduled;
  if (!Array.isArray(groups)) return fail(operation, 'it was given no optimizer', 'Pass the optimizer first.');
  if (groups.some(({ lr }) => typeof lr !== 'number')) fail(operation, 'a group of the optimizer has no lr', 'Schedules change that number.');
  return groups as readonly ScheduledGroup[];
}

/** One value for each group: the same, or those of a list. */
export function perGroup<T>(operation: string, name: string, value: T | readonly T[], count: number): T[] {
  if (!Array.isArray(value)) return new Array<T>(count).fill(value as T);
  if (value.length !== count) fail(operation, `${name} has ${value.length} values, the optimizer ${count} groups`, 'Give one for each group, or one for all.');
  return [...value as T[]];
}

/** PyTorch writes `T_max`, `T_0`. */
const written = (name: string): string => (/^t[A-Z0-9]/.test(name) ? `T_${name.slice(1).toLowerCase()}` : snakeCase(name));
const read = (name: string): string => (name.startsWith('T_') ? `t${name.slice(2, 3).toUpperCase()}${name.slice(3)}` : camelCase(name));

/**
 * The base of schedules: changes the rates of an optimizer's groups, once when it is made and then at each `step()`. It computes a rate from the one
 * before, as PyTorch does, so that schedules on one optimizer multiply, and changes made by hand last.
 *
 * Source: https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
 *
 * @typeParam State - the schedule's numbers, all of which a state dict holds (functions aside)
 * @example
 * class Halving extends LRScheduler<{ every: number }> {
 *   constructor(optimizer: Scheduled, every: number) { super(optimizer, { every }); }
 *   protected next({ lr }: { lr: number }): number { return this.lastEpoch > 0 && this.lastEpoch % this.state.every === 0 ? lr / 2 : lr; }
 * }
 */
export abstract class LRScheduler<State extends object = object> {
  /** How many steps were taken. */
  lastEpoch: number;
  /** The rates that it started from, by group. */
  baseLrs: number[];
  /** The schedule's numbers. */
  protected readonly state: State;
  /** The groups of its optimizer. */
  readonly groups: readonly ScheduledGroup[];
  protected stepCount = 0;
  #lastLr: number[] = [];

  /** @throws where a group has no lr, or `lastEpoch` is given for groups that no schedule ever had */
  constructor(optimizer: Scheduled, state: State, { lastEpoch = -1 }: ScheduleOptions = {}) {
    const name = this.constructor.name;
    this.groups = groupsOf(name, optimizer);
    this.state = state;
    this.lastEpoch = lastEpoch;
    this.baseLrs = this.groups.map((group) => {
      if (lastEpoch !== -1 && group.initialLr === undefined) fail(name, `lastEpoch is ${lastEpoch}, and a group has no initialLr`, 'Load the state of the optimizer first.');
      return (group.initialLr ??= group.lr);
    });
    this.begin();
  }

  /** The rate of a group for `lastEpoch`, from the one it has. */
  protected abstract next(group: ScheduledGroup, i: number): number;

  /** The rate for `lastEpoch` whatever came before; schedules that have no such formula continue from the last. */
  protected at(_base: number, i: number): number { return this.next(this.groups[i]!, i); }

  /** The first step, which sets the rate to start with. */
  protected begin(): void {
    this.stepCount = 0;
    this.step();
  }

  /** The rates of the next setting, by group; a `step()` sets them. */
  getLr(): number[] {
    return this.groups.map((group, i) => {
      const rate = this.next(group, i);
      // A group that was added later has no first rate: what depends on that leaves it alone.
      return i >= this.baseLrs.length && Number.isNaN(rate) ? group.lr : rate;
    });
  }

  /** The rates that the groups have now. */
  ratesNow(): number[] { return this.groups.map(({ lr }) => lr); }

  /** The rates that were set last, by group. */
  getLastLr(): number[] { return [...this.#lastLr]; }

  /**
   * Call it after the optimizer's step, or after an epoch of them.
   *
   * @param epoch jumps there instead of going on by one
   */
  step(epoch?: number): void {
    this.stepCount++;
    this.lastEpoch = epoch ?? this.lastEpoch + 1;
    this.set(epoch === undefined ? this.getLr() : this.baseLrs.map((base, i) => {
      const rate = this.at(base, i);
      return Number.isNaN(rate) ? fail(`${this.constructor.name}.step`, `there is no rate for epoch ${epoch}`, 'Look at its options: totalIters must be above 0.') : rate;
    }));
  }

  /** Sets the rates of all groups. */
  protected set(rates: readonly number[]): void {
    this.groups.forEach((group, i) => { group.lr = rates[i] ?? group.lr; });
    this.#lastLr = this.ratesNow();
  }

  /** As `SequentialLR` needs it: back to before the first step, and that again for the one that begins. */
  rewind(): void { this.lastEpoch--; }
  restart(): void { this.begin(); }

  /** All its numbers, in PyTorch's spelling; the optimizer has the rates in its own. */
  stateDict(): ScheduleStateDict {
    const own = Object.entries(this.state).filter(([, value]) => typeof value !== 'function').map(([name, value]) => [written(name), stored(value)]);
    return { ...Object.fromEntries(own) as object, base_lrs: [...this.baseLrs], last_epoch: this.lastEpoch, _step_count: this.stepCount, _last_lr: this.getLastLr() };
  }

  /** Takes up a state that {@link stateDict} gave. Rates are of the optimizer's state. */
  loadStateDict(dict: ScheduleStateDict): void {
    for (const [name, value] of Object.entries(dict)) {
      const key = read(name);
      if (key in this.state && typeof (this.state as Record<string, unknown>)[key] !== 'function') (this.state as Record<string, unknown>)[key] = stored(value, (this.state as Record<string, unknown>)[key]);
    }
    this.baseLrs = [...dict['base_lrs'] as number[]];
    this.lastEpoch = dict['last_epoch'] as number;
    this.stepCount = dict['_step_count'] as number;
    this.#lastLr = [...dict['_last_lr'] as number[]];
  }
}

/** Functions cannot be stored: they stay what they are. */
const stored = (value: unknown, present?: unknown): unknown => {
  if (!Array.isArray(value)) return copied(value);
  return value.map((entry: unknown, i) => (typeof entry === 'function' ? null : entry === null && Array.isArray(present) ? present[i] as unknown : entry));
};
