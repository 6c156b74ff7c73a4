import { fail, fuse, type Scalar, scope, type Tensor } from '@nn/tensor';
import { Module } from '../module.ts';
import type { Reduction } from '../reduction.ts';
import { reduced, requireFloat } from './loss.ts';

/** What {@link klDiv} takes. */
export interface KLDivOptions {
  /** `batchmean` divides the sum by the first size and is what the formula says; `mean` divides by the number of elements. Default `mean`. */
  readonly reduction?: Reduction | 'batchmean';
  /** Whether the target holds logarithms too. Default false. */
  readonly logTarget?: boolean;
}

/** Where the target is 0, `t log t` is 0. */
const plain = fuse((x: Scalar, t: Scalar) => {
  const none = t.eq(0);
  return t.mul(t.maskedFill(none, 1).log()).maskedFill(none, 0).sub(t.mul(x));
});
const logarithmic = fuse((x: Scalar, t: Scalar) => t.exp().mul(t.sub(x)));

/**
 * The Kullback-Leibler divergence of `input` from `target`, element by element: `t (log t - x)`, or `exp(t) (t - x)` with `logTarget`.
 * `reduction: 'batchmean'` gives the divergence per row.
 *
 * Source: Kullback & Leibler 1951, On information and sufficiency; https://docs.pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html
 *
 * @param input log-probabilities, any shape
 * @param target probabilities (or their logarithms), of a shape that broadcasts with the input's
 * @throws where shapes do not broadcast
 * @example
 * klDiv(tensor([[0.5, 0.5]]).log(), tensor([[0.9, 0.1]]), { reduction: 'batchmean' }); // 0.3681
 */
export function klDiv(input: Tensor, target: Tensor, { reduction = 'mean', logTarget = false }: KLDivOptions = {}): Tensor {
  requireFloat('klDiv', input);
  const kernel = logTarget ? logarithmic : plain;
  if (reduction !== 'batchmean') return reduced('klDiv', reduction, kernel, input, target);
  const rows = input.shape[0] ?? fail('klDiv', 'a scalar has no rows', "Use reduction 'mean' or 'sum'.");
  return scope(() => reduced('klDiv', 'sum', kernel, input, target).div(rows), 'klDiv');
}

/**
 * {@link klDiv} with its options set once.
 *
 * @example
 * new KLDivLoss({ reduction: 'batchmean' }).forward(tensor([[0.5, 0.5]]).log(), tensor([[0.9, 0.1]])); // 0.3681
 */
export class KLDivLoss extends Module<[input: Tensor, target: Tensor]> {
  static override readonly typeName = 'KLDivLoss';
  readonly reduction: Reduction | 'batchmean';
  readonly logTarget: boolean;

  constructor({ reduction = 'mean', logTarget = false }: KLDivOptions = {}) {
    super();
    if (!['mean', 'sum', 'none', 'batchmean'].includes(reduction)) fail('KLDivLoss', `there is no reduction '${reduction}'`, "Use 'mean', 'sum', 'none' or 'batchmean'.");
    this.reduction = reduction;
    this.logTarget = logTarget;
  }

  forward(input: Tensor, target: Tensor): Tensor { return klDiv(input, target, this); }
}
