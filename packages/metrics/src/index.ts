/**
 * Metrics that accumulate over batches on the device, and are read when they are computed.
 * @packageDocumentation
 */
export { Accumulated } from './accumulated.ts';
export { Accuracy, type AccuracyOptions, HammingDistance } from './accuracy.ts';
export { CalibrationError, type CalibrationNorm, type CalibrationOptions } from './calibration.ts';
export type { ClassificationOptions, ClassificationTask } from './classified.ts';
export { CohenKappa, ConfusionMatrix, type KappaWeights, type MatrixOf, MatthewsCorrCoef, type Normalization } from './confusion-matrix.ts';
export { type AggregationOptions, MaxMetric, MeanMetric, MinMetric, type NanStrategy, SumMetric } from './aggregation.ts';
export { type AnyMetric, type BatchResultOf, type CollectionOptions, MetricCollection, type ResultOf } from './collection.ts';
export type { Curve, Points, PrecisionRecall } from './curves.ts';
export { Gathered } from './gathered.ts';
export { LogLoss, Perplexity } from './likelihood.ts';
export type { Metric } from './metric.ts';
export { F1Score, FBetaScore, JaccardIndex, Precision, Recall, Specificity } from './precision-recall.ts';
export { AUROC, type AUROCOptions, type Averaged, AveragePrecision } from './areas.ts';
export { type Curves, PrecisionRecallCurve, ROC } from './roc.ts';
export { Ranking, type RankingOptions } from './ranking.ts';
export {
  ExplainedVariance, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError, Moments, type MultiOutput, type OutputOptions, type Pair, PearsonCorrCoef, type PerOutput, R2Score,
} from './regression.ts';
export { SpearmanCorrCoef } from './spearman.ts';
export { type Average, type Counts, type RatioOptions, StatScores, type StatScoresOptions } from './stat-scores.ts';
