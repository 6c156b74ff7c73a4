import { customGradient } from '@nn/autograd';
import { checkIndices, fail, fuse, fuseRows, isFloat, quietly, type Scalar, scope, show, stack, Tensor, tensor } from '@nn/tensor';
import { checkReduction } from '../reduction.ts';
import { slicesOf } from '../slices.ts';
import { Loss, type LossOptions } from './loss.ts';

/** What {@link ctcLoss} takes. */
export interface CTCOptions extends LossOptions {
  /** The class that means "nothing new". Default 0. */
  readonly blank?: number;
  /** Whether losses of impossible targets (longer than their input) count as 0, without gradient. Default false. */
  readonly zeroInfinity?: boolean;
}
/** One length per sequence: int32 [N] or [], or numbers. */
export type Lengths = Tensor | readonly number[] | number;

/** log(exp(a) + exp(b) + exp(c)), -inf where all are -inf, without NaN in any derivative. */
function logSum(...parts: [Scalar, ...Scalar[]]): Scalar {
  const most = parts.reduce((a, b) => a.maximum(b));
  const peak = most.maskedFill(most.eq(-Infinity), 0);
  const sum = parts.map((part) => part.sub(peak).exp()).reduce((a, b) => a.add(b));
  const none = sum.eq(0);
  return sum.maskedFill(none, 1).log().add(peak).maskedFill(none, -Infinity);
}

/** Places before the first are impossible; two places back only between different labels; after the end of an input nothing changes. */
const advance = fuse((alpha: Scalar, back1: Scalar, back2: Scalar, emitted: Scalar, jumps: Scalar, length: Scalar, time: Scalar) => {
  const place = alpha.index(1);
  const from1 = back1.maskedFill(place.lt(1), -Infinity);
  const from2 = back2.maskedFill(jumps.logicalNot(), -Infinity);
  return logSum(alpha, from1, from2).add(emitted).where(time.lt(length), alpha);
});
const begin = fuse((emitted: Scalar, length: Scalar, known: Scalar) => {
  const place = emitted.index(1);
  return emitted.where(place.eq(0).logicalOr(place.eq(1).logicalAnd(known.gt(0))).logicalAnd(length.gt(0)), -Infinity);
});
/** An alignment ends with the last label or the blank after it. */
const end = fuseRows((alpha: Scalar, known: Scalar) => {
  const last = known.mul(2);
  const place = alpha.index(1);
  const reached = alpha.where(place.eq(last).logicalOr(place.eq(last.sub(1))), -Infinity);
  const most = reached.rowMax();
  const peak = most.maskedFill(most.eq(-Infinity), 0);
  const sum = reached.sub(peak).exp().rowSum();
  const none = sum.eq(0);
  return sum.maskedFill(none, 1).log().add(peak).neg().maskedFill(none, Infinity);
}, { perRow: [1] });

/** As if the log-probabilities came out of a log-softmax, which is what PyTorch's gradient assumes. */
const normalised = customGradient({
  name: 'ctcLoss',
  forward: (x) => x.clone(),
  backward: ([g], [x]) => [g && g.sub(x!.exp().mul(g.sum(-1, { keepDim: true })))],
  saves: { outputs: false },
});

function lengthsOf(lengths: Lengths, count: number, what: string, most: number, like: Tensor): { readonly values: Tensor; readonly most: number } {
  const given = typeof lengths === 'number' ? [lengths] : lengths;
  const size = given instanceof Tensor ? given.numel : given.length;
  if (size !== count) fail('ctcLoss', `${size} ${what} lengths for ${count} sequences`, 'Give one each.');
  if (given instanceof Tensor) return { values: given.reshape(-1).cast('int32'), most };
  const wrong = given.find((length) => !(Number.isInteger(length) && length >= 0 && length <= most));
  if (wrong !== undefined) fail('ctcLoss', `one of the ${what} lengths is ${wrong}`, `Use whole numbers from 0 to ${most}.`);
  return { values: tensor(given, { dtype: 'int32', device: like.device }), most: Math.max(0, ...given) };
}

/** Concatenated targets as rows, [N, most]; what is beyond a row's length is not looked at. */
function rowsOf(targets: Tensor, lengths: Tensor, most: number): Tensor {
  const starts = lengths.cumsum(0).sub(lengths).unsqueeze(1);
  const places = starts.add(tensor(Int32Array.from({ length: most }, (_, i) => i), { device: targets.device })).minimum(Math.max(0, targets.numel - 1));
  return targets.numel === 0 ? places.mul(0) : targets.gather(0, places.reshape(-1)).reshape(...places.shape);
}

const labelAt = fuse((target: Scalar, known: Scalar, blank: Scalar) => target.where(target.index(1).lt(known), blank));
const differs = fuse((label: Scalar, before: Scalar, blank: Scalar) => label.index(1).ge(2).logicalAnd(label.ne(blank)).logicalAnd(label.ne(before)));

