/** What a run's logged values come to, and who is told. */
import { fail, Tensor } from '@nn/tensor';
import { type AnyTask, call } from './callback.ts';
import { type EntryOptions, Journal } from './journal.ts';
import { checkLoss } from './check-loss.ts';
import type { Loggable, LoggedMetric, LogOptions } from './task.ts';
import type { Trainer } from './trainer.ts';

/** The name under which the loss that `trainingStep` returns is noted. */
export const LOSS = '';

/** What is passed over. */
export type Phase = 'train' | 'validate' | 'test' | 'predict';

/** One pass over a loader, and what was logged in it. */
export class Pass {
  readonly phase: Phase;
  readonly journal = new Journal();
  readonly metrics = new Map<string, { readonly metric: LoggedMetric; readonly options: EntryOptions }>();

  constructor(phase: Phase) { this.phase = phase; }

  log(name: string, value: Loggable, options: LogOptions): void {
    const { onEpoch = true, progBar = false, logger = true, reduceFx = 'mean', batchSize } = options;
    if (name === '') fail('log', 'the name is empty', 'Give the value a name.');
    if (batchSize !== undefined && !(batchSize > 0)) fail('log', `batchSize is ${batchSize}`, 'Give a number above 0.');
    if (typeof value === 'number' || value instanceof Tensor) {
      const { onStep = this.phase === 'train' } = options;
      this.journal.note('log', name, value, { onStep, onEpoch, progBar, logger, reduceFx }, batchSize);
    } else if (typeof (value as Partial<LoggedMetric> | null)?.compute === 'function') {
      if (options.onStep) fail('log', `'${name}' is a metric, which has no value for a step`, 'Log metric.forward(outputs, targets) under a name of its own.');
      this.metrics.set(name, { metric: value, options: { onStep: false, onEpoch: true, progBar, logger, reduceFx } });
    } else fail('log', `'${name}' is ${value === null ? 'null' : typeof value}`, 'Log a number, a tensor of one element, or a metric.');
  }
}

/** The values of a run, by name. */
export class Results {
  readonly callback: Record<string, number> = {};
  readonly logged: Record<string, number> = {};
  readonly bar: Record<string, number> = {};
  /** What the epoch values of {@link callback} are of. */
  readonly meanings: Record<string, string> = {};
  /** In which phase a name was logged. */
  readonly phases: Record<string, Phase> = {};

  /** Reads what steps have logged, and tells of each. @throws where a loss is not finite */
  async deliver(trainer: Trainer, task: AnyTask, { journal, phase }: Pass): Promise<void> {
    for (const { step, globalStep, values } of await journal.read()) {
      const own: Record<string, number> = {};
      const toLoggers: Record<string, number> = {};
      for (const [name, value] of values) {
        if (name === LOSS) {
          if (trainer.checkFinite) checkLoss(value, 'fit', `epoch ${trainer.currentEpoch + 1}, step ${step}`);
          continue;
        }
        const { onStep, onEpoch, progBar, logger } = journal.options.get(name)!;
        this.phases[name] = phase;
        if (!onStep || step === 0) continue;
        const shown = onEpoch ? `${name}_step` : name;
        own[name] = this.callback[shown] = value;
        this.phases[shown] = phase;
        this.meanings[shown] = 'one batch';
        if (progBar) this.bar[name] = value;
        if (logger) toLoggers[shown] = value;
      }
      if (step === 0 || phase !== 'train') continue;
      await call(trainer, task, 'onStepMetrics', own, globalStep);
      if (globalStep % trainer.logEveryNSteps === 0 && Object.keys(toLoggers).length > 0) await this.send(trainer, toLoggers, globalStep);
    }
  }

  /** The epoch's values, of all that was logged so far; `last` sends them to the loggers and ends the epoch of logged metrics. */
  async settle(trainer: Trainer, task: AnyTask, pass: Pass, last: boolean): Promise<void> {
    const { journal, phase } = pass;
    await this.deliver(trainer, task, pass);
    const toLoggers: Record<string, number> = {};
    const set = (name: string, value: number, of: string, { onStep, progBar, logger }: EntryOptions): void => {
      for (const shown of onStep ? [name, `${name}_epoch`] : [name]) {
        this.callback[shown] = value;
        this.phases[shown] = phase;
        this.meanings[shown] = of;
      }
      if (progBar) this.bar[name] = value;
      if (logger) toLoggers[onStep ? `${name}_epoch` : name] = value;
    };
    for (const [name, options] of journal.options) {
      const reduced = name !== LOSS && options.onEpoch ? journal.reduced(name) : undefined;
      if (reduced) set(name, reduced.value, reduced.of, options);
    }
    for (const [name, { metric, options }] of pass.metrics) {
      set(name, await numberOf(name, metric), `${(metric as { typeName?: string }).typeName ?? metric.constructor.name} over the epoch`, options);
      if (last) metric.reset();
    }
    if (last && Object.keys(toLoggers).length > 0) await this.send(trainer, toLoggers, trainer.globalStep);
  }

  async send(trainer: Trainer, metrics: Readonly<Record<string, number>>, step: number): Promise<void> {
    const values = { epoch: trainer.currentEpoch, ...metrics };
    Object.assign(this.logged, values);
    for (const logger of trainer.loggers) await logger.logMetrics(values, step);
  }
}

async function numberOf(name: string, metric: LoggedMetric): Promise<number> {
  const value = await metric.compute();
  if (typeof value === 'number') return value;
  if (value instanceof Tensor && value.numel === 1) return value.item();
  return fail('log', `the metric '${name}' does not come to one number`, 'Compute it in a hook, and log its parts.');
}
