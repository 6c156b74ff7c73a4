import { type Device, defaultDevice, fail, manualSeed, setDefaultDevice } from '@nn/tensor';
import { type AnyTask, call, type Callback, type Stage, type TaskOf } from './callback.ts';
import { bestDevice } from './best-device.ts';
import { ModelCheckpoint } from './callbacks/model-checkpoint.ts';
import { ModelSummary } from './callbacks/model-summary.ts';
import { ProgressBarCallback } from './callbacks/progress-bar-callback.ts';
import { Timer } from './callbacks/timer.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, restore, take } from './checkpoint.ts';
import { type AnyOptimizer, configured, type SchedulerPlan } from './configuration.ts';
import { readBytes, writeBytes } from './files.ts';
import { batchesOf, type Limit, type Loader } from './loader.ts';
import { CSVLogger } from './loggers/csv-logger.ts';
import type { Logger } from './loggers/logger.ts';
import { evaluate, fitLoop, type Position } from './loop.ts';
import { type Output, standardOutput } from './progress-bar.ts';
import { type Pass, Results } from './results.ts';
import { Streams } from './streams.ts';
import { onInterrupt } from './interrupt.ts';
import type { Loggable, LogOptions } from './task.ts';
import type { TrainerOptions } from './trainer-options.ts';

/** What {@link Trainer.fit} takes beside loaders. `ckptPath`: a checkpoint to go on from, as a file, as bytes, or 'last' or 'best' of a ModelCheckpoint. */
export interface FitCall { readonly ckptPath?: string | Uint8Array | undefined }

/**
 * Runs tasks: moves them to their device, loops over batches and epochs, validates, calls hooks, stops, saves. Lightning's Trainer, of which
 * names, defaults and order of hooks are taken; by itself it writes no files.
 *
 * Numbers in `callbackMetrics` are an epoch's, of all its batches; `meaningOf` says what each one is of.
 *
 * @example
 * const trainer = new Trainer({ maxEpochs: 3, device: cpu() });
 * await trainer.fit(new LitNet(), trainLoader, valLoader);
 * trainer.callbackMetrics.val_loss; // 0.4897
 * trainer.meaningOf('val_loss'); // 'mean over 17,500 examples'
 */
export class Trainer {
  readonly options: TrainerOptions;
  readonly callbacks: Callback[];
  readonly loggers: readonly Logger[];
  readonly maxEpochs: number;
  readonly minEpochs: number;
  readonly maxSteps: number;
  readonly checkValEveryNEpoch: number;
  readonly limitTrainBatches: Limit | undefined;
  readonly limitValBatches: Limit | undefined;
  readonly numSanityValSteps: number;
  readonly accumulateGradBatches: number;
  readonly gradientClipVal: number | undefined;
  readonly gradientClipAlgorithm: 'norm' | 'value';
  readonly logEveryNSteps: number;
  readonly checkFinite: boolean;
  readonly defaultRootDir: string;
  /** Where lines and bars go; undefined is silence. */
  readonly output: Output | undefined;

  /** Epochs done; in an epoch, its number from 0. */
  currentEpoch = 0;
  /** Optimizer steps done. */
  globalStep = 0;
  /** Set it to stop after the current step, once minEpochs and minSteps are reached. */
  shouldStop = false;
  /** Whether the run was ended by Ctrl-C or an AbortSignal. */
  interrupted = false;
  /** Whether the validation steps before the first epoch are running. */
  sanityChecking = false;
  /** Steps of an epoch; known before the first one, Infinity where the loader does not say. */
  numTrainingBatches = 0;
  /** Validation follows each so many batches; 0: each epoch. */
  valCheckBatches = 0;
  /** Whether a validation loader was given. */
  validates = false;
  /** What is running; undefined between runs. */
  stage: Stage | undefined;
  optimizers: readonly AnyOptimizer[] = [];
  schedulers: readonly SchedulerPlan[] = [];
  /** @internal What steps log into. */
  pass: Pass | undefined;
  /** @internal */
  results: Results = new Results();
  /** @internal */
  streams: Streams = new Streams(undefined);
  /** @internal Batches done in this epoch, and whether that is all of them, validated. */
  batchesDone = 0;
  /** @internal */
  epochDone = false;
  /** @internal Where an interruption has left the epoch. */
  left: Pick<Position, 'batch' | 'journal'> | undefined;
  #device: Device | undefined;

