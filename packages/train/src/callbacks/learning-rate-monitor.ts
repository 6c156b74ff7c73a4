import { type AnyTask, Callback } from '../callback.ts';
import type { AnyOptimizer } from '../configuration.ts';
import type { Trainer } from '../trainer.ts';

/** What {@link LearningRateMonitor} takes. */
export interface LearningRateMonitorOptions {
  /** When: default both. */
  readonly loggingInterval?: 'step' | 'epoch';
}

/** Sends learning rates to the loggers: `lr-RMSprop`, `lr-RMSprop/pg2` for further groups. They are in `callbackMetrics` as well. */
export class LearningRateMonitor extends Callback {
  readonly #interval: 'step' | 'epoch' | undefined;

  constructor({ loggingInterval }: LearningRateMonitorOptions = {}) {
    super();
    this.#interval = loggingInterval;
  }

  override async onTrainBatchStart(trainer: Trainer): Promise<void> {
    if (this.#interval !== 'epoch' && trainer.globalStep % trainer.logEveryNSteps === 0) await send(trainer);
  }
  override async onTrainEpochStart(trainer: Trainer, _task: AnyTask): Promise<void> { if (this.#interval !== 'step') await send(trainer); }
}

async function send(trainer: Trainer): Promise<void> {
  const rates = Object.assign({}, ...trainer.optimizers.map(ratesOf)) as Record<string, number>;
  Object.assign(trainer.results.callback, rates);
  for (const name of Object.keys(rates)) trainer.results.meanings[name] = 'learning rate';
  await trainer.results.send(trainer, rates, trainer.globalStep);
}

const ratesOf = (optimizer: AnyOptimizer): Record<string, number> => Object.fromEntries(optimizer.paramGroups.map((group, i) => [
  `lr-${optimizer.constructor.name}${optimizer.paramGroups.length > 1 ? `/pg${i + 1}` : ''}`, (group as { readonly lr?: number }).lr ?? NaN,
]));
