/**
 * Training: `Task` and `Trainer` with callbacks, loggers and checkpoints; below them `fit` and `validate`, a progress bar, and lines that
 * say what their numbers are means of.
 *
 * @module
 */
export { bestDevice, type BestDeviceOptions } from './best-device.ts';
export { type AnyTask, Callback, type Hooked, type Stage, type TaskOf } from './callback.ts';
export { EarlyStopping, type EarlyStoppingOptions } from './callbacks/early-stopping.ts';
export { LearningRateMonitor, type LearningRateMonitorOptions } from './callbacks/learning-rate-monitor.ts';
export { type CheckpointStore, ModelCheckpoint, type ModelCheckpointOptions } from './callbacks/model-checkpoint.ts';
export { ModelSummary } from './callbacks/model-summary.ts';
export { ProgressBarCallback } from './callbacks/progress-bar-callback.ts';
export { type MaxTime, Timer } from './callbacks/timer.ts';
export { type Checkpoint, decodeCheckpoint } from './checkpoint.ts';
export type { StreamState } from './streams.ts';
export type { AnyOptimizer, AnyScheduler, Configuration, OptimizerPlan, SchedulerPlan } from './configuration.ts';
export { epochLine, type EpochWords } from './epoch-line.ts';
export type { Label } from './estimator/labels.ts';
export { MLPClassifier } from './estimator/mlp-classifier.ts';
export type { MLPOptions, MLPOwnOption, MLPSettings } from './estimator/mlp-options.ts';
export { MLPRegressor } from './estimator/mlp-regressor.ts';
export { type Fitting, MultilayerPerceptron } from './estimator/multilayer-perceptron.ts';
export type { Objective, OutActivation } from './estimator/objective.ts';
export type { Rows, Targets } from './estimator/rows.ts';
export { type EpochRecord, fit, type FitOptions } from './fit.ts';
export type { ReduceFx } from './journal.ts';
export type { Limit, Loader } from './loader.ts';
export { CSVLogger, type LoggerOptions } from './loggers/csv-logger.ts';
export type { Logger } from './loggers/logger.ts';
export { TensorBoardLogger } from './loggers/tensorboard-logger.ts';
export { checkLoss } from './check-loss.ts';
export { type DeviceName, openDevice } from './open-device.ts';
export type { Batches, BatchMetric, Criterion, Measures } from './pass.ts';
export { type Output, ProgressBar, type ProgressBarOptions } from './progress-bar.ts';
export { summary, type SummaryColumn, type SummaryOptions } from './summary.ts';
export { LightningModule, type Loggable, type LoggedMetric, type LogOptions, type StepOutput, Task } from './task.ts';
export { type FitCall, Trainer } from './trainer.ts';
export type { TrainerOptions } from './trainer-options.ts';
export { validate, type ValidateOptions } from './validate.ts';
