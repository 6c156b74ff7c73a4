/** What classifiers give and what is true, as labels of one kind. */
import { checkIndices, fail, fuse, isFloat, type Scalar, show, type Tensor, where } from '@nn/tensor';

/** What is classified: yes or no; one class of several; any number of labels at once. */
export type ClassificationTask = 'binary' | 'multiclass' | 'multilabel';

/**
 * What the metrics of classifiers have in common. Labels out of range are reported at the next awaited read, `compute` at the latest; nothing waits for it in `update`.
 */
export interface ClassificationOptions {
  /** 'multiclass' by default. */
  readonly task?: ClassificationTask;
  /** The number of classes of 'multiclass'; where given, logits must have it. */
  readonly numClasses?: number;
  /** The number of labels of 'multilabel'. */
  readonly numLabels?: number;
  /** From where on (exclusively) a probability means yes; 0.5 by default. Not for 'multiclass'. */
  readonly threshold?: number;
  /** Multiclass: the answer counts as right where the truth is among the `topK` highest scores; 1 by default. */
  readonly topK?: number;
  /** Targets of this value are not counted. */
  readonly ignoreIndex?: number;
}

/** Predictions and truths of equal shape, and which of them count (bool); undefined where all do. */
export interface Classified { readonly predicted: Tensor; readonly truth: Tensor; readonly counts: Tensor | undefined }
/** The same, with what counts in any case. */
export interface Labelled extends Classified { readonly counts: Tensor }

const outsideOne = fuse((p: Scalar) => p.lt(0).logicalOr(p.gt(1)).cast('int32'));
const outsideOneOf = fuse((p: Scalar, counts: Scalar) => p.lt(0).logicalOr(p.gt(1)).logicalAnd(counts).cast('int32'));
const squashed = fuse((p: Scalar, outside: Scalar) => p.sigmoid().where(outside.gt(0), p));
const isAhead = fuse((score: Scalar, place: Scalar, own: Scalar, truth: Scalar) =>
  score.gt(own).logicalOr(score.eq(own).logicalAnd(place.lt(truth))).cast('int32'));

/** Whether any of the scores that count lies outside 0..1, as a number on the device. Of no scores: no. */
const anyOutside = (scores: Tensor, counts?: Tensor): Tensor => {
  if (scores.numel === 0) return scores.newFull([], 0, { dtype: 'int32' });
  return counts ? outsideOneOf.reduce('max', undefined, scores, counts) : outsideOne.reduce('max', undefined, scores);
};

/** Probabilities: scores as they are, or their sigmoid where any that counts lies outside 0..1, as torchmetrics does. Decided on the device. */
export const probabilities = (scores: Tensor, counts?: Tensor): Tensor => squashed(scores, anyOutside(scores, counts));

/** Scores [N, C, ...] as they are, or their softmax where any that counts [N, 1, ...] lies outside 0..1. */
export const distribution = (scores: Tensor, counts?: Tensor): Tensor => where(anyOutside(scores, counts).gt(0), scores.softmax(1), scores);

/** Which targets count, [...] bool; undefined where all do. */
export const counting = (targets: Tensor, ignoreIndex: number | undefined): Tensor | undefined => (ignoreIndex === undefined ? undefined : targets.ne(ignoreIndex));

/** Checks options once, where the metric is made. */
export function checkClassification(name: string, { task = 'multiclass', numClasses, numLabels, threshold = 0.5, topK = 1 }: ClassificationOptions): void {
  if (!['binary', 'multiclass', 'multilabel'].includes(task)) fail(name, `there is no task '${task}'`, "Use 'binary', 'multiclass' or 'multilabel'.");
  if (numClasses !== undefined && !(Number.isInteger(numClasses) && numClasses > 1)) fail(name, `numClasses is ${numClasses}`, 'Use a whole number from 2 on.');
  if (numLabels !== undefined && !(Number.isInteger(numLabels) && numLabels > 0)) fail(name, `numLabels is ${numLabels}`, 'Use a whole number from 1 on.');
  if (task === 'multilabel' && numLabels === undefined) fail(name, "task 'multilabel' needs numLabels", 'Give the size of the second axis.');
  if (!(threshold >= 0 && threshold <= 1)) fail(name, `the threshold is ${threshold}`, 'Use a probability, 0 to 1.');
  if (!(Number.isInteger(topK) && topK > 0 && topK <= (numClasses ?? Infinity))) fail(name, `topK is ${topK}`, 'Use a whole number from 1 to numClasses.');
}

