import { fuse, type Fused, type Scalar, scope, type Tensor } from '@nn/tensor';
import type { Buffer } from '../parameter.ts';
import { checkReduction } from '../reduction.ts';
import { along, checkLabels } from './labels.ts';
import { Loss, type LossOptions, requireFloat } from './loss.ts';
import { weightBuffer, type WeightValues } from './weight.ts';

/** What {@link nllLoss} takes. */
export interface NLLOptions extends LossOptions {
  /** A factor per class, [C]. Default: all 1. */
  readonly weight?: Tensor | null;
  /** Rows with this label do not count. Default -100. */
  readonly ignoreIndex?: number;
}
/** Options of {@link NLLLoss}: those of {@link nllLoss}, and the weight may be an array. */
export interface NLLLossOptions extends Omit<NLLOptions, 'weight'> { readonly weight?: WeightValues }

/** For classes on each axis that they may be on: the loss of each element, and the weight of each label. */
const kernels = [0, 1].map((axis): { readonly loss: Fused<Scalar>; readonly weight: Fused<Scalar> } => {
  const own = (x: Scalar, label: Scalar, ignored: Scalar): Scalar => x.index(axis).eq(label).logicalAnd(label.ne(ignored));
  return {
    loss: fuse((x, label, weight, ignored) => x.mul(weight).neg().where(own(x, label, ignored), 0)),
    weight: fuse((label, weight, ignored) => weight.where(own(weight, label, ignored), 0)),
  };
});
const counted = fuse((label: Scalar, ignored: Scalar) => label.ne(ignored).cast('float32'));

/**
 * The negative log-probability of the true class: what {@link crossEntropy} is after a `logSoftmax`.
 *
 *     loss_n = -w_label input_n,label
 *
 * The mean is sum(loss) / sum(w_label); NaN where every label is ignored.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
 *
 * @param input log-probabilities, [N, C], [N, C, d1, ...] or [C]
 * @param target labels 0 to C - 1 as int32, [N], [N, d1, ...] or []
 * @throws where shapes do not fit, and for labels out of range: at once where the device can be read at once, else at the next awaited read
 * @example
 * nllLoss(tensor([[2, 0, -1]]).logSoftmax(1), tensor([0], { dtype: 'int32' })); // 0.1698
 */
export function nllLoss(input: Tensor, target: Tensor, options: NLLOptions = {}): Tensor {
  const { weight = null, ignoreIndex = -100, reduction = 'mean' } = options;
  checkReduction('nllLoss', reduction);
  requireFloat('nllLoss', input);
  const axis = checkLabels('nllLoss', input, target, weight, ignoreIndex);
  return scope(() => {
    const { loss, weight: weightOf } = kernels[axis]!;
    const labels = target.unsqueeze(axis);
    const factor = weight ? along(weight, input, axis) : 1;
    const sum = loss.reduce('sum', reduction === 'none' ? axis : undefined, input, labels, factor, ignoreIndex);
    if (reduction !== 'mean') return sum;
    return sum.div(factor === 1 ? counted.reduce('sum', undefined, labels, ignoreIndex) : weightOf.reduce('sum', undefined, labels, factor, ignoreIndex));
  }, 'nllLoss');
}

/**
 * {@link nllLoss} with its options set once.
 *
 * @example
 * new NLLLoss().forward(tensor([[2, 0, -1]]).logSoftmax(1), tensor([0], { dtype: 'int32' })); // 0.1698
 */
export class NLLLoss extends Loss {
  static override readonly typeName = 'NLLLoss';
  readonly weight: Buffer | null;
  readonly ignoreIndex: number;

  constructor({ weight, ignoreIndex = -100, ...options }: NLLLossOptions = {}) {
    super(options);
    this.weight = weightBuffer(weight);
    this.ignoreIndex = ignoreIndex;
  }

  forward(input: Tensor, target: Tensor): Tensor { return nllLoss(input, target, this); }
}
