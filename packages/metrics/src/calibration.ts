import { bucketize, fail, linspace, stack, type Tensor, where } from '@nn/tensor';
import { Accumulated } from './accumulated.ts';
import { checkClassification, type ClassificationOptions, counting, distribution, labelled, probabilities } from './classified.ts';
import { summable } from './regression.ts';
import { share, taskName } from './stat-scores.ts';

/** How the gaps of the bins become one number: their mean, the root of the mean square (both weighted by how many fell in), or the largest. */
export type CalibrationNorm = 'l1' | 'l2' | 'max';

/** What {@link CalibrationError} takes. */
export interface CalibrationOptions extends Pick<ClassificationOptions, 'numClasses' | 'ignoreIndex'> {
  /** 'multiclass' by default. */
  readonly task?: 'binary' | 'multiclass';
  /** 15 by default. */
  readonly nBins?: number;
  /** 'l1' by default. */
  readonly norm?: CalibrationNorm;
}

/**
 * How far confidence is from being right: probabilities fall into `nBins` equal bins, a probability of 1 into one of its own as in torchmetrics, and in each the mean
 * confidence is compared with the share of right answers ('binary': of truths). Scores outside 0..1 pass through sigmoid or softmax first.
 * Shapes: binary [...] both; multiclass scores [N, C, ...] with labels [N, ...].
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/calibration_error.html
 *
 * @example
 * const error = new CalibrationError({ task: 'binary', nBins: 2 });
 * error.update(tensor([0.25, 0.25, 0.55, 0.75, 0.75]), tensor([0, 0, 1, 1, 1], { dtype: 'int32' }));
 * await error.compute(); // 0.29
 */
export class CalibrationError extends Accumulated<[outputs: Tensor, targets: Tensor]> {
  readonly typeName: string;
  readonly #options: CalibrationOptions;
  readonly #bins: number;
  readonly #norm: CalibrationNorm;

  constructor({ nBins = 15, norm = 'l1', ...options }: CalibrationOptions = {}) {
    super();
    checkClassification('CalibrationError', options);
    if (!(Number.isInteger(nBins) && nBins > 0)) fail('CalibrationError', `nBins is ${nBins}`, 'Use a whole number from 1 on.');
    if (!['l1', 'l2', 'max'].includes(norm)) fail('CalibrationError', `there is no norm '${norm}'`, "Use 'l1', 'l2' or 'max'.");
    this.typeName = taskName(options.task, 'CalibrationError');
    this.#options = options;
    this.#bins = nBins;
    this.#norm = norm;
  }

  protected blank(): number { return NaN; }

  protected count(outputs: Tensor, targets: Tensor): Tensor {
    const { predicted, truth, counts } = labelled('CalibrationError', outputs, targets, this.#options);
    const scores = summable(outputs);
    const several = this.#options.task !== 'binary';
    if (several && outputs.shape.length === targets.shape.length) fail('CalibrationError', 'the outputs are labels', 'Give scores [N, C].');
    const bins = this.#bins + 1;
    if (scores.numel === 0) return scores.newFull([3, bins], 0);
    const some = counting(targets, this.#options.ignoreIndex);
    const confidence = several ? distribution(scores, some?.unsqueeze(1)).amax(1) : probabilities(scores, some);
    const right = several ? predicted.eq(truth) : truth.gt(0);
    const edges = linspace(0, 1, bins, { dtype: scores.dtype, device: scores.device });
    const place = bucketize(confidence.reshape(-1), edges, { right: true }).sub(1).clamp(0, this.#bins).cast('int32');
    const sums = [counts, where(counts, confidence, 0), counts.logicalAnd(right)].map((each) =>
      scores.newFull([bins], 0).scatterAdd(0, place, each.cast(scores.dtype).reshape(-1)));
    return stack(sums);
  }

  protected score(state: Tensor): Tensor {
    const [n, confidence, right] = state.unbind(0) as [Tensor, Tensor, Tensor];
    const gaps = share(confidence.sub(right).abs(), n);
    const weights = n.div(n.sum()); // of nothing NaN
    if (this.#norm === 'max') return gaps.amax().add(weights.at(0).mul(0));
    return this.#norm === 'l1' ? gaps.mul(weights).sum() : gaps.square().mul(weights).sum().sqrt();
  }
}
