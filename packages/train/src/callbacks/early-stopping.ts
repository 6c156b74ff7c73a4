import type { StateDict } from '@nn/layers';
import { fail, type Tensor } from '@nn/tensor';
import { type AnyTask, Callback } from '../callback.ts';
import { monitored } from '../loop.ts';
import type { Trainer } from '../trainer.ts';

/** What {@link EarlyStopping} takes. */
export interface EarlyStoppingOptions {
  /** The logged value to watch. */
  readonly monitor: string;
  /** Whether less is better. Default 'min'. */
  readonly mode?: 'min' | 'max';
  /** Checks without improvement before it stops. Default 3. */
  readonly patience?: number;
  /** What counts as an improvement: more than this. Default 0. */
  readonly minDelta?: number;
  /** Puts back the weights of the best check at the end of training. Default false. */
  readonly restoreBest?: boolean;
  /** Watches the mean of the last so many values instead of the value, for bumpy curves. Default 1. */
  readonly smoothing?: number;
  /** Stops once the value is better than this. */
  readonly stoppingThreshold?: number;
  /** Stops once the value is worse than this. */
  readonly divergenceThreshold?: number;
  /** Stops where the value is NaN or infinite. Default true. */
  readonly checkFinite?: boolean;
  /** Whether it is an error if nothing of the name was logged. Default true. */
  readonly strict?: boolean;
  /** Prints why it stopped and each improvement. Default false. */
  readonly verbose?: boolean;
}

/**
 * Ends training when a value no longer improves. It is checked when the value is known: after validation, or at the end of the epoch.
 *
 * Source: https://lightning.ai/docs/pytorch/stable/api/lightning.pytorch.callbacks.EarlyStopping.html; `smoothing` and `restoreBest` are ours.
 *
 * @example
 * new Trainer({ maxEpochs: 50, callbacks: [new EarlyStopping({ monitor: 'val_loss', patience: 3, restoreBest: true })] });
 */
export class EarlyStopping extends Callback {
  override readonly monitoring = true;
  override readonly stateKey: string;
  readonly monitor: string;
  readonly mode: 'min' | 'max';
  readonly patience: number;
  readonly minDelta: number;
  readonly #options: EarlyStoppingOptions;
  /** The best value, smoothed where that was asked for. */
  bestScore: number;
  /** Epoch of the best value, from 0; -1 before the first check. */
  bestEpoch = -1;
  /** Epoch in which it stopped, from 0; -1 where it did not. */
  stoppedEpoch = -1;
  /** Checks since the last improvement. */
  waitCount = 0;
  /** Why it stopped. */
  stoppingReason: string | undefined;
  #recent: number[] = [];
  #best: StateDict | undefined;

  constructor(options: EarlyStoppingOptions) {
    super();
    const { monitor, mode = 'min', patience = 3, minDelta = 0, smoothing = 1 } = options;
    if (mode !== 'min' && mode !== 'max') fail('EarlyStopping', `mode is '${String(mode)}'`, "Use 'min' or 'max'.");
    if (!(Number.isInteger(patience) && patience >= 0)) fail('EarlyStopping', `patience is ${patience}`, 'Give a whole number from 0 on.');
    if (!(Number.isInteger(smoothing) && smoothing > 0)) fail('EarlyStopping', `smoothing is ${smoothing}`, 'Give a positive whole number of values.');
    this.monitor = monitor;
    this.mode = mode;
    this.patience = patience;
    this.minDelta = Math.abs(minDelta);
    this.#options = options;
    this.stateKey = `EarlyStopping ${monitor} ${mode}`;
    this.bestScore = mode === 'min' ? Infinity : -Infinity;
  }

  override onValidationEnd(trainer: Trainer, task: AnyTask): void {
    if (trainer.stage === 'fit' && trainer.results.phases[this.monitor] === 'validate') this.#check(trainer, task);
  }

