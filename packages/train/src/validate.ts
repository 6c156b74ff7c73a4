import { noGrad } from '@nn/autograd';
import type { Module } from '@nn/layers';
import { type BatchMetric, type Batches, type Criterion, type Measures, pass } from './pass.ts';
import type { ProgressBar } from './progress-bar.ts';

/** What {@link validate} works with. */
export interface ValidateOptions {
  readonly model: Module;
  readonly criterion: Criterion;
  readonly loader: Batches;
  readonly metric?: BatchMetric | undefined;
  /** Shows the steps. */
  readonly bar?: ProgressBar | undefined;
}

/**
 * Loss and metric of a model over all batches of a loader, in evaluation mode and without recording. The model is left in
 * the mode it was in; the metric is reset first.
 *
 * @throws where the loss of a batch is not finite, naming the batch
 * @example
 * const { loss, metric } = await validate({ model, criterion, metric: accuracy, loader: testLoader });
 */
export async function validate({ model, criterion, loader, metric, bar }: ValidateOptions): Promise<Measures> {
  const wasTraining = model.training;
  model.eval();
  try {
    return await pass({ operation: 'validate', where: 'batch', loader, metric, bar }, (inputs, targets) => noGrad(() => {
      const outputs = model.forward(inputs);
      return { outputs, loss: criterion.forward(outputs, targets) };
    }));
  } finally {
    model.train(wasTraining);
  }
}
