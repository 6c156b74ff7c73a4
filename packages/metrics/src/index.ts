/**
 * Metrics that accumulate over batches on the device, and are read when they are computed.
 * @packageDocumentation
 */
export { Accumulated } from './accumulated.ts';
export { Accuracy, type AccuracyOptions, HammingDistance } from './accuracy.ts';
export type { ClassificationOptions, ClassificationTask } from './classified.ts';
export { CohenKappa, ConfusionMatrix, type KappaWeights, MatthewsCorrCoef, type Normalization } from './confusion-matrix.ts';
export type { Metric } from './metric.ts';
export { F1Score, FBetaScore, JaccardIndex, Precision, Recall, Specificity } from './precision-recall.ts';
export { type Average, type Counts, StatScores, type StatScoresOptions } from './stat-scores.ts';
