/** The training loop, as one would write it; `validate` is its other half. */
import type { Module } from '@nn/layers';
import type { Optimizer } from '@nn/optim';
import { epochLine } from './epoch-line.ts';
import { type BatchMetric, type Batches, type Criterion, type Measures, pass } from './pass.ts';
import { type Output, ProgressBar, standardOutput } from './progress-bar.ts';
import { validate } from './validate.ts';

/** What {@link fit} works with. */
export interface FitOptions {
  readonly model: Module;
  readonly criterion: Criterion;
  readonly optimizer: Pick<Optimizer<object>, 'zeroGrad' | 'step'>;
  readonly trainLoader: Batches;
  /** Validated on after each epoch. */
  readonly valLoader?: Batches;
  /** Accumulated over the examples of each pass. */
  readonly metric?: BatchMetric;
  /** Passes over the training data. Default 1. */
  readonly epochs?: number;
  /** Called, and awaited, after each epoch. */
  readonly onEpochEnd?: (record: EpochRecord) => void | Promise<void>;
  /** Where a bar (on a terminal) and a line an epoch go. Default: the standard output, where there is one; `false` is silence. */
  readonly progress?: boolean | Output;
}

/** What an epoch came to. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Measured while the weights changed, batch by batch. */
  readonly train: Measures;
  /** Measured after the epoch, with the weights as they then were. */
  readonly validation?: Measures;
  /** Duration, validation included. */
  readonly seconds: number;
}

/**
 * Trains a model, and validates it after each epoch. Steps run in a scope and do not wait for the device: losses are read
 * every 32 steps.
 *
 * @returns a record for each epoch
 * @throws where a loss is not finite, naming epoch and step
 * @example
 * const history = await fit({
 *   model, criterion: new CrossEntropyLoss(), optimizer: new RMSprop(model.parameters(), { lr: 0.001 }),
 *   metric: new Accuracy({ task: 'multiclass', numClasses: 10 }), trainLoader, valLoader, epochs: 5,
 * });
 * // Epoch [1/5], Loss: 0.5521 (mean of 1,641 batches), Accuracy: 0.8034 (52,500 examples), ...
 */
export async function fit(options: FitOptions): Promise<EpochRecord[]> {
  const { model, criterion, optimizer, trainLoader, valLoader, metric, epochs = 1, onEpochEnd, progress = true } = options;
  const output = progress === true ? standardOutput() : progress || undefined;
  const history: EpochRecord[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const started = performance.now();
    const label = `Epoch ${epoch}/${epochs}`;
    model.train();
    const train = await shown(output, label, trainLoader, (bar) => pass({ operation: 'fit', where: `epoch ${epoch}, step`, loader: trainLoader, metric, bar }, (inputs, targets) => {
      const outputs = model.forward(inputs);
      const loss = criterion.forward(outputs, targets);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return { outputs, loss };
    }));
    const validation = valLoader && (await shown(output, `${label}, validation`, valLoader, (bar) => validate({ model, criterion, loader: valLoader, metric, bar })));
    const record = { epoch, epochs, train, ...(validation && { validation }), seconds: (performance.now() - started) / 1000 };
    history.push(record);
    output?.write(`${epochLine(record, { metric: metric && nameOf(metric) })}\n`);
    await onEpochEnd?.(record);
  }
  return history;
}

/** With a bar that is gone afterwards. */
async function shown<T>(output: Output | undefined, label: string, { length: total }: Batches, body: (bar: ProgressBar | undefined) => Promise<T>): Promise<T> {
  const bar = output && new ProgressBar({ total, label, output });
  try {
    return await body(bar);
  } finally {
    bar?.stop();
  }
}

/** What a metric calls itself, without its task: `Accuracy` for MulticlassAccuracy. */
const nameOf = (metric: { readonly typeName?: string }): string | undefined => metric.typeName?.replace(/^(Binary|Multiclass|Multilabel)/, '');
