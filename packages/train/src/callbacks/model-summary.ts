import { type AnyTask, Callback } from '../callback.ts';
import { summary, type SummaryOptions } from '../summary.ts';
import type { Trainer } from '../trainer.ts';

/** Prints the model's {@link summary} when training begins. The trainer has one unless enableModelSummary is false. */
export class ModelSummary extends Callback {
  readonly #options: SummaryOptions;

  constructor(options: SummaryOptions = {}) {
    super();
    this.#options = options;
  }

  override onFitStart(trainer: Trainer, task: AnyTask): void { if (this.#options.maxDepth !== 0) trainer.output?.write(`${summary(task, this.#options)}\n`); }
}
