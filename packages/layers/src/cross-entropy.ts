import { type Axes, checkIndices, fail, fuse, type Fused, isFloat, quietly, type Scalar, scope, show, Tensor, tensor } from '@nn/tensor';
import { Module } from './module.ts';
import { Buffer } from './parameter.ts';
import { checkReduction, type Reduction } from './reduction.ts';

/** What {@link crossEntropy} takes. */
export interface CrossEntropyOptions {
  /** A factor per class, [C]. Default: all 1. */
  readonly weight?: Tensor | null;
  /** Rows with this label do not count. Default -100. */
  readonly ignoreIndex?: number;
  /** `mean` (over what counts, by weight), `sum`, or `none` for a loss per row. Default `mean`. */
  readonly reduction?: Reduction;
  /** This share of each target, 0 to 1, is spread evenly over all classes. Default 0. */
  readonly labelSmoothing?: number;
}

/** -log softmax(x), from the largest logit and the sum of exp(x - most): nothing overflows, and nothing cancels for large logits. */
const surprise = (x: Scalar, most: Scalar, sum: Scalar): Scalar => sum.log().sub(x.sub(most));
const shifted = fuse((x: Scalar, most: Scalar) => x.sub(most).exp());

/** Kernels for classes on an axis. */
interface Kernels {
  /** The loss of each logit by label, without and with smoothing; their sum over the classes is a row's loss. */
  readonly plain: Fused<Scalar>;
  readonly smoothed: Fused<Scalar>;
  /** The weight of each row's label. */
  readonly weight: Fused<Scalar>;
}
const kernels = [0, 1].map((axis): Kernels => ({
  plain: fuse((x, most, sum, label, weight, ignored) =>
    surprise(x, most, sum).mul(weight).where(x.index(axis).eq(label).logicalAnd(label.ne(ignored)), 0)),
  smoothed: fuse((x, most, sum, label, weight, ignored, own, others) =>
    surprise(x, most, sum).mul(weight).mul(own.where(x.index(axis).eq(label), 0).add(others)).where(label.ne(ignored), 0)),
  weight: fuse((label, weight, ignored) => weight.where(label.index(axis).eq(label).logicalAnd(label.ne(ignored)), 0)),
}));
const byProbability = fuse((x: Scalar, most: Scalar, sum: Scalar, target: Scalar, weight: Scalar, own: Scalar, others: Scalar) =>
  surprise(x, most, sum).mul(weight).mul(target.mul(own).add(others)));
const counted = fuse((label: Scalar, ignored: Scalar) => label.ne(ignored).cast('float32'));

