import type { Device } from '@nn/tensor';
import type { Callback } from './callback.ts';
import type { MaxTime } from './callbacks/timer.ts';
import type { Limit } from './loader.ts';
import type { Logger } from './loggers/logger.ts';
import type { Output } from './progress-bar.ts';

/** Options of {@link Trainer}. Limits of batches are counts, or fractions where below 1. */
export interface TrainerOptions {
  /** Default 1000, or no end where maxSteps or maxTime is given; -1 is no end. */
  readonly maxEpochs?: number;
  readonly minEpochs?: number;
  /** Optimizer steps. Default -1, no end. */
  readonly maxSteps?: number;
  readonly minSteps?: number;
  /** `{ hours: 1 }` or 'DD:HH:MM:SS'. */
  readonly maxTime?: MaxTime;
  /** Where to compute; `'auto'`: the fastest of the installed devices, see `bestDevice`. Default: the default device. While it runs, it is the default device. */
  readonly device?: Device | Promise<Device> | 'auto';
  readonly callbacks?: Callback | readonly Callback[];
  /** True: a CSVLogger in `defaultRootDir/logs`. Default: none. */
  readonly logger?: Logger | readonly Logger[] | boolean;
  /** Bars on a terminal, and a line an epoch. Default true. */
  readonly enableProgressBar?: boolean;
  /** The model's table before training. Default true. */
  readonly enableModelSummary?: boolean;
  /** True: a ModelCheckpoint, if none is among the callbacks. */
  readonly enableCheckpointing?: boolean;
  /** Validation steps before the first epoch; -1 is all. Default 2. */
  readonly numSanityValSteps?: number;
  readonly checkValEveryNEpoch?: number;
  /** Validation within an epoch: a fraction of it below 1, or each so many batches. Default: at its end. */
  readonly valCheckInterval?: number;
  readonly limitTrainBatches?: Limit;
  readonly limitValBatches?: Limit;
  readonly limitTestBatches?: Limit;
  readonly limitPredictBatches?: Limit;
  /** One epoch of one batch (or so many), without loggers and checkpoints, to see that all works. */
  readonly fastDevRun?: boolean | number;
  /** The same first batches in each epoch. */
  readonly overfitBatches?: Limit;
  readonly gradientClipVal?: number;
  /** Default 'norm'. */
  readonly gradientClipAlgorithm?: 'norm' | 'value';
  /** Batches whose gradients are averaged for one step. Default 1. */
  readonly accumulateGradBatches?: number;
  /** Seeds the default random stream when a fit begins. The model's first weights are drawn before: seed them by manualSeed. */
  readonly seed?: number;
  /** Whether a loss that is NaN or infinite ends the run with an error that names its step. Default true. */
  readonly checkFinite?: boolean;
  /** How often steps are sent to loggers. Default 50. */
  readonly logEveryNSteps?: number;
  /** Where loggers and checkpoints write unless told otherwise. Default '.'. */
  readonly defaultRootDir?: string;
  /** Ends a run after its current step, as Ctrl-C does in Node. */
  readonly signal?: AbortSignal;
  /** Where lines and bars go. Default: the standard output, where there is one; false is silence. */
  readonly output?: Output | false;
}
