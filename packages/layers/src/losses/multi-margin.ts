import { fail, fuseRows, type Scalar, scope, show, type Tensor } from '@nn/tensor';
import type { Buffer } from '../parameter.ts';
import { checkReduction } from '../reduction.ts';
import { along, checkLabels } from './labels.ts';
import { Loss, reducedRows, requireFloat } from './loss.ts';
import type { MarginOptions } from './margin.ts';
import { weightBuffer, type WeightValues } from './weight.ts';

/** What {@link multiMarginLoss} takes. */
export interface MultiMarginOptions extends MarginOptions {
  /** The power of what is missing to the margin: 1 (the default) or 2. */
  readonly p?: number;
  /** A factor per class, [C], applied by the label. Default: all 1. */
  readonly weight?: Tensor | null;
}
/** Options of {@link MultiMarginLoss}: those of {@link multiMarginLoss}, and the weight may be an array. */
export interface MultiMarginLossOptions extends Omit<MultiMarginOptions, 'weight'> { readonly weight?: WeightValues }

const kernels = [1, 2].map((p) => [0, 1].map((axis) => fuseRows((x: Scalar, label: Scalar, weight: Scalar, margin: Scalar) => {
  const own = x.index(axis).eq(label);
  const missing = margin.sub(x.where(own, 0).rowSum()).add(x).relu();
  return (p === 1 ? missing : missing.square()).maskedFill(own, 0).rowSum().mul(weight.where(own, 0).rowSum());
}, { perRow: [1] })));

/**
 * The label's score should be above every other by the margin: `w_y sum_{i != y} max(0, margin - x_y + x_i)^p / C`.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiMarginLoss.html
 *
 * @param input scores, [N, C] or [C]
 * @param target labels as int32, [N] or []
 * @throws where shapes do not fit, for labels out of range, and for another p than 1 or 2
 * @example
 * multiMarginLoss(tensor([[0.1, 0.2, 0.4, 0.8]]), tensor([3], { dtype: 'int32' })); // (0.3 + 0.4 + 0.6) / 4 = 0.325
 */
export function multiMarginLoss(input: Tensor, target: Tensor, options: MultiMarginOptions = {}): Tensor {
  const { p = 1, margin = 1, weight = null, reduction = 'mean' } = options;
  checkReduction('multiMarginLoss', reduction);
  requireFloat('multiMarginLoss', input);
  if (p !== 1 && p !== 2) fail('multiMarginLoss', `p is ${p}`, 'Use 1 or 2.');
  if (input.ndim > 2) fail('multiMarginLoss', `the input is ${show(input.shape)}`, 'Give [N, C] or [C].');
  return scope(() => {
    const single = input.ndim === 1 && target.ndim === 1 && target.numel === 1;
    const labels = single ? target.reshape() : target;
    const axis = checkLabels('multiMarginLoss', input, labels, weight);
    const rows = kernels[p - 1]![axis]!(axis, input, labels.unsqueeze(axis), weight ? along(weight, input, axis) : 1, margin).squeeze(axis).div(input.shape[axis]!);
    return reducedRows(single && reduction === 'none' ? rows.reshape(1) : rows, reduction);
  }, 'multiMarginLoss');
}

/**
 * {@link multiMarginLoss} with its options set once.
 *
 * @example
 * new MultiMarginLoss().forward(tensor([[0.1, 0.2, 0.8]]), tensor([2], { dtype: 'int32' })); // 0.2333
 */
export class MultiMarginLoss extends Loss {
  static override readonly typeName = 'MultiMarginLoss';
  readonly p: number;
  readonly margin: number;
  readonly weight: Buffer | null;

  constructor({ p = 1, margin = 1, weight, ...options }: MultiMarginLossOptions = {}) {
    super(options);
    this.p = p;
    this.margin = margin;
    this.weight = weightBuffer(weight);
  }

  forward(input: Tensor, target: Tensor): Tensor { return multiMarginLoss(input, target, this); }
}
