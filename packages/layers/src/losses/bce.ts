import { customGradient } from '@nn/autograd';
import { checkValues, fuse, message, type Scalar, type Tensor } from '@nn/tensor';
import type { Buffer } from '../parameter.ts';
import { Loss, type LossOptions, reduced, requireFloat, requireSameShape } from './loss.ts';
import { checkFactor, weightBuffer, type WeightValues } from './weight.ts';

/** What {@link binaryCrossEntropy} takes. */
export interface BCEOptions extends LossOptions {
  /** A factor per element, of a shape that repeats to the input's. Default: all 1. */
  readonly weight?: Tensor | null;
}
/** Options of {@link BCELoss}: those of {@link binaryCrossEntropy}, and the weight may be an array. */
export interface BCELossOptions extends LossOptions { readonly weight?: WeightValues }

/** Logarithms are cut off at -100, so that a confident mistake costs 100 instead of infinitely much. */
const surprise = fuse((x: Scalar, target: Scalar, weight: Scalar) =>
  target.sub(1).mul(x.neg().log1p().clamp(-100)).sub(target.mul(x.log().clamp(-100))).mul(weight));
/** The slope goes on beyond the cut-off; what it is divided by is limited to PyTorch's constant, 1e-12 as a float32. */
const leastSlope = Math.fround(1e-12);
const slope = fuse((g: Scalar, x: Scalar, target: Scalar, weight: Scalar) => g.mul(weight).mul(x.sub(target).div(x.rsub(1).mul(x).clamp(leastSlope))));
const targetSlope = fuse((g: Scalar, x: Scalar, weight: Scalar) => g.mul(weight).mul(x.neg().log1p().sub(x.log())));
const improbable = (x: Scalar): Scalar => x.ge(0).logicalAnd(x.le(1)).logicalNot();

/**
 * How surprised a predicted probability is by the truth.
 *
 *     loss = -w (t log x + (1 - t) log(1 - x)),   logarithms not below -100
 *
 * The gradient is `(x - t) / max(x (1 - x), 1e-12)`, also where a logarithm is cut off. {@link binaryCrossEntropyWithLogits} is the more accurate one.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html
 *
 * @param input probabilities, any shape
 * @param target 0 to 1, the same shape
 * @throws where shapes differ, and for inputs outside of [0, 1]: at once where the device can be read at once, else at the next awaited read
 * @example
 * binaryCrossEntropy(tensor([0.9, 0.2]), tensor([1, 0])); // 0.1643
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, { weight = null, reduction = 'mean' }: BCEOptions = {}): Tensor {
  const operation = 'binaryCrossEntropy';
  requireSameShape(operation, input, target);
  requireFloat(operation, input);
  checkFactor(operation, input, weight);
  checkValues(improbable, input, message(operation, 'an input is not a probability', 'Give 0 to 1, e.g. by sigmoid; for logits use binaryCrossEntropyWithLogits.'));
  const wanted = target.requiresGrad;
  return customGradient({
    name: operation,
    forward: (x, t, w) => reduced(operation, reduction, surprise, x, t, w ?? 1),
    backward: ([gradient], [x, t, w]) => {
      if (!gradient) return [];
      const g = reduction === 'mean' ? gradient.div(x!.numel) : gradient;
      return [slope(g, x!, t!, w ?? 1), wanted ? targetSlope(g, x!, w ?? 1) : undefined];
    },
    saves: { outputs: false },
  })(input, target, ...(weight ? [weight] : []));
}

/**
 * {@link binaryCrossEntropy} with its options set once.
 *
 * @example
 * new BCELoss().forward(tensor([0.9, 0.2]), tensor([1, 0])); // 0.1643
 */
export class BCELoss extends Loss {
  static override readonly typeName = 'BCELoss';
  readonly weight: Buffer | null;

  constructor({ weight, ...options }: BCELossOptions = {}) {
    super(options);
    this.weight = weightBuffer(weight);
  }

  forward(input: Tensor, target: Tensor): Tensor { return binaryCrossEntropy(input, target, this); }
}
