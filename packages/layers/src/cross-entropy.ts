import { checkIndices, fail, fuseRows, isFloat, type Scalar, scope, show, Tensor, tensor } from '@nn/tensor';
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

/** A row's logits below the largest, and the logarithm of the sum of their exponentials: nothing overflows, and nothing cancels for large logits. */
const below = (x: Scalar): readonly [shifted: Scalar, logSum: Scalar] => {
  const shifted = x.sub(x.rowPeak());
  return [shifted, shifted.exp().rowSum().log()];
};

/** Kernels for classes on an axis. Each gives the loss of a row, those of weighted labels its weight too. */
const kernels = [0, 1].map((axis) => {
  const isLabel = (x: Scalar, label: Scalar): Scalar => x.index(axis).eq(label);
  /** One share is the label's own, another everybody's. */
  const target = (x: Scalar, label: Scalar, own: Scalar, others: Scalar): Scalar => own.where(isLabel(x, label), 0).add(others);
  const labelled = (loss: (x: Scalar, label: Scalar, own: Scalar, others: Scalar) => Scalar) => fuseRows(
    (x, label, ignored, own, others) => loss(x, label, own, others).where(label.ne(ignored), 0), { perRow: [1] });
  return {
    plain: labelled((x, label) => {
      const [shifted, logSum] = below(x);
      return logSum.sub(shifted.where(isLabel(x, label), 0).rowSum());
    }),
    smoothed: labelled((x, label, own, others) => {
      const [shifted, logSum] = below(x);
      return logSum.sub(shifted.mul(target(x, label, own, others)).rowSum());
    }),
    weighted: fuseRows((x, label, weight, ignored, own, others) => {
      const [shifted, logSum] = below(x);
      const counts = label.ne(ignored);
      const loss = logSum.sub(shifted).mul(weight);
      return [loss.mul(target(x, label, own, others)).where(isLabel(x, label).logicalOr(others.ne(0)), 0).rowSum().where(counts, 0), weight.where(isLabel(x, label), 0).rowSum().where(counts, 0)];
    }, { perRow: [1] }),
  };
});
const byProbability = fuseRows((x: Scalar, target: Scalar, weight: Scalar, own: Scalar, others: Scalar) => {
  const [shifted, logSum] = below(x);
  return logSum.sub(shifted).mul(weight).mul(target.mul(own).add(others)).rowSum();
});
/** The mean of what counts. */
const meanOfLabelled = fuseRows((loss, label, ignored) => loss.rowSum().div(label.ne(ignored).cast(loss.dtype).rowSum()));
const meanOfWeighted = fuseRows((loss, weight) => loss.rowSum().div(weight.rowSum()));

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
    const factor = weight ? weight.reshape(...input.shape.map((_, i) => (i === axis ? classes : 1))) : 1;
    const [own, others] = [1 - labelSmoothing, labelSmoothing / classes];
    if (!labelled) return reduced(byProbability(axis, input, target, factor, own, others), reduction, (rows) => rows.mean());
    checkIndices('crossEntropy', target, classes, 'a label', ignoreIndex);
    const labels = target.unsqueeze(axis);
    const { plain, smoothed, weighted } = kernels[axis]!;
    if (factor !== 1) {
      const [loss, counted] = weighted(axis, input, labels, factor, ignoreIndex, own, others);
      return reduced(loss, reduction, (rows) => meanOfWeighted(undefined, rows, counted).reshape());
    }
    const loss = (labelSmoothing === 0 ? plain : smoothed)(axis, input, labels, ignoreIndex, own, others);
    return reduced(loss, reduction, (rows) => meanOfLabelled(undefined, rows, labels, ignoreIndex).reshape());

    function reduced(rows: Tensor, how: Reduction, mean: (rows: Tensor) => Tensor): Tensor {
      return how === 'none' ? rows.squeeze(axis) : how === 'sum' ? rows.sum() : mean(rows);
    }
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
 * const labels = tensor([3, 1], { dtype: 'int32' });
 * criterion.forward(new Linear(8, 4).forward(randn([2, 8])), labels).backward();
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
