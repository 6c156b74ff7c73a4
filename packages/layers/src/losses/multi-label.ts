/** Losses of rows that have several labels each. */
import { checkIndices, fail, fuse, fuseRows, quietly, type Scalar, scope, show, type Tensor } from '@nn/tensor';
import type { Buffer } from '../parameter.ts';
import { checkReduction } from '../reduction.ts';
import type { BCELossOptions, BCEOptions } from './bce.ts';
import { surpriseOfYes } from './bce-with-logits.ts';
import { Loss, type LossOptions, reducedRows, requireFloat, requireSameShape } from './loss.ts';
import { checkFactor, weightBuffer } from './weight.ts';

const isListed = fuse((label: Scalar, counts: Scalar) => counts.logicalAnd(label.eq(label.index(2))).cast('int32'));
const missing = fuse((own: Scalar, other: Scalar, counts: Scalar, listed: Scalar) =>
  own.rsub(1).add(other).relu().where(counts.logicalAnd(listed.eq(0)), 0));

/**
 * Every label's score should be above every other class's by 1: `sum_{j in labels} sum_{i not in labels} max(0, 1 - x_j + x_i) / C`.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelMarginLoss.html
 *
 * @param input scores, [N, C] or [C]
 * @param target labels as int32, the same shape: those before the first -1 count
 * @throws where shapes do not fit, and for labels out of range
 * @example
 * multilabelMarginLoss(tensor([0.1, 0.2, 0.4, 0.8]), tensor([3, 0, -1, 1], { dtype: 'int32' })); // 0.85
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, { reduction = 'mean' }: LossOptions = {}): Tensor {
  const operation = 'multilabelMarginLoss';
  checkReduction(operation, reduction);
  requireFloat(operation, input);
  requireSameShape(operation, input, target);
  const { shape } = input;
  if (shape.length !== 1 && shape.length !== 2) fail(operation, `the input is ${show(shape)}`, 'Give [N, C] or [C].');
  if (target.dtype !== 'int32') fail(operation, `the labels are ${target.dtype}`, 'Make them int32: labels.int().');
  const classes = shape.at(-1)!;
  checkIndices(operation, target, classes, 'a label', -1);
  return scope(() => {
    const x = input.reshape(-1, classes);
    const labels = target.reshape(-1, classes, 1);
    const counts = quietly(() => labels.lt(0).int().cumsum(1).eq(0));
    const listed = quietly(() => isListed.reduce('max', 1, labels.expand([x.shape[0]!, classes, classes]), counts).unsqueeze(1));
    const own = x.gather(1, quietly(() => labels.squeeze(2).maximum(0))).unsqueeze(2);
    const rows = missing.reduce('sum', [1, 2], own, x.unsqueeze(1), counts, listed).div(classes);
    return reducedRows(rows.reshape(...shape.slice(0, -1)), reduction);
  }, operation);
}

const binary = fuseRows((x: Scalar, target: Scalar, weight: Scalar, classes: Scalar) =>
  target.mul(surpriseOfYes(x)).add(target.rsub(1).mul(surpriseOfYes(x.neg()))).mul(weight).rowSum().div(classes));

/**
 * One binary decision per class, averaged over the classes: `-w (t log sigmoid(x) + (1 - t) log sigmoid(-x))`.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html
 *
 * @param input logits, [..., C]
 * @param target 0 or 1, the same shape
 * @param options `weight`: a factor per class, [C]
 * @throws where shapes differ
 * @example
 * multilabelSoftMarginLoss(tensor([[2, -1]]), tensor([[1, 0]])); // 0.2201
 */
export function multilabelSoftMarginLoss(input: Tensor, target: Tensor, { weight = null, reduction = 'mean' }: BCEOptions = {}): Tensor {
  const operation = 'multilabelSoftMarginLoss';
  checkReduction(operation, reduction);
  requireFloat(operation, input);
  requireSameShape(operation, input, target);
  checkFactor(operation, input, weight);
  const classes = input.shape.at(-1) ?? fail(operation, 'the input is a scalar', 'Give [..., C].');
  return scope(() => reducedRows(binary(-1, input, target, weight ?? 1, classes).squeeze(-1), reduction), operation);
}

/**
 * {@link multilabelMarginLoss} with its option set once.
 *
 * @example
 * new MultiLabelMarginLoss().forward(tensor([0.1, 0.2, 0.4, 0.8]), tensor([3, 0, -1, 1], { dtype: 'int32' })); // 0.85
 */
export class MultiLabelMarginLoss extends Loss {
  static override readonly typeName = 'MultiLabelMarginLoss';
  forward(input: Tensor, target: Tensor): Tensor { return multilabelMarginLoss(input, target, this); }
}

/**
 * {@link multilabelSoftMarginLoss} with its options set once.
 *
 * @example
 * new MultiLabelSoftMarginLoss().forward(tensor([[2, -1]]), tensor([[1, 0]])); // 0.2201
 */
export class MultiLabelSoftMarginLoss extends Loss {
  static override readonly typeName = 'MultiLabelSoftMarginLoss';
  readonly weight: Buffer | null;

  constructor({ weight, ...options }: BCELossOptions = {}) {
    super(options);
    this.weight = weightBuffer(weight);
  }

  forward(input: Tensor, target: Tensor): Tensor { return multilabelSoftMarginLoss(input, target, this); }
}
