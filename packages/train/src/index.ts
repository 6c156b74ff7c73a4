/**
 * The training loop: `fit` and `validate`, a progress bar, and lines that say what their numbers are means of.
 *
 * @module
 */
export { epochLine, type EpochWords } from './epoch-line.ts';
export { type EpochRecord, fit, type FitOptions } from './fit.ts';
export { checkLoss } from './losses.ts';
export type { Batches, BatchMetric, Criterion, Measures } from './pass.ts';
export { type Output, ProgressBar, type ProgressBarOptions } from './progress-bar.ts';
export { validate, type ValidateOptions } from './validate.ts';