  constructor(options: TrainerOptions = {}) {
    const { fastDevRun = false } = options;
    const quick = fastDevRun === true ? 1 : fastDevRun === false ? undefined : fastDevRun;
    this.options = options;
    this.maxEpochs = quick ? 1 : (options.maxEpochs === -1 ? Infinity : options.maxEpochs) ?? (options.maxSteps !== undefined || options.maxTime !== undefined ? Infinity : 1000);
    this.minEpochs = quick ? 0 : options.minEpochs ?? 0;
    this.maxSteps = quick ?? (options.maxSteps === undefined || options.maxSteps === -1 ? Infinity : options.maxSteps);
    this.checkValEveryNEpoch = whole('checkValEveryNEpoch', options.checkValEveryNEpoch ?? 1);
    const { overfitBatches } = options;
    this.limitTrainBatches = quick ?? overfitBatches ?? options.limitTrainBatches;
    this.limitValBatches = quick ?? overfitBatches ?? options.limitValBatches;
    this.numSanityValSteps = quick || overfitBatches ? 0 : options.numSanityValSteps ?? 2;
    this.accumulateGradBatches = whole('accumulateGradBatches', options.accumulateGradBatches ?? 1);
    this.gradientClipVal = options.gradientClipVal;
    this.gradientClipAlgorithm = options.gradientClipAlgorithm ?? 'norm';
    this.logEveryNSteps = whole('logEveryNSteps', options.logEveryNSteps ?? 50);
    this.checkFinite = options.checkFinite ?? true;
    this.defaultRootDir = options.defaultRootDir ?? '.';
    if (!(this.maxEpochs >= 0)) fail('Trainer', `maxEpochs is ${options.maxEpochs}`, 'Give a whole number, or -1 for no end.');
    if (!['norm', 'value'].includes(this.gradientClipAlgorithm)) fail('Trainer', `gradientClipAlgorithm is '${this.gradientClipAlgorithm}'`, "Use 'norm' or 'value'.");
    if (this.gradientClipVal !== undefined && !(this.gradientClipVal > 0)) fail('Trainer', `gradientClipVal is ${this.gradientClipVal}`, 'Give a number above 0.');
    const { enableProgressBar = true, enableModelSummary = true, enableCheckpointing, logger, output = standardOutput() } = options;
    this.output = output || undefined;
    this.loggers = quick ? [] : logger === true ? [new CSVLogger(`${this.defaultRootDir}/logs`)] : logger ? [logger].flat() : [];
    const given = options.callbacks ? [options.callbacks].flat() : [];
    const saves = given.some((callback) => callback instanceof ModelCheckpoint);
    if (saves && enableCheckpointing === false) fail('Trainer', 'enableCheckpointing is false, but there is a ModelCheckpoint', 'Leave out one of them.');
    const has = (kind: new (...values: never[]) => Callback) => given.some((callback) => callback instanceof kind);
    const all = [
      ...given,
      ...(enableModelSummary && !has(ModelSummary) ? [new ModelSummary()] : []),
      ...(enableProgressBar && !has(ProgressBarCallback) ? [new ProgressBarCallback()] : []),
      ...(enableCheckpointing && !saves ? [new ModelCheckpoint()] : []),
      ...(options.maxTime !== undefined ? [new Timer(options.maxTime)] : []),
    ].filter((callback) => !(quick && callback instanceof ModelCheckpoint));
    // Checkpoints come last: they save what the others remember.
    this.callbacks = [...all.filter((callback) => !(callback instanceof ModelCheckpoint)), ...all.filter((callback) => callback instanceof ModelCheckpoint)];
  }

