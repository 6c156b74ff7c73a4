/** The moments of a run at which others may act, by the names that Lightning gives them. */
import type { AnyModule } from '@nn/layers';
import type { AnyOptimizer } from './configuration.ts';
import type { StepOutput, Task } from './task.ts';
import type { Trainer } from './trainer.ts';
import type { Tensor } from '@nn/tensor';

/** What a hook gives: nothing, or a promise that the trainer awaits. */
export type Hooked = void | Promise<void>;
/** What is being done. */
export type Stage = 'fit' | 'validate' | 'test' | 'predict';
/** A task for batches of one kind, whatever its forward takes and gives. */
export interface TaskOf<Batch> extends AnyModule {
  trainingStep?(batch: Batch, batchIdx: number): StepOutput;
  validationStep?(batch: Batch, batchIdx: number): unknown;
  testStep?(batch: Batch, batchIdx: number): unknown;
  predictStep(batch: Batch, batchIdx: number): unknown;
}
/** A task whatever its batches are. */
export type AnyTask = Task<unknown, unknown[], unknown>;

/**
 * Something that acts at moments of a run: extend it and write the hooks you need, or pass a plain object with them.
 * Hooks may be asynchronous unless they say otherwise. Ordinary callbacks come before the task's own hook, monitoring ones after it.
 *
 * @example
 * class Hello extends Callback {
 *   override onTrainEpochEnd(trainer: Trainer): void { console.log(trainer.currentEpoch, trainer.callbackMetrics); }
 * }
 */
export abstract class Callback {
  /** Whether it reads what others log, and so comes after the task. */
  readonly monitoring?: boolean;
  /** Under which its state is saved in checkpoints. Default: the class's name. */
  readonly stateKey?: string;
  /** What has to be remembered to go on exactly: plain data, and tensors. */
  stateDict?(): Readonly<Record<string, unknown>>;
  loadStateDict?(state: Readonly<Record<string, unknown>>): void;

  setup?(trainer: Trainer, task: AnyTask, stage: Stage): Hooked;
  teardown?(trainer: Trainer, task: AnyTask, stage: Stage): Hooked;
  onException?(trainer: Trainer, task: AnyTask, error: unknown): Hooked;
  onFitStart?(trainer: Trainer, task: AnyTask): Hooked;
  onFitEnd?(trainer: Trainer, task: AnyTask): Hooked;
  /** The validation steps before the first epoch; no other hook is called for them. */
  onSanityCheckStart?(trainer: Trainer, task: AnyTask): Hooked;
  onSanityCheckEnd?(trainer: Trainer, task: AnyTask): Hooked;
  onTrainStart?(trainer: Trainer, task: AnyTask): Hooked;
  onTrainEnd?(trainer: Trainer, task: AnyTask): Hooked;
  onTrainEpochStart?(trainer: Trainer, task: AnyTask): Hooked;
  /** After validation, where there is one; the epoch's values are in `trainer.callbackMetrics`. */
  onTrainEpochEnd?(trainer: Trainer, task: AnyTask): Hooked;
  /** @returns -1 to leave out the rest of the epoch */
  onTrainBatchStart?(trainer: Trainer, task: AnyTask, batch: unknown, batchIdx: number): Hooked | -1;
  /** `outputs` is what `trainingStep` returned, detached. */
  onTrainBatchEnd?(trainer: Trainer, task: AnyTask, outputs: StepOutput, batch: unknown, batchIdx: number): Hooked;
  /** The values that a step logged, for each step in order, once they were read: up to 32 steps later. */
  onStepMetrics?(trainer: Trainer, task: AnyTask, metrics: Readonly<Record<string, number>>, step: number): Hooked;
  /** Synchronous. */
  onBeforeZeroGrad?(trainer: Trainer, task: AnyTask, optimizer: AnyOptimizer): void;
  /** Synchronous. */
  onBeforeBackward?(trainer: Trainer, task: AnyTask, loss: Tensor): void;
  /** Synchronous. */
  onAfterBackward?(trainer: Trainer, task: AnyTask): void;
  /** Synchronous; before clipping. */
  onBeforeOptimizerStep?(trainer: Trainer, task: AnyTask, optimizer: AnyOptimizer): void;
  onValidationStart?(trainer: Trainer, task: AnyTask): Hooked;
  onValidationEnd?(trainer: Trainer, task: AnyTask): Hooked;
  onValidationEpochStart?(trainer: Trainer, task: AnyTask): Hooked;
  onValidationEpochEnd?(trainer: Trainer, task: AnyTask): Hooked;
  onValidationBatchStart?(trainer: Trainer, task: AnyTask, batch: unknown, batchIdx: number): Hooked;
  onValidationBatchEnd?(trainer: Trainer, task: AnyTask, outputs: unknown, batch: unknown, batchIdx: number): Hooked;
  onTestStart?(trainer: Trainer, task: AnyTask): Hooked;
  onTestEnd?(trainer: Trainer, task: AnyTask): Hooked;
  onTestEpochStart?(trainer: Trainer, task: AnyTask): Hooked;
  onTestEpochEnd?(trainer: Trainer, task: AnyTask): Hooked;
  onTestBatchStart?(trainer: Trainer, task: AnyTask, batch: unknown, batchIdx: number): Hooked;
  onTestBatchEnd?(trainer: Trainer, task: AnyTask, outputs: unknown, batch: unknown, batchIdx: number): Hooked;
  onPredictStart?(trainer: Trainer, task: AnyTask): Hooked;
  onPredictEnd?(trainer: Trainer, task: AnyTask): Hooked;
  onPredictEpochStart?(trainer: Trainer, task: AnyTask): Hooked;
  onPredictEpochEnd?(trainer: Trainer, task: AnyTask): Hooked;
  onPredictBatchStart?(trainer: Trainer, task: AnyTask, batch: unknown, batchIdx: number): Hooked;
  onPredictBatchEnd?(trainer: Trainer, task: AnyTask, outputs: unknown, batch: unknown, batchIdx: number): Hooked;
  onSaveCheckpoint?(trainer: Trainer, task: AnyTask, checkpoint: Record<string, unknown>): Hooked;
  onLoadCheckpoint?(trainer: Trainer, task: AnyTask, checkpoint: Readonly<Record<string, unknown>>): Hooked;
}