  override onTrainEpochEnd(trainer: Trainer, task: AnyTask): void {
    const phase = trainer.results.phases[this.monitor];
    const known = trainer.callbackMetrics[this.monitor] !== undefined;
    if (phase === 'validate') return;
    if (known) this.#check(trainer, task);
    else if (this.#options.strict !== false && (!trainer.validates || (trainer.currentEpoch + 1) % trainer.checkValEveryNEpoch === 0)) monitored(trainer, this.monitor, 'EarlyStopping');
  }

  override onTrainEnd(trainer: Trainer, task: AnyTask): void {
    if (this.stoppedEpoch >= 0 && this.#options.verbose) trainer.output?.write(`Stopped after epoch ${this.stoppedEpoch + 1}: ${this.stoppingReason}\n`);
    if (!this.#best) return;
    task.loadStateDict(this.#best);
    for (const tensor of Object.values(this.#best)) tensor.release();
    this.#best = undefined;
    if (this.#options.verbose) trainer.output?.write(`Weights of epoch ${this.bestEpoch + 1} are back: ${this.monitor} ${this.bestScore.toFixed(4)}\n`);
  }

  override stateDict(): Readonly<Record<string, unknown>> {
    const { bestScore, bestEpoch, stoppedEpoch, waitCount } = this;
    return { bestScore, bestEpoch, stoppedEpoch, waitCount, recent: this.#recent, ...(this.#best && { best: this.#best }) };
  }

  override loadStateDict({ recent, best, ...rest }: Readonly<Record<string, unknown>>): void {
    Object.assign(this, rest);
    this.#recent = [...recent as number[]];
    if (best) this.#best = { ...best as StateDict };
  }

  #check(trainer: Trainer, task: AnyTask): void {
    const { smoothing = 1, checkFinite = true, stoppingThreshold, divergenceThreshold, restoreBest, verbose } = this.#options;
    const value = monitored(trainer, this.monitor, 'EarlyStopping');
    this.#recent = [...this.#recent, value].slice(-smoothing);
    const score = this.#recent.reduce((sum, one) => sum + one, 0) / this.#recent.length;
    const better = (a: number, b: number) => (this.mode === 'min' ? a < b : a > b);
    const said = `${this.monitor} ${score.toFixed(4)}`;
    if (checkFinite && !Number.isFinite(score)) return this.#stop(trainer, `${this.monitor} is ${score}`);
    if (stoppingThreshold !== undefined && better(score, stoppingThreshold)) {
      this.#improve(task, trainer, score, restoreBest);
      return this.#stop(trainer, `${said} is better than ${stoppingThreshold}`);
    }
    if (divergenceThreshold !== undefined && better(divergenceThreshold, score)) return this.#stop(trainer, `${said} is worse than ${divergenceThreshold}`);
    if (better(score, this.bestScore + (this.mode === 'min' ? -this.minDelta : this.minDelta))) {
      if (verbose) trainer.output?.write(`${this.monitor} improved to ${score.toFixed(4)}\n`);
      this.#improve(task, trainer, score, restoreBest);
      return;
    }
    if (++this.waitCount >= this.patience) this.#stop(trainer, `${this.monitor} did not improve on ${this.bestScore.toFixed(4)} in ${this.waitCount} checks`);
  }

  #improve(task: AnyTask, { currentEpoch }: Trainer, score: number, restoreBest = false): void {
    Object.assign(this, { bestScore: score, bestEpoch: currentEpoch, waitCount: 0 });
    if (!restoreBest) return;
    const now = task.stateDict();
    if (this.#best) for (const [key, tensor] of Object.entries(this.#best)) tensor.assign(now[key]!);
    else this.#best = Object.fromEntries(Object.entries(now).map(([key, tensor]): [string, Tensor] => [key, tensor.clone()]));
  }

  #stop(trainer: Trainer, reason: string): void {
    trainer.shouldStop = true;
    this.stoppedEpoch = trainer.currentEpoch;
    this.stoppingReason = reason;
  }
}
