import { fuse, type Scalar, type Tensor } from '@nn/tensor';
import type { Buffer } from '../parameter.ts';
import { type BCELossOptions, type BCEOptions } from './bce.ts';
import { Loss, reduced, requireFloat, requireSameShape } from './loss.ts';
import { checkFactor, weightBuffer, type WeightValues } from './weight.ts';

/** What {@link binaryCrossEntropyWithLogits} takes. */
export interface BCEWithLogitsOptions extends BCEOptions {
  /** A factor on the positive term, of a shape that repeats to the input's: above 1 favours recall. Default: 1. */
  readonly posWeight?: Tensor | null;
}
/** Options of {@link BCEWithLogitsLoss}: those of {@link binaryCrossEntropyWithLogits}, and the weights may be arrays. */
export interface BCEWithLogitsLossOptions extends BCELossOptions { readonly posWeight?: WeightValues }

/** `-log sigmoid(x)`: nothing overflows, and derivatives of all orders hold at 0 too, where logits often start. */
export function surpriseOfYes(x: Scalar): Scalar {
  const negative = x.lt(0);
  return x.where(negative, x.neg()).exp().log1p().add(x.neg().where(negative, 0));
}

const plain = fuse((x: Scalar, target: Scalar, weight: Scalar) => target.rsub(1).mul(x).add(surpriseOfYes(x)).mul(weight));
const weighted = fuse((x: Scalar, target: Scalar, weight: Scalar, positive: Scalar) =>
  target.rsub(1).mul(x).add(positive.sub(1).mul(target).add(1).mul(surpriseOfYes(x))).mul(weight));

/**
 * {@link binaryCrossEntropy} of `sigmoid(input)`, computed from the logit itself: exact for logits of any size.
 *
 *     loss = -w (p t log sigmoid(x) + (1 - t) log(1 - sigmoid(x)))
 *          =  w ((1 - t) x + (1 + (p - 1) t) log(1 + exp(-x)))
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
 *
 * @param input logits, any shape
 * @param target 0 to 1, the same shape
 * @throws where shapes differ or do not fit
 * @example
 * binaryCrossEntropyWithLogits(tensor([2, -1]), tensor([1, 0])); // 0.2201
 */
export function binaryCrossEntropyWithLogits(input: Tensor, target: Tensor, options: BCEWithLogitsOptions = {}): Tensor {
  const { weight = null, posWeight = null, reduction = 'mean' } = options;
  const operation = 'binaryCrossEntropyWithLogits';
  requireSameShape(operation, input, target);
  requireFloat(operation, input);
  checkFactor(operation, input, weight);
  checkFactor(operation, input, posWeight, 'posWeight');
  return posWeight
    ? reduced(operation, reduction, weighted, input, target, weight ?? 1, posWeight)
    : reduced(operation, reduction, plain, input, target, weight ?? 1);
}

/**
 * {@link binaryCrossEntropyWithLogits} with its options set once.
 *
 * @example
 * const criterion = new BCEWithLogitsLoss({ posWeight: [3] }); // one positive for three negatives
 */
export class BCEWithLogitsLoss extends Loss {
  static override readonly typeName = 'BCEWithLogitsLoss';
  readonly weight: Buffer | null;
  readonly posWeight: Buffer | null;

  constructor({ weight, posWeight, ...options }: BCEWithLogitsLossOptions = {}) {
    super(options);
    this.weight = weightBuffer(weight);
    this.posWeight = weightBuffer(posWeight);
  }

  forward(input: Tensor, target: Tensor): Tensor { return binaryCrossEntropyWithLogits(input, target, this); }
}
