/** One pass over a loader: what training and validation have in common. */
import { noGrad } from '@nn/autograd';
import type { DataLoader } from '@nn/data';
import type { Metric } from '@nn/metrics';
import { fail, scope, type Tensor } from '@nn/tensor';
import { type EntryOptions, Journal } from './journal.ts';
import { checkLoss } from './check-loss.ts';
import type { ProgressBar } from './progress-bar.ts';

/** A `DataLoader`, or anything else that gives `[inputs, targets]` batch by batch and knows how many. */
export type Batches = Pick<DataLoader, 'length' | typeof Symbol.asyncIterator>;

/** What tells how wrong `outputs` are: a loss of `@nn/layers`, or one's own. One number a batch. */
export interface Criterion {
  forward(outputs: Tensor, targets: Tensor): Tensor;
}

/** What counts over the batches of a pass: a metric of `@nn/metrics`, or one's own. */
export type BatchMetric = Metric<[outputs: Tensor, targets: Tensor]> & { readonly typeName?: string };

/** The numbers of a pass, and what they are means of. */
export interface Measures {
  /** Mean of the losses of the batches; the last batch counts as much as any other, also where it is smaller. */
  readonly loss: number;
  readonly batches: number;
  /** The metric over all examples, each counting once; absent without a metric. */
  readonly metric?: number;
  readonly examples: number;
}

/** What a pass works with. */
export interface Pass {
  readonly operation: string;
  /** Appears in errors before the step's number. */
  readonly where: string;
  readonly loader: Batches;
  readonly metric?: BatchMetric | undefined;
  readonly bar?: ProgressBar | undefined;
}

const OPTIONS: EntryOptions = { onStep: true, onEpoch: true, progBar: false, logger: false, reduceFx: 'batchMean' };

/** Runs `step` on every batch, each in a scope of its own, and gathers the numbers. */
export async function pass({ operation, where, loader, metric, bar }: Pass, step: (inputs: Tensor, targets: Tensor) => { outputs: Tensor; loss: Tensor }): Promise<Measures> {
  const journal = new Journal();
  const read = async (): Promise<number> => {
    for (const { step: at, values } of await journal.read()) checkLoss(values.get('loss')!, operation, `${where} ${at}`);
    return journal.reduced('loss')?.value ?? NaN;
  };
  let [examples, steps, shown] = [0, 0, ''];
  metric?.reset();
  try {
    for await (const [inputs, targets] of loader) {
      journal.begin(++steps, steps, inputs.size(0));
      scope(() => {
        const { outputs, loss } = step(inputs, targets);
        journal.note(operation, 'loss', loss, OPTIONS);
        if (metric) noGrad(() => metric.update(outputs, targets));
      }, operation);
      journal.end();
      examples += inputs.size(0);
      if (journal.full) shown = `loss ${(await read()).toFixed(4)} (mean of ${steps} batches)`;
      bar?.update(steps, shown);
    }
    if (steps === 0) fail(operation, 'the loader gave no batch', 'With dropLast, a batch must not be larger than the dataset.');
    return { loss: await read(), batches: steps, examples, ...(metric && { metric: await metric.compute() }) };
  } finally {
    journal.release();
  }
}
