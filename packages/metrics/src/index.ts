/**
 * Metrics that accumulate over batches on the device, and are read when they are computed.
 * @packageDocumentation
 */
export { Accuracy, type AccuracyOptions } from './accuracy.ts';
export type { Metric } from './metric.ts';