/**
 * Connectionist temporal classification: how surprising a sequence of labels is, over all alignments with an input that is at least as long.
 * An alignment gives each step a label or the blank; equal neighbours are one label, blanks are dropped.
 * The forward recursion runs in log space in ordinary operations. The gradient is PyTorch's: that of log-probabilities made by a log-softmax.
 *
 * Source: Graves et al. 2006, Connectionist temporal classification, section 4.1; https://docs.pytorch.org/docs/stable/generated/torch.nn.CTCLoss.html
 *
 * @param logProbs log-probabilities, [T, N, C] or [T, C]
 * @param targets labels as int32 without blanks: [N, S] (padded), [sum of lengths] (one after another), or [S] for [T, C]
 * @param inputLengths steps of each input, at most T
 * @param targetLengths labels of each target
 * @returns `mean`: the mean of losses, each divided by its target's length; or their `sum`; or (`none`) [N] or []
 * @throws where shapes and lengths do not fit, and for labels out of range
 * @example
 * ctcLoss(randn([50, 16, 20]).logSoftmax(2), randint(1, 20, [16, 30]), Array(16).fill(50), Array(16).fill(10)).shape; // []
 */
export function ctcLoss(logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths, options: CTCOptions = {}): Tensor {
  const { blank = 0, zeroInfinity = false, reduction = 'mean' } = options;
  checkReduction('ctcLoss', reduction);
  const { shape } = logProbs;
  if ((shape.length !== 2 && shape.length !== 3) || !isFloat(logProbs.dtype)) fail('ctcLoss', `the log-probabilities are ${logProbs.dtype} ${show(shape)}`, 'Give floats, [T, N, C] or [T, C].');
  const classes = shape.at(-1)!;
  if (!(Number.isInteger(blank) && blank >= 0 && blank < classes)) fail('ctcLoss', `the blank is ${blank}`, `Use a class, 0 to ${classes - 1}.`);
  if (targets.dtype !== 'int32' || targets.ndim < 1 || targets.ndim > 2) fail('ctcLoss', `the targets are ${targets.dtype} ${show(targets.shape)}`, 'Give int32, [N, S] or [sum of lengths].');
  return scope(() => {
    const batched = shape.length === 3;
    const x = normalised(batched ? logProbs : logProbs.unsqueeze(1));
    const [steps, count] = x.shape as [number, number, number];
    if (targets.ndim === 2 && targets.shape[0] !== (batched ? count : 1)) fail('ctcLoss', `the targets are ${show(targets.shape)}, the log-probabilities ${show(shape)}`, `Give ${count} rows.`);
    const length = lengthsOf(inputLengths, count, 'input', steps, targets).values.unsqueeze(1);
    const { values: known, most } = lengthsOf(targetLengths, count, 'target', targets.shape.at(-1)!, targets);
    const losses = recursion(x, quietly(() => extended(targets, known, most, blank, classes)), length, known.unsqueeze(1), blank);
    const finite = zeroInfinity ? losses.where(quietly(() => losses.isfinite()), 0) : losses;
    if (reduction === 'none') return batched ? finite : finite.reshape();
    return reduction === 'sum' ? finite.sum() : finite.div(known.maximum(1).cast(finite.dtype)).mean();
  }, 'ctcLoss');
}

/** The labels with a blank before, between and after them: [N, 2 S + 1]. */
function extended(targets: Tensor, known: Tensor, most: number, blank: number, classes: number): Tensor {
  const rows = targets.ndim === 2 ? targets.narrow(1, 0, most) : rowsOf(targets, known, most);
  const labels = labelAt(rows, known.unsqueeze(1), blank);
  checkIndices('ctcLoss', labels, classes, 'a label');
  const blanks = labels.newFull(labels.shape, blank);
  return stack([blanks, labels], 2).reshape(labels.shape[0]!, 2 * most).pad([0, 1], blank);
}

function recursion(x: Tensor, labels: Tensor, length: Tensor, known: Tensor, blank: number): Tensor {
  const [steps, count] = x.shape as [number, number];
  const width = labels.shape[1]!;
  const back = (y: Tensor, by: number): Tensor => y.pad([by, -by]);
  const jumps = quietly(() => differs(labels, width > 2 ? back(labels, 2) : labels, blank));
  const emitted = slicesOf(x.gather(2, labels.unsqueeze(0).expand([steps, count, width])), 0);
  let alpha = begin(emitted[0]!, length, known);
  for (let time = 1; time < steps; time++) {
    alpha = advance(alpha, back(alpha, 1), width > 2 ? back(alpha, 2) : alpha, emitted[time]!, jumps, length, time);
  }
  return end(1, alpha, known).squeeze(1);
}

/**
 * {@link ctcLoss} with its options set once.
 *
 * @example
 * new CTCLoss({ zeroInfinity: true }).forward(randn([9, 2, 4]).logSoftmax(2), randint(1, 4, [2, 3]), [9, 8], [3, 2]).shape; // []
 */
export class CTCLoss extends Loss<[logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths]> {
  static override readonly typeName = 'CTCLoss';
  readonly blank: number;
  readonly zeroInfinity: boolean;

  constructor({ blank = 0, zeroInfinity = false, ...options }: CTCOptions = {}) {
    super(options);
    this.blank = blank;
    this.zeroInfinity = zeroInfinity;
  }

  forward(logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths): Tensor {
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, this);
  }
}
