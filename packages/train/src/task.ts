import { Module } from '@nn/layers';
import { MetricCollection } from '@nn/metrics';
import { type Device, fail, defaultDevice, type Tensor } from '@nn/tensor';
import type { Hooked, Stage } from './callback.ts';
import type { AnyOptimizer, Configuration } from './configuration.ts';
import type { ReduceFx } from './journal.ts';
import type { Trainer } from './trainer.ts';

/** What a training step gives: the loss, an object with it, or nothing where the batch is to be skipped. */
export type StepOutput = Tensor | { readonly loss: Tensor; readonly [name: string]: unknown } | null | undefined;
/** A metric whose `compute` gives one number. */
export interface LoggedMetric { compute(): unknown; reset(): void }
/** What can be logged: a number, a tensor of one element, or a metric, which is computed and reset at the end of the epoch. */
export type Loggable = number | Tensor | LoggedMetric;

/** How a value is logged. */
export interface LogOptions {
  /** Each step's own value. Default: in training. */
  readonly onStep?: boolean;
  /** One value an epoch, by `reduceFx`. Default true. */
  readonly onEpoch?: boolean;
  /** Whether the progress bar shows it. Default false. */
  readonly progBar?: boolean;
  /** Whether loggers get it. Default true. */
  readonly logger?: boolean;
  /** How an epoch's values become one. Default `mean`, weighted by batch size; `batchMean` counts each batch alike. */
  readonly reduceFx?: ReduceFx;
  /** The weight of this value. Default: the first size of the first tensor in the batch. */
  readonly batchSize?: number;
  /** Taken and without effect: a run is one process. */
  readonly syncDist?: boolean;
}

/**
 * A model with how it is trained: Lightning's LightningModule. Its fields are layers, losses and metrics; write `forward`, `trainingStep`,
 * `configureOptimizers`, and what else you need. Steps are synchronous: they compute and log, nothing in them waits.
 *
 * @typeParam Batch - what a loader gives
 * @example
 * class LitNet extends Task {
 *   fc = new Linear(784, 10);
 *   criterion = new CrossEntropyLoss();
 *   forward(x: Tensor): Tensor { return this.fc.forward(x); }
 *   trainingStep([inputs, labels]: [Tensor, Tensor]): Tensor {
 *     const loss = this.criterion.forward(this.forward(inputs), labels);
 *     this.log('train_loss', loss);
 *     return loss;
 *   }
 *   configureOptimizers() { return new RMSprop(this.parameters(), { lr: 0.001 }); }
 * }
 * await new Trainer({ maxEpochs: 3 }).fit(new LitNet(), trainLoader);
 */
export abstract class Task<Batch = [Tensor, Tensor], In extends unknown[] = [Tensor], Out = Tensor> extends Module<In, Out> {
  #trainer: Trainer | undefined;

  /** Whether the trainer calls backward and the optimizer. With false, `trainingStep` does; see {@link optimizers}. Default true. */
  get automaticOptimization(): boolean { return true; }

  /** The loss of a batch. */
  trainingStep?(batch: Batch, batchIdx: number): StepOutput;
  validationStep?(batch: Batch, batchIdx: number): unknown;
  testStep?(batch: Batch, batchIdx: number): unknown;
  /** Default: `forward` of the batch, or of its first part where it is an array. */
  predictStep(batch: Batch, _batchIdx: number): unknown { return this.forward(...[Array.isArray(batch) ? (batch as unknown[])[0] : batch] as unknown as In); }
  /** Called once at the start of a fit, after the model has moved to its device. */
  configureOptimizers?(): Configuration | Promise<Configuration>;

  // Hooks, as in Callback without trainer and task.
  setup?(stage: Stage): Hooked;
  teardown?(stage: Stage): Hooked;
  onException?(error: unknown): Hooked;
  onFitStart?(): Hooked;
  onFitEnd?(): Hooked;
  onTrainStart?(): Hooked;
  onTrainEnd?(): Hooked;
  onTrainEpochStart?(): Hooked;
  onTrainEpochEnd?(): Hooked;
  onTrainBatchStart?(batch: Batch, batchIdx: number): Hooked | -1;
  onTrainBatchEnd?(outputs: StepOutput, batch: Batch, batchIdx: number): Hooked;
  onBeforeZeroGrad?(optimizer: AnyOptimizer): void;
  onBeforeBackward?(loss: Tensor): void;
  onAfterBackward?(): void;
  onBeforeOptimizerStep?(optimizer: AnyOptimizer): void;
  onValidationStart?(): Hooked;
  onValidationEnd?(): Hooked;
  onValidationEpochStart?(): Hooked;
  onValidationEpochEnd?(): Hooked;
  onValidationBatchStart?(batch: Batch, batchIdx: number): Hooked;
  onValidationBatchEnd?(outputs: unknown, batch: Batch, batchIdx: number): Hooked;
  onTestStart?(): Hooked;
  onTestEnd?(): Hooked;
  onTestEpochStart?(): Hooked;
  onTestEpochEnd?(): Hooked;
  onTestBatchStart?(batch: Batch, batchIdx: number): Hooked;
  onTestBatchEnd?(outputs: unknown, batch: Batch, batchIdx: number): Hooked;
  onPredictStart?(): Hooked;
  onPredictEnd?(): Hooked;
  onPredictEpochStart?(): Hooked;
  onPredictEpochEnd?(): Hooked;
  onSaveCheckpoint?(checkpoint: Record<string, unknown>): Hooked;
  onLoadCheckpoint?(checkpoint: Readonly<Record<string, unknown>>): Hooked;

  /** The trainer at work. @throws where there is none */
  get trainer(): Trainer { return this.#trainer ?? fail(this.typeName, 'no trainer is at work', 'Pass the task to trainer.fit(...) first.'); }
  /** @internal */
  attach(trainer: Trainer | undefined): void { this.#trainer = trainer; }
  /** Where its parameters are. */
  get device(): Device { return this.parameters()[0]?.device ?? this.#trainer?.device ?? defaultDevice(); }
  /** Epochs done, from 0; 0 without a trainer. */
  get currentEpoch(): number { return this.#trainer?.currentEpoch ?? 0; }
  /** Optimizer steps done. */
  get globalStep(): number { return this.#trainer?.globalStep ?? 0; }
  /** What `configureOptimizers` gave. */
  optimizers(): readonly AnyOptimizer[] { return this.trainer.optimizers; }

  /**
   * Logs a value. Nothing waits for it. What an epoch's value is of is said wherever it is printed; see `trainer.meaningOf(name)`.
   * Where both a step's and the epoch's value are logged, they are also called `name_step` and `name_epoch`.
   *
   * @throws outside of a run, for values of more than one element, for a name logged twice in a step or in different ways
   */
  log(name: string, value: Loggable, options: LogOptions = {}): void { this.trainer.logged(name, value, options); }
  /** {@link log} for each entry, or for each metric of a collection, by its name. */
  logDict(values: Readonly<Record<string, Loggable>> | MetricCollection, options?: LogOptions): void {
    for (const [name, value] of Object.entries(values instanceof MetricCollection ? values.metrics : values)) this.log(name, value, options);
  }
}

/** Lightning's name for {@link Task}, so that its listings read line for line. */
export { Task as LightningModule };