/** The names of hooks. */
export type Hook = Exclude<keyof Callback, 'monitoring' | 'stateKey' | 'stateDict' | 'loadStateDict'>;
/** What a hook is called with after trainer and task. */
export type Arguments<H extends Hook> = NonNullable<Callback[H]> extends (trainer: Trainer, task: AnyTask, ...rest: infer Rest) => unknown ? Rest : never;

type AnyHook = ((...values: unknown[]) => unknown) | undefined;
const ofCallback = (callback: Callback, hook: Hook) => (callback as unknown as Record<Hook, AnyHook>)[hook];
const ofTask = (task: AnyTask, hook: Hook) => (task as unknown as Record<Hook, AnyHook>)[hook];

/** Whether anybody waits for this moment. */
export const listened = (callbacks: readonly Callback[], task: AnyTask, hook: Hook): boolean =>
  ofTask(task, hook) !== undefined || callbacks.some((callback) => ofCallback(callback, hook));

/** Who is called, in order: ordinary callbacks, the task, and then those that monitor. */
type Group = 'acting' | 'monitoring';

function* answers(group: Group, trainer: Trainer, task: AnyTask, hook: Hook, rest: readonly unknown[]): Generator {
  for (const callback of trainer.callbacks) if ((callback.monitoring ?? false) === (group === 'monitoring')) yield ofCallback(callback, hook)?.call(callback, trainer, task, ...rest);
  if (group === 'acting') yield ofTask(task, hook)?.call(task, ...rest);
}

/** Calls a hook of all callbacks and the task, in order, without waiting. */
export function callAll<H extends Hook>(trainer: Trainer, task: AnyTask, hook: H, ...rest: Arguments<H>): void {
  for (const group of ['acting', 'monitoring'] as const) for (const _ of answers(group, trainer, task, hook, rest)) { /* one after the other */ }
}

/** Calls a hook of one group, each awaited before the next. */
export async function callGroup<H extends Hook>(group: Group, trainer: Trainer, task: AnyTask, hook: H, ...rest: Arguments<H>): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const answer of answers(group, trainer, task, hook, rest)) all.push(answer instanceof Promise ? await answer : answer);
  return all;
}

/** Calls a hook of everybody, each awaited before the next. */
export async function call<H extends Hook>(trainer: Trainer, task: AnyTask, hook: H, ...rest: Arguments<H>): Promise<unknown[]> {
  return [...await callGroup('acting', trainer, task, hook, ...rest), ...await callGroup('monitoring', trainer, task, hook, ...rest)];
}