/**
 * How surprised a classifier is by the truth: -log softmax(input) at the label, or its mean under the target's probabilities.
 *
 *     loss_n = -sum_c w_c q_nc log softmax(x_n)_c,   q = (1 - s) target + s / C
 *
 * The mean of labelled rows is sum(loss) / sum(w_label); that of probabilities is sum(loss) / rows. Where every label is ignored it is NaN.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 *
 * @param input logits, [N, C], [N, C, d1, ...] or [C]
 * @param target labels 0 to C - 1 as int32, [N], [N, d1, ...] or []; or probabilities of the input's shape
 * @throws where shapes do not fit, and for labels out of range: at once where the device can be read at once, else at the next awaited read
 * @example
 * crossEntropy(tensor([[2, 0, -1]]), tensor([0], { dtype: 'int32' })); // 0.1698
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { weight = null, ignoreIndex = -100, reduction = 'mean', labelSmoothing = 0 } = options;
  checkReduction('crossEntropy', reduction);
  checkSmoothing('crossEntropy', labelSmoothing);
  const labelled = checkTarget(input, target, weight);
  return scope(() => {
    const axis = input.ndim === 1 ? 0 : 1;
    const classes = input.shape[axis]!;
    const most = quietly(() => input.amax(axis, { keepDim: true }));
    const sum = shifted.reduce('sum', axis, input, most).reshape(...most.shape);
    const [own, others] = [1 - labelSmoothing, labelSmoothing / classes];
    const factor = weight ? weight.reshape(...input.shape.map((_, i) => (i === axis ? classes : 1))) : 1;
    const over: Axes = reduction === 'none' ? axis : undefined;
    if (!labelled) {
      const loss = byProbability.reduce('sum', over, input, most, sum, target, factor, own, others);
      return reduction === 'mean' ? loss.div(input.numel / classes) : loss;
    }
    checkIndices('crossEntropy', target, classes, 'a label', ignoreIndex);
    const labels = target.unsqueeze(axis);
    const { plain, smoothed, weight: weightOf } = kernels[axis]!;
    const loss = labelSmoothing === 0
      ? plain.reduce('sum', over, input, most, sum, labels, factor, ignoreIndex)
      : smoothed.reduce('sum', over, input, most, sum, labels, factor, ignoreIndex, own, others);
    if (reduction !== 'mean') return loss;
    return loss.div(factor === 1 ? counted.reduce('sum', undefined, labels, ignoreIndex) : weightOf.reduce('sum', undefined, labels, factor, ignoreIndex));
  }, 'crossEntropy');
}

function checkSmoothing(operation: string, share: number): void {
  if (!(share >= 0 && share <= 1)) fail(operation, `labelSmoothing is ${share}`, 'Use 0 to 1.');
}

/** Whether the target is labels. */
function checkTarget(input: Tensor, target: Tensor, weight: Tensor | null): boolean {
  const { shape } = input;
  const [classes, rows] = shape.length === 1 ? [shape[0]!, []] : [shape[1]!, [shape[0]!, ...shape.slice(2)]];
  if (shape.length === 0) fail('crossEntropy', 'the input is a scalar', 'Give logits: [N, C], [N, C, d1, ...] or [C].');
  if (!isFloat(input.dtype)) fail('crossEntropy', `the input is ${input.dtype}`, 'Give logits, as float32.');
  if (weight && show(weight.shape) !== show([classes])) fail('crossEntropy', `the weight is ${show(weight.shape)}, the input ${show(shape)} has ${classes} classes`, `Give one of [${classes}].`);
  const probabilities = isFloat(target.dtype);
  if (probabilities && show(target.shape) === show(shape)) return false;
  if (show(target.shape) !== show(rows)) {
    fail('crossEntropy', `the target is ${target.dtype} ${show(target.shape)}, the input ${show(shape)}`, `Give labels as int32 ${show(rows)}, or probabilities as ${input.dtype} ${show(shape)}.`);
  }
  if (target.dtype !== 'int32') fail('crossEntropy', `the labels are ${target.dtype}`, "Make them int32: tensor(labels, { dtype: 'int32' }), or labels.int().");
  return true;
}

/** Options of {@link CrossEntropyLoss}: those of {@link crossEntropy}, and the weight may be an array. */
export interface CrossEntropyLossOptions extends Omit<CrossEntropyOptions, 'weight'> { readonly weight?: Tensor | readonly number[] | null }

/**
 * {@link crossEntropy} with its options set once.
 *
 * @example
 * const criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
 * const loss = criterion.forward(model.forward(inputs), labels);
 */
export class CrossEntropyLoss extends Module<[input: Tensor, target: Tensor]> {
  static override readonly typeName = 'CrossEntropyLoss';
  readonly weight: Buffer | null;
  readonly ignoreIndex: number;
  readonly reduction: Reduction;
  readonly labelSmoothing: number;

  constructor(options: CrossEntropyLossOptions = {}) {
    super();
    const { weight = null, ignoreIndex = -100, reduction = 'mean', labelSmoothing = 0 } = options;
    checkReduction('CrossEntropyLoss', reduction);
    checkSmoothing('CrossEntropyLoss', labelSmoothing);
    this.weight = weight && new Buffer(weight instanceof Tensor ? weight : tensor([...weight]));
    this.ignoreIndex = ignoreIndex;
    this.reduction = reduction;
    this.labelSmoothing = labelSmoothing;
  }

  forward(input: Tensor, target: Tensor): Tensor { return crossEntropy(input, target, this); }
}