  /** Where a run computes. */
  get device(): Device { return this.#device ?? defaultDevice(); }
  /** The latest values by name: an epoch's under `name`, a step's under `name_step` (`name` where only steps were logged). */
  get callbackMetrics(): Readonly<Record<string, number>> { return this.results.callback; }
  /** What was last sent to the loggers. */
  get loggedMetrics(): Readonly<Record<string, number>> { return this.results.logged; }
  /** What was logged with progBar. */
  get progressBarMetrics(): Readonly<Record<string, number>> { return this.results.bar; }
  /** What a value in `callbackMetrics` is of: `mean over 52,500 examples`. */
  meaningOf(name: string): string | undefined { return this.results.meanings[name]; }
  /** Whether training ends here. */
  get done(): boolean {
    if (this.interrupted || this.globalStep >= this.maxSteps || this.currentEpoch >= this.maxEpochs) return true;
    return this.shouldStop && this.currentEpoch + (this.epochDone ? 1 : 0) >= this.minEpochs && this.globalStep >= (this.options.minSteps ?? 0);
  }
  /** The first ModelCheckpoint. */
  get checkpointCallback(): ModelCheckpoint | undefined { return this.callbacks.find((callback) => callback instanceof ModelCheckpoint); }

  /**
   * Trains. Ctrl-C (in Node), or the option `signal`, ends it after the current step, and `interrupted` is set; a second Ctrl-C ends the process.
   * @throws where the task lacks trainingStep or configureOptimizers, a loader is empty, a loss is not finite, and what steps and hooks throw
   */
  async fit<Batch>(task: TaskOf<Batch>, trainLoader: Loader<Batch>, valLoader?: Loader<Batch>, { ckptPath }: FitCall = {}): Promise<void> {
    const any = task as unknown as AnyTask;
    if (!any.trainingStep) fail('fit', `${task.typeName} has no trainingStep`, 'Write trainingStep(batch, batchIdx), which returns the loss.');
    if (!any.configureOptimizers) fail('fit', `${task.typeName} has no configureOptimizers`, 'Write configureOptimizers(), which returns an optimizer.');
    const validated = any.validationStep ? valLoader : undefined;
    if (valLoader && !validated) fail('fit', `there is a validation loader, but ${task.typeName} has no validationStep`, 'Write validationStep(batch, batchIdx), or leave the loader out.');
    const trained = this.options.overfitBatches ? await firstOf(trainLoader, batchesOf(trainLoader, this.limitTrainBatches, 'overfitBatches')) : trainLoader;
    await this.#run('fit', any, async () => {
      Object.assign(this, { currentEpoch: 0, globalStep: 0, shouldStop: false, left: undefined, results: new Results(), validates: validated !== undefined, streams: new Streams(trained) });
      this.measure(trained);
      if (this.options.seed !== undefined) manualSeed(this.options.seed);
      const { optimizers, schedulers } = configured(await any.configureOptimizers!());
      if (any.automaticOptimization && optimizers.length > 1) fail('configureOptimizers', `it gave ${optimizers.length} optimizers`, 'Several optimizers need automaticOptimization to be false: call backward() and step() in trainingStep.');
      [this.optimizers, this.schedulers] = [optimizers, schedulers];
      const from = ckptPath === undefined ? { batch: 0 } : await restore(this, any, await this.#checkpoint(ckptPath));
      await fitLoop(this, any, trained, validated as Loader<unknown> | undefined, from);
    });
  }

