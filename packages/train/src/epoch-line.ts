import type { EpochRecord } from './fit.ts';
import type { Measures } from './pass.ts';

/** How {@link epochLine} calls things. */
export interface EpochWords {
  /** Default `Metric`. */
  readonly metric?: string | undefined;
  /** Default `examples`. */
  readonly examples?: string;
}

/**
 * An epoch on one line, every number with what it is a mean of.
 *
 * @example
 * epochLine(record, { metric: 'Accuracy', examples: 'images' });
 * // Epoch [1/5], Loss: 2.3524 (mean of 1,641 batches), Accuracy: 0.7495 (52,500 images), Validation loss: 0.6112 (mean of 547 batches), Validation accuracy: 0.7993 (17,500 images), 12.3 s
 */
export function epochLine({ epoch, epochs, train, validation, seconds }: EpochRecord, words: EpochWords = {}): string {
  const { metric = 'Metric', examples = 'examples' } = words;
  const numbers = (measures: Measures, name: (word: string) => string) => [
    `${name('Loss')}: ${measures.loss.toFixed(4)} (mean of ${count(measures.batches)} batches)`,
    ...(measures.metric === undefined ? [] : [`${name(metric)}: ${measures.metric.toFixed(4)} (${count(measures.examples)} ${examples})`]),
  ];
  return [
    `Epoch [${epoch}/${epochs}]`,
    ...numbers(train, (word) => word),
    ...(validation ? numbers(validation, (word) => `Validation ${word.charAt(0).toLowerCase()}${word.slice(1)}`) : []),
    `${seconds.toFixed(1)} s`,
  ].join(', ');
}

const count = (n: number): string => n.toLocaleString('en-US');