/**
 * The labels of a batch.
 *
 * @param outputs binary: [...] probabilities, logits or 0 and 1; multilabel: [N, L, ...] of the same; multiclass: labels, or scores [N, C, ...]
 * @param targets of the outputs' shape, or without the axis of classes
 * @param onlyCounted whether scores of ignored targets have no say in whether all are logits; in torchmetrics some metrics let them, some do not
 */
export function classified(name: string, outputs: Tensor, targets: Tensor, { task = 'multiclass', numClasses, numLabels, threshold = 0.5, topK = 1, ignoreIndex }: ClassificationOptions, onlyCounted = false): Classified {
  const counts = counting(targets, ignoreIndex);
  const equal = show(outputs.shape) === show(targets.shape);
  if (task !== 'multiclass') {
    if (!equal) fail(name, `the outputs are ${show(outputs.shape)}, the targets ${show(targets.shape)}`, 'Give both the same shape.');
    if (task === 'multilabel' && outputs.shape[1] !== numLabels) fail(name, `the outputs ${show(outputs.shape)} have ${outputs.shape[1] ?? 'no'} labels`, `It was made for ${numLabels}.`);
    const predicted = isFloat(outputs.dtype) ? probabilities(outputs, onlyCounted ? counts : undefined).gt(threshold) : outputs;
    if (!isFloat(targets.dtype)) checkIndices(name, targets, 2, 'a label', ignoreIndex);
    return { predicted: predicted.cast('int32'), truth: targets, counts };
  }
  if (equal) {
    if (topK > 1) fail(name, `topK is ${topK}, and the outputs ${show(outputs.shape)} are labels`, 'Give logits [N, C].');
    if (numClasses !== undefined && !isFloat(targets.dtype)) checkIndices(name, targets, numClasses, 'a label', ignoreIndex);
    return { predicted: outputs, truth: targets, counts };
  }
  const [samples, classes, ...rest] = outputs.shape;
  if (classes === undefined || show([samples!, ...rest]) !== show(targets.shape)) {
    fail(name, `the outputs are ${show(outputs.shape)}, the targets ${show(targets.shape)}`, 'Give labels of equal shape, or logits [N, C] with labels [N].');
  }
  if (numClasses !== undefined && classes !== numClasses) fail(name, `the outputs ${show(outputs.shape)} have ${classes} classes`, `It was made for ${numClasses}.`);
  if (!isFloat(targets.dtype)) checkIndices(name, targets, classes, 'a label', ignoreIndex);
  const best = outputs.argmax(1);
  if (topK === 1) return { predicted: best, truth: targets, counts };
  const truth = targets.clamp(0, classes - 1).cast('int32').unsqueeze(1);
  const own = outputs.gather(1, truth);
  const places = truth.newFull([classes], 1).cumsum(0).sub(1).reshape(classes, ...rest.map(() => 1));
  const rank = isAhead.reduce('sum', 1, outputs, places, own, truth).reshape(...targets.shape);
  return { predicted: where(rank.lt(topK), targets.cast('int32'), best), truth: targets, counts };
}

/** {@link classified}, with a tensor of what counts. */
export function labelled(name: string, outputs: Tensor, targets: Tensor, options: ClassificationOptions, onlyCounted = false): Labelled {
  const { predicted, truth, counts } = classified(name, outputs, targets, options, onlyCounted);
  return { predicted, truth, counts: counts ?? targets.newFull(targets.shape, 1, { dtype: 'bool' }) };
}
