/** Losses that ask signs for a margin. Targets are 1 and -1. */
import { fail, fuse, type Scalar, show, type Tensor } from '@nn/tensor';
import { surpriseOfYes } from './bce-with-logits.ts';
import { Loss, type LossOptions, reduced, requireFloat } from './loss.ts';

/** `margin`: how far apart things should be. The default is each loss's own. */
export interface MarginOptions extends LossOptions { readonly margin?: number }

const hinge = fuse((x: Scalar, target: Scalar, margin: Scalar) =>
  margin.sub(x).clamp(0).where(target.ne(1), 0).add(x.where(target.ne(-1), 0)));
const ranking = fuse((a: Scalar, b: Scalar, target: Scalar, margin: Scalar) => target.neg().mul(a.sub(b)).add(margin).clamp(0));
const soft = fuse((x: Scalar, target: Scalar) => surpriseOfYes(x.mul(target)));

/**
 * For distances: `x` where the target is 1 (alike), `max(0, margin - x)` where it is -1.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.HingeEmbeddingLoss.html
 *
 * @param input any shape
 * @param target 1 or -1, of a shape that broadcasts with the input's
 * @param options `margin`: default 1
 * @example
 * hingeEmbeddingLoss(tensor([0.3, 0.4]), tensor([1, -1])); // (0.3 + 0.6) / 2 = 0.45
 */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, { margin = 1, reduction = 'mean' }: MarginOptions = {}): Tensor {
  requireFloat('hingeEmbeddingLoss', input);
  return reduced('hingeEmbeddingLoss', reduction, hinge, input, target, margin);
}

/**
 * `max(0, -t (a - b) + margin)`: `a` should be above `b` by the margin where the target is 1, below where it is -1.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MarginRankingLoss.html
 *
 * @param input1 any shape
 * @param input2 as many axes
 * @param target 1 or -1, as many axes; all three broadcast
 * @param options `margin`: default 0
 * @throws where the numbers of axes differ
 * @example
 * marginRankingLoss(tensor([2, 1]), tensor([1, 3]), tensor([1, 1])); // (0 + 2) / 2 = 1
 */
export function marginRankingLoss(input1: Tensor, input2: Tensor, target: Tensor, { margin = 0, reduction = 'mean' }: MarginOptions = {}): Tensor {
  requireFloat('marginRankingLoss', input1);
  if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim) {
    fail('marginRankingLoss', `the inputs are ${show(input1.shape)} and ${show(input2.shape)}, the target ${show(target.shape)}`, 'Give them the same number of axes.');
  }
  return reduced('marginRankingLoss', reduction, ranking, input1, input2, target, margin);
}

/**
 * `log(1 + exp(-t x))`: the logistic loss. It does not overflow.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.SoftMarginLoss.html
 *
 * @param input any shape
 * @param target 1 or -1, of a shape that broadcasts with the input's
 * @example
 * softMarginLoss(tensor([2, -1]), tensor([1, -1])); // 0.2201
 */
export function softMarginLoss(input: Tensor, target: Tensor, { reduction = 'mean' }: LossOptions = {}): Tensor {
  requireFloat('softMarginLoss', input);
  return reduced('softMarginLoss', reduction, soft, input, target);
}

/**
 * {@link hingeEmbeddingLoss} with its options set once.
 *
 * @example
 * new HingeEmbeddingLoss().forward(tensor([0.5, 0.25]), tensor([1, -1])); // 0.625
 */
export class HingeEmbeddingLoss extends Loss {
  static override readonly typeName = 'HingeEmbeddingLoss';
  readonly margin: number;

  constructor({ margin = 1, ...options }: MarginOptions = {}) {
    super(options);
    this.margin = margin;
  }

  forward(input: Tensor, target: Tensor): Tensor { return hingeEmbeddingLoss(input, target, this); }
}

/**
 * {@link marginRankingLoss} with its options set once.
 *
 * @example
 * new MarginRankingLoss({ margin: 1 }).forward(tensor([2, 1]), tensor([1, 3]), tensor([1, 1])); // 1.5
 */
export class MarginRankingLoss extends Loss<[input1: Tensor, input2: Tensor, target: Tensor]> {
  static override readonly typeName = 'MarginRankingLoss';
  readonly margin: number;

  constructor({ margin = 0, ...options }: MarginOptions = {}) {
    super(options);
    this.margin = margin;
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor { return marginRankingLoss(input1, input2, target, this); }
}

/**
 * {@link softMarginLoss} with its option set once.
 *
 * @example
 * new SoftMarginLoss().forward(tensor([2, -1]), tensor([1, -1])); // 0.2201
 */
export class SoftMarginLoss extends Loss {
  static override readonly typeName = 'SoftMarginLoss';
  forward(input: Tensor, target: Tensor): Tensor { return softMarginLoss(input, target, this); }
}
