/** What `configureOptimizers` may return, brought into one form. */
import { fail } from '@nn/tensor';

/** What an optimizer needs to have here; those of `@nn/optim` do. */
export interface AnyOptimizer {
  readonly paramGroups: readonly { readonly params: readonly unknown[] }[];
  zeroGrad(): void;
  step(closure?: () => never): unknown;
  stateDict(): unknown;
  loadStateDict(state: never): void;
}

/** Anything with a `step`: a scheduler of `@nn/optim`, or one's own. With a `monitor` it is given the monitored value. */
export interface AnyScheduler {
  step(value?: number): unknown;
  stateDict?(): unknown;
  loadStateDict?(state: never): void;
}

/** When a scheduler steps. */
export interface SchedulerPlan {
  readonly scheduler: AnyScheduler;
  /** After each epoch (the default) or after each optimizer step. */
  readonly interval?: 'epoch' | 'step';
  /** Every so many of them. Default 1. */
  readonly frequency?: number;
  /** The logged value that `step` is given: what ReduceLROnPlateau needs. */
  readonly monitor?: string;
}

/** An optimizer with its scheduler. */
export interface OptimizerPlan {
  readonly optimizer: AnyOptimizer;
  readonly lrScheduler?: AnyScheduler | SchedulerPlan;
  readonly interval?: 'epoch' | 'step';
  readonly monitor?: string;
}

/** What `configureOptimizers` may return; a promise of it as well. */
export type Configuration = AnyOptimizer | OptimizerPlan | readonly (AnyOptimizer | OptimizerPlan)[] | readonly [readonly AnyOptimizer[], readonly (AnyScheduler | SchedulerPlan)[]] | null | void;

/** All optimizers and schedulers of a task. */
export interface Configured { readonly optimizers: readonly AnyOptimizer[]; readonly schedulers: readonly SchedulerPlan[] }

const isOptimizer = (value: object): value is AnyOptimizer => 'zeroGrad' in value && 'step' in value;
const isPlan = (value: object): value is SchedulerPlan => 'scheduler' in value;

/** @throws where it is nothing of the kind */
export function configured(given: unknown): Configured {
  const optimizers: AnyOptimizer[] = [];
  const schedulers: SchedulerPlan[] = [];
  const schedule = (scheduler: AnyScheduler | SchedulerPlan, more: Omit<SchedulerPlan, 'scheduler'>): void => {
    const plan = isPlan(scheduler) ? { ...more, ...scheduler } : { ...more, scheduler };
    if (typeof plan.scheduler.step !== 'function') fail('configureOptimizers', 'a scheduler has no step()', 'Give one of @nn/optim, or anything with a step().');
    schedulers.push(plan);
  };
  const take = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return fail('configureOptimizers', `it gave ${value === null ? 'null' : typeof value}`, 'Return an optimizer, an array of them, or { optimizer, lrScheduler }.');
    if (isOptimizer(value)) return void optimizers.push(value);
    const { optimizer, lrScheduler, interval, monitor } = value as Partial<OptimizerPlan>;
    if (!optimizer || !isOptimizer(optimizer)) return fail('configureOptimizers', 'it gave an object without an optimizer', 'Return an optimizer, an array of them, or { optimizer, lrScheduler }.');
    optimizers.push(optimizer);
    if (lrScheduler) schedule(lrScheduler, { ...(interval && { interval }), ...(monitor !== undefined && { monitor }) });
  };
  if (given === null || given === undefined) return { optimizers, schedulers };
  if (!Array.isArray(given)) take(given);
  else if (given.length === 2 && given.every((part) => Array.isArray(part))) {
    const [several, plans] = given as [unknown[], (AnyScheduler | SchedulerPlan)[]];
    several.forEach(take);
    for (const plan of plans) schedule(plan, {});
  } else given.forEach(take);
  return { optimizers, schedulers };
}