  /** Validates: what `validationStep` logs, over all batches. */
  async validate<Batch>(task: TaskOf<Batch>, loader: Loader<Batch>, call: FitCall = {}): Promise<Record<string, number>> { return this.#evaluate('validate', task as unknown as AnyTask, loader, this.limitValBatches, call); }
  /** Tests: what `testStep` logs, over all batches. */
  async test<Batch>(task: TaskOf<Batch>, loader: Loader<Batch>, call: FitCall = {}): Promise<Record<string, number>> { return this.#evaluate('test', task as unknown as AnyTask, loader, this.options.limitTestBatches, call); }
  /** What `predictStep` gives for each batch. */
  async predict<Batch>(task: TaskOf<Batch>, loader: Loader<Batch>, { ckptPath }: FitCall = {}): Promise<unknown[]> {
    const any = task as unknown as AnyTask;
    return this.#run('predict', any, async () => {
      if (ckptPath !== undefined) any.loadStateDict((await this.#checkpoint(ckptPath)).model);
      return evaluate(this, any, loader, 'predict', this.options.limitPredictBatches);
    });
  }

  /** The state of the running fit, or of the one that ended, as the bytes of a file: model, optimizers, schedulers, callbacks, random streams, position. */
  async saveCheckpoint(): Promise<Uint8Array>;
  /** The same into a file (Node), whole or not at all. */
  async saveCheckpoint(path: string): Promise<void>;
  async saveCheckpoint(path?: string): Promise<Uint8Array | void> {
    const task = this.#task ?? fail('saveCheckpoint', 'nothing was trained yet', 'Call it in or after fit().');
    if (this.pass) await this.results.deliver(this, task, this.pass);
    const bytes = await encodeCheckpoint(await take(this, task));
    return path === undefined ? bytes : writeBytes(path, bytes);
  }

  /** @internal */
  logged(name: string, value: Loggable, options: LogOptions): void {
    (this.pass ?? fail('log', `'${name}' was logged outside of a pass`, 'Log in steps, and in hooks from onTrainEpochStart to onTrainEpochEnd.')).log(name, value, options);
  }

  /** @internal How long the next epoch is: batch sizes may change. */
  measure(loader: Loader<unknown>): void {
    this.numTrainingBatches = batchesOf(loader, this.limitTrainBatches, 'limitTrainBatches');
    this.valCheckBatches = this.#valCheck();
  }

  #task: AnyTask | undefined;

  async #evaluate(stage: 'validate' | 'test', task: AnyTask, loader: Loader<unknown>, limit: Limit | undefined, { ckptPath }: FitCall): Promise<Record<string, number>> {
    return this.#run(stage, task, async () => {
      if (ckptPath !== undefined) task.loadStateDict((await this.#checkpoint(ckptPath)).model);
      await evaluate(this, task, loader, stage, limit);
      return Object.fromEntries(Object.entries(this.callbackMetrics).filter(([name]) => this.results.phases[name] === stage));
    });
  }

  /** Everything around a run: device, interruption, setup and teardown, exceptions. */
  async #run<T>(stage: Stage, task: AnyTask, body: () => Promise<T>): Promise<T> {
    if (this.stage) fail(stage, `this trainer is busy with ${this.stage}`, 'Wait for it, or make another trainer.');
    const before = defaultDevice();
    Object.assign(this, { stage, interrupted: false });
    const free = onInterrupt(this.options.signal, () => { this.interrupted = true; });
    try {
      const { device = before } = this.options;
      this.#device = await (device !== 'auto' ? device : this.#device ?? bestDevice({ output: this.output }));
      setDefaultDevice(this.#device);
      this.#task = task;
      task.attach(this);
      await task.to(this.#device);
      await call(this, task, 'setup', stage);
      const result = await body();
      await call(this, task, 'teardown', stage);
      for (const logger of this.loggers) await logger.finalize?.();
      return result;
    } catch (error) {
      await call(this, task, 'onException', error);
      throw error;
    } finally {
      free();
      setDefaultDevice(before);
      this.stage = undefined;
    }
  }

  async #checkpoint(source: string | Uint8Array): Promise<Checkpoint> {
    if (typeof source !== 'string') return decodeCheckpoint(source);
    const { checkpointCallback } = this;
    const path = source === 'best' ? checkpointCallback?.bestModelPath : source === 'last' ? checkpointCallback?.lastModelPath ?? checkpointCallback?.bestModelPath : source;
    return decodeCheckpoint(await readBytes(path ?? fail('ckptPath', `there is no '${source}' checkpoint`, 'It needs a ModelCheckpoint that has saved one.')));
  }

  #valCheck(): number {
    const { valCheckInterval } = this.options;
    if (valCheckInterval === undefined) return 0;
    if (valCheckInterval < 1 && this.numTrainingBatches === Infinity) fail('Trainer', 'valCheckInterval is a fraction of a loader without length', 'Give a number of batches.');
    const batches = valCheckInterval < 1 ? Math.max(1, Math.floor(this.numTrainingBatches * valCheckInterval)) : whole('valCheckInterval', valCheckInterval);
    if (batches > this.numTrainingBatches) fail('Trainer', `valCheckInterval is ${batches}, an epoch has ${this.numTrainingBatches} batches`, 'Give a smaller one, or a fraction below 1.');
    return batches;
  }
}

function whole(name: string, value: number): number {
  if (!(Number.isInteger(value) && value > 0)) fail('Trainer', `${name} is ${value}`, 'Give a positive whole number.');
  return value;
}

async function firstOf<Batch>(loader: Loader<Batch>, count: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of loader) {
    if (batches.length >= count) break;
    batches.push(batch);
  }
  return batches;
}
