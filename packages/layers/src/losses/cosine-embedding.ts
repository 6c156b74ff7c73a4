import { fail, fuseRows, type Scalar, scope, show, type Tensor } from '@nn/tensor';
import { checkReduction } from '../reduction.ts';
import { Loss, reducedRows, requireFloat } from './loss.ts';
import type { MarginOptions } from './margin.ts';

/** Keeps the length of a zero vector from being 0, under the root: PyTorch's constant, a float32. */
const EPSILON = Math.fround(1e-12);
const rows = fuseRows((a: Scalar, b: Scalar, target: Scalar, margin: Scalar) => {
  const lengths = a.square().rowSum().add(EPSILON).mul(b.square().rowSum().add(EPSILON)).sqrt();
  const cosine = a.mul(b).rowSum().div(lengths);
  return cosine.rsub(1).where(target.eq(1), 0).add(cosine.sub(margin).clamp(0).where(target.eq(-1), 0));
}, { perRow: [2] });

/**
 * For pairs of vectors: `1 - cos(a, b)` where the target is 1 (alike), `max(0, cos(a, b) - margin)` where it is -1.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.CosineEmbeddingLoss.html
 *
 * @param input1 [N, D] or [D]
 * @param input2 the same shape
 * @param target 1 or -1: [N] or []
 * @param options `margin`: -1 to 1, default 0
 * @throws where shapes do not fit
 * @example
 * cosineEmbeddingLoss(tensor([[1, 0]]), tensor([[1, 1]]), tensor([1])); // 1 - 0.7071 = 0.2929
 */
export function cosineEmbeddingLoss(input1: Tensor, input2: Tensor, target: Tensor, { margin = 0, reduction = 'mean' }: MarginOptions = {}): Tensor {
  checkReduction('cosineEmbeddingLoss', reduction);
  requireFloat('cosineEmbeddingLoss', input1);
  const { shape } = input1;
  if ((shape.length !== 1 && shape.length !== 2) || show(shape) !== show(input2.shape) || show(target.shape) !== show(shape.slice(0, -1))) {
    fail('cosineEmbeddingLoss', `the inputs are ${show(shape)} and ${show(input2.shape)}, the target ${show(target.shape)}`, 'Give [N, D], [N, D] and [N], or [D], [D] and [].');
  }
  return scope(() => reducedRows(rows(-1, input1, input2, target.unsqueeze(-1), margin).squeeze(-1), reduction), 'cosineEmbeddingLoss');
}

/**
 * {@link cosineEmbeddingLoss} with its options set once.
 *
 * @example
 * new CosineEmbeddingLoss().forward(tensor([[1, 0]]), tensor([[1, 1]]), tensor([1])); // 0.2929
 */
export class CosineEmbeddingLoss extends Loss<[input1: Tensor, input2: Tensor, target: Tensor]> {
  static override readonly typeName = 'CosineEmbeddingLoss';
  readonly margin: number;

  constructor({ margin = 0, ...options }: MarginOptions = {}) {
    super(options);
    this.margin = margin;
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor { return cosineEmbeddingLoss(input1, input2, target, this); }
}
