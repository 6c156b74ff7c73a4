/** One pass over a loader: what training and validation have in common. */
import { noGrad } from '@nn/autograd';
import type { DataLoader } from '@nn/data';
import type { Metric } from '@nn/metrics';
import { fail, scope, type Tensor } from '@nn/tensor';
import { Losses } from './losses.ts';
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

/** Runs `step` on every batch, each in a scope of its own, and gathers the numbers. */
export async function pass({ operation, where, loader, metric, bar }: Pass, step: (inputs: Tensor, targets: Tensor) => { outputs: Tensor; loss: Tensor }): Promise<Measures> {
  const losses = new Losses(operation, where);
  let examples = 0;
  let steps = 0;
  metric?.reset();
  try {
    for await (const [inputs, targets] of loader) {
      scope(() => {
        const { outputs, loss } = step(inputs, targets);
        losses.add(loss);
        if (metric) noGrad(() => metric.update(outputs, targets));
      }, operation);
      examples += inputs.size(0);
      steps++;
      if (losses.full) await losses.read();
      bar?.update(steps, losses.batches > 0 ? `loss ${losses.mean.toFixed(4)} (mean of ${losses.batches} batches)` : '');
    }
    await losses.read();
  } finally {
    losses.release();
  }
  if (losses.batches === 0) fail(operation, 'the loader gave no batch', 'With dropLast, a batch must not be larger than the dataset.');
  const { mean: loss, batches } = losses;
  return { loss, batches, examples, ...(metric && { metric: await metric.compute() }) };
}
