import { fail, fuseRows, type Generator, isFloat, type Scalar, scope, show, type Tensor } from '@nn/tensor';
import { dropout } from '../dropout/dropout.ts';

/** Scores as they count: bool masks say what is left out, others are added. */
const masked = (scores: Scalar, mask: Scalar): Scalar => (mask.dtype === 'bool' ? scores.maskedFill(mask, -Infinity) : scores.add(mask));

/** Softmax over the last of four axes, [N, heads, L, S]; rows with nothing left are 0. */
const kernels = [false, true].map((causal) => fuseRows((scores: Scalar, mask: Scalar, padding: Scalar, scale: Scalar) => {
  const all = masked(masked(scores.mul(scale), mask), padding);
  const left = causal ? all.maskedFill(scores.index(3).gt(scores.index(2)), -Infinity) : all;
  const most = left.rowPeak();
  const e = left.sub(most.maskedFill(most.eq(-Infinity), 0)).exp();
  const sum = e.rowSum();
  return e.div(sum.maskedFill(sum.eq(0), 1));
}));

/** What of the scores counts. */
export interface ScoreMasks {
  /** Broadcasts to [N, heads, L, S]: bool (true: left out) or added. */
  readonly mask?: Tensor | null;
  /** The same, e.g. [N, 1, 1, S]. */
  readonly padding?: Tensor | null;
  /** Whether a query sees only keys up to its own place. */
  readonly causal?: boolean;
}

/** How much each query attends to each key: `softmax(scale q k^T + masks)`, in one product and one kernel. q [N, heads, L, E], k [N, heads, S, E]. */
export const attentionWeights = (q: Tensor, k: Tensor, scale: number, { mask = null, padding = null, causal = false }: ScoreMasks): Tensor =>
  kernels[Number(causal)]!(-1, q.matmul(k.transpose(-1, -2)), mask ?? 0, padding ?? 0, scale);

/** What {@link scaledDotProductAttention} takes. */
export interface AttentionOptions {
  /** Broadcasts to [..., L, S]. Bool: true where a query may attend. Float: added to the scores. */
  readonly attnMask?: Tensor | null;
  /** The probability of dropout on the weights; it is always applied, so pass 0 in evaluation. Default 0. */
  readonly dropoutP?: number;
  /** Whether a query sees only keys up to its own place. Not together with `attnMask`. Default false. */
  readonly isCausal?: boolean;
  /** A factor on the scores. Default 1 / sqrt(E). */
  readonly scale?: number | null;
  readonly generator?: Generator;
}

/**
 * `softmax(scale Q K^T + mask) V`. A query that may attend to nothing gets 0.
 *
 * Source: Vaswani et al. 2017, Attention is all you need, section 3.2.1;
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
 *
 * @param query [..., L, E]
 * @param key [..., S, E]
 * @param value [..., S, Ev]
 * @returns [..., L, Ev]
 * @throws where shapes do not fit, or both `attnMask` and `isCausal` are given
 * @example
 * const [q, k, v] = [randn([2, 5, 8]), randn([2, 5, 8]), randn([2, 5, 6])];
 * scaledDotProductAttention(q, k, v, { isCausal: true }).shape; // [2, 5, 6]
 */
export function scaledDotProductAttention(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions = {}): Tensor {
  const { attnMask = null, dropoutP = 0, isCausal = false, scale = null, generator } = options;
  const operation = 'scaledDotProductAttention';
  if (query.ndim < 2 || key.ndim < 2 || value.ndim < 2 || !isFloat(query.dtype)) fail(operation, `the query is ${query.dtype} ${show(query.shape)}, the key ${show(key.shape)}, the value ${show(value.shape)}`, 'Give floats, [..., L, E], [..., S, E] and [..., S, Ev].');
  if (query.shape.at(-1) !== key.shape.at(-1) || key.shape.at(-2) !== value.shape.at(-2)) fail(operation, `the query is ${show(query.shape)}, the key ${show(key.shape)}, the value ${show(value.shape)}`, 'Query and key need the same last size, key and value the same number of rows.');
  if (attnMask && isCausal) fail(operation, 'there are both attnMask and isCausal', 'Give one of them.');
  if (attnMask && attnMask.dtype !== 'bool' && !isFloat(attnMask.dtype)) fail(operation, `the mask is ${attnMask.dtype}`, 'Give bool (true: attend) or floats to be added.');
  return scope(() => {
    const factor = scale ?? 1 / Math.sqrt(query.shape.at(-1)!);
    const mask = attnMask && (attnMask.dtype === 'bool' ? attnMask.logicalNot() : attnMask);
    const rank = Math.max(query.ndim, key.ndim, value.ndim, mask?.ndim ?? 0, 4);
    const lead = Array.from({ length: rank - 2 }, (_, i) => [query, key, value, ...(mask ? [mask] : [])].reduce((size, x) => Math.max(size, x.shape[i - rank + x.ndim] ?? 1), 1));
    // More than two leading axes become one.
    const four = (x: Tensor): Tensor => {
      const wide = x.reshape(...Array<number>(rank - x.ndim).fill(1), ...x.shape);
      return rank === 4 ? wide : wide.expand([...lead, ...wide.shape.slice(-2)]).flatten(0, -4);
    };
    const weights = attentionWeights(four(query), four(key), factor, { mask: mask && four(mask.ndim < 2 ? mask.reshape(1, mask.numel) : mask), causal: isCausal });
    const attended = dropout(weights, dropoutP, { ...(generator && { generator }) }).matmul(four(value));
    const outer = Math.max(query.ndim, key.ndim, value.ndim, mask?.ndim ?? 0);
    return attended.reshape(...lead.slice(rank - outer), ...attended.shape.slice(-2));
  }, operation);
}
