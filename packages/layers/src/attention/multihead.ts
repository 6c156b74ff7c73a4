import { concat, fail, isFloat, linear, show, type Tensor, zeros } from '@nn/tensor';
import { dropout } from '../dropout/dropout.ts';
import { xavierNormal, xavierUniform, zeros as toZero } from '../init.ts';
import { Linear } from '../linear.ts';
import { Module } from '../module.ts';
import { Parameter, type ParameterOptions } from '../parameter.ts';
import { slicesOf } from '../slices.ts';
import { attentionWeights } from './attention.ts';

/** What {@link MultiheadAttention} takes. */
export interface MultiheadAttentionOptions extends ParameterOptions {
  /** The probability of dropout on the weights, in training. Default 0. */
  readonly dropout?: number;
  /** Whether projections have biases. Default true. */
  readonly bias?: boolean;
  /** Whether a learned key and value are added to those given. Default false. */
  readonly addBiasKv?: boolean;
  /** Whether a key and value of zeros are added. Default false. */
  readonly addZeroAttn?: boolean;
  /** Sizes of keys and values. Default: `embedDim`. */
  readonly kdim?: number;
  readonly vdim?: number;
  /** [N, L, E] instead of [L, N, E]. Default false. */
  readonly batchFirst?: boolean;
}

/** What its `forward` takes beside query, key and value. */
export interface MultiheadAttentionCall {
  /** [N, S] or [S]. Bool: true for keys to leave out. Float: added to the scores. */
  readonly keyPaddingMask?: Tensor | null;
  /** [L, S] or [N * heads, L, S]. Bool: true for pairs to leave out. Float: added to the scores. */
  readonly attnMask?: Tensor | null;
  /** Whether the weights are returned too. Default true. */
  readonly needWeights?: boolean;
  /** Whether they are averaged over the heads. Default true. */
  readonly averageAttnWeights?: boolean;
  /** Whether a query sees only keys up to its own place. Default false. */
  readonly isCausal?: boolean;
}

/**
 * Attention in several projections at once: `concat(head_1, ..., head_h) W_O`, `head_i = attention(Q W_Qi, K W_Ki, V W_Vi)`.
 * A query that may attend to nothing gets 0 from every key.
 *
 * Parameters: `inProjWeight` [3 E, E] (or `qProjWeight`, `kProjWeight`, `vProjWeight` where sizes differ), `inProjBias` [3 E], `outProj`.
 *
 * Source: Vaswani et al. 2017, section 3.2.2; https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
 *
 * @param embedDim E, divided among the heads
 * @param numHeads how many
 * @throws where E is no multiple of the heads, and by `forward` where shapes do not fit
 * @example
 * const attention = new MultiheadAttention(64, 8, { batchFirst: true });
 * const x = randn([2, 5, 64]);
 * const [output, weights] = attention.forward(x, x, x);
 * output.shape; // [2, 5, 64]
 * weights!.shape; // [2, 5, 5]
 */
export class MultiheadAttention extends Module<[query: Tensor, key: Tensor, value: Tensor, call?: MultiheadAttentionCall], [output: Tensor, weights: Tensor | null]> {
  static override readonly typeName = 'MultiheadAttention';
  readonly embedDim: number;
  readonly numHeads: number;
  readonly dropout: number;
  readonly batchFirst: boolean;
  readonly addZeroAttn: boolean;
  readonly inProjWeight: Parameter | null;
  readonly qProjWeight: Parameter | null;
  readonly kProjWeight: Parameter | null;
  readonly vProjWeight: Parameter | null;
  readonly inProjBias: Parameter | null;
  readonly biasK: Parameter | null;
  readonly biasV: Parameter | null;
  readonly outProj: Linear;

  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    super();
    const { dropout: rate = 0, bias = true, addBiasKv = false, addZeroAttn = false, kdim = embedDim, vdim = embedDim, batchFirst = false, generator, ...where } = options;
    if (!(embedDim > 0 && numHeads > 0 && Number.isInteger(embedDim / numHeads))) fail('MultiheadAttention', `embedDim ${embedDim} is no multiple of ${numHeads} heads`, 'Choose a multiple.');
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.dropout = rate;
    this.batchFirst = batchFirst;
    this.addZeroAttn = addZeroAttn;
    const drawn = generator ? { generator } : {};
    const weight = (rows: number, columns: number): Parameter => xavierUniform(new Parameter(zeros([rows, columns], where)), drawn);
    const together = kdim === embedDim && vdim === embedDim;
    this.inProjWeight = together ? weight(3 * embedDim, embedDim) : null;
    this.qProjWeight = together ? null : weight(embedDim, embedDim);
    this.kProjWeight = together ? null : weight(embedDim, kdim);
    this.vProjWeight = together ? null : weight(embedDim, vdim);
    this.inProjBias = bias ? new Parameter(zeros([3 * embedDim], where)) : null;
    const added = (): Parameter | null => (addBiasKv ? xavierNormal(new Parameter(zeros([1, 1, embedDim], where)), drawn) : null);
    this.biasK = added();
    this.biasV = added();
    this.outProj = new Linear(embedDim, embedDim, { bias, ...options });
    if (this.outProj.bias) toZero(this.outProj.bias);
  }

  /**
   * @param query [L, N, E], [N, L, E] with `batchFirst`, or [L, E]
   * @param key [S, N, kdim] and so on
   * @param value [S, N, vdim] and so on
   * @returns the output, of the query's shape, and the weights: [N, L, S], or [N, heads, L, S] where they are not averaged; null without `needWeights`
   */
  forward(query: Tensor, key: Tensor, value: Tensor, call: MultiheadAttentionCall = {}): [output: Tensor, weights: Tensor | null] {
    const { needWeights = true, averageAttnWeights = true, isCausal = false } = call;
    const single = query.ndim === 2;
    this.#check(query, key, value);
    /** As [N, L, E]. */
    const batch = (x: Tensor): Tensor => (single ? x.unsqueeze(0) : this.batchFirst ? x : x.transpose(0, 1));
    const count = batch(query).shape[0]!;
    const [q, k, v] = this.#extended(this.#projected(query, key, value, batch), count);
    const sources = batch(key).shape[1]!;
    const extra = k.shape[1]! - sources;
    const masks = this.#masks(call, single, count, query.shape[single || !this.batchFirst ? 0 : 1]!, sources, extra);
    const heads = (x: Tensor): Tensor => x.reshape(count, x.shape[1]!, this.numHeads, this.embedDim / this.numHeads).transpose(1, 2);
    const raw = attentionWeights(heads(q), heads(k), 1 / Math.sqrt(this.embedDim / this.numHeads), { ...masks, causal: isCausal });
    const weights = dropout(raw, this.dropout, { training: this.training });
    const joined = weights.matmul(heads(v)).transpose(1, 2).flatten(2);
    const turned = single ? joined.squeeze(0) : this.batchFirst ? joined : joined.transpose(0, 1);
    const output = this.outProj.forward(turned);
    if (!needWeights) return [output, null];
    const shown = averageAttnWeights ? weights.mean(1) : weights;
    return [output, single ? shown.squeeze(0) : shown];
  }

  #check(query: Tensor, key: Tensor, value: Tensor): void {
    const [keys, values] = [this.kProjWeight?.shape[1] ?? this.embedDim, this.vProjWeight?.shape[1] ?? this.embedDim];
    const fits = (query.ndim === 2 || query.ndim === 3) && key.ndim === query.ndim && value.ndim === query.ndim
      && query.shape.at(-1) === this.embedDim && key.shape.at(-1) === keys && value.shape.at(-1) === values && show(key.shape.slice(0, -1)) === show(value.shape.slice(0, -1))
      && (query.ndim === 2 || query.shape[this.batchFirst ? 0 : 1] === key.shape[this.batchFirst ? 0 : 1]);
    if (!fits) {
      const lead = this.batchFirst ? ['N, L', 'N, S'] : ['L, N', 'S, N'];
      fail('MultiheadAttention', `the query is ${show(query.shape)}, the key ${show(key.shape)}, the value ${show(value.shape)}`, `Give [${lead[0]}, ${this.embedDim}], [${lead[1]}, ${keys}] and [${lead[1]}, ${values}], or all without N.`);
    }
  }

  /** Query, key and value in the heads' space, [N, L, E]: one product where all three are one. */
  #projected(query: Tensor, key: Tensor, value: Tensor, batch: (x: Tensor) => Tensor): [Tensor, Tensor, Tensor] {
    const { embedDim, inProjWeight, inProjBias } = this;
    if (inProjWeight && query === key && key === value) {
      const all = linear(batch(query), inProjWeight, inProjBias ?? undefined);
      return slicesOf(all.reshape(...all.shape.slice(0, -1), 3, embedDim), 2) as [Tensor, Tensor, Tensor];
    }
    const own = [this.qProjWeight, this.kProjWeight, this.vProjWeight];
    return [query, key, value].map((x, i) => linear(batch(x),
      own[i] ?? inProjWeight!.narrow(0, i * embedDim, embedDim), inProjBias?.narrow(0, i * embedDim, embedDim))) as [Tensor, Tensor, Tensor];
  }

  #extended([q, k, v]: [Tensor, Tensor, Tensor], count: number): [Tensor, Tensor, Tensor] {
    let [keys, values] = [k, v];
    const one = [count, 1, this.embedDim];
    if (this.biasK && this.biasV) [keys, values] = [concat([keys, this.biasK.expand(one)], 1), concat([values, this.biasV.expand(one)], 1)];
    if (this.addZeroAttn) [keys, values] = [concat([keys, keys.newFull(one, 0)], 1), concat([values, values.newFull(one, 0)], 1)];
    return [q, keys, values];
  }

  /** Masks over [N, heads, L, S + extra]: keys that were added are always seen. */
  #masks({ keyPaddingMask = null, attnMask = null }: MultiheadAttentionCall, single: boolean, count: number, queries: number, sources: number, extra: number): { mask: Tensor | null; padding: Tensor | null } {
    const usable = (mask: Tensor, name: string): Tensor => {
      if (mask.dtype !== 'bool' && !isFloat(mask.dtype)) fail('MultiheadAttention', `${name} is ${mask.dtype}`, 'Give bool (true: left out) or floats to be added.');
      return extra > 0 ? mask.pad([0, extra], 0) : mask;
    };
    const whole = [count * this.numHeads, queries, sources];
    if (attnMask && show(attnMask.shape) !== show(whole.slice(1)) && show(attnMask.shape) !== show(whole)) fail('MultiheadAttention', `attnMask is ${show(attnMask.shape)}`, `Give ${show(whole.slice(1))} or ${show(whole)}.`);
    if (keyPaddingMask && show(keyPaddingMask.shape) !== show(single ? [sources] : [count, sources])) fail('MultiheadAttention', `keyPaddingMask is ${show(keyPaddingMask.shape)}`, `Give ${show(single ? [sources] : [count, sources])}.`);
    const mask = attnMask && usable(attnMask, 'attnMask');
    return {
      mask: mask && (mask.ndim === 3 ? mask.reshape(count, this.numHeads, queries, sources + extra) : mask.reshape(1, 1, queries, sources + extra)),
      padding: keyPaddingMask && usable(keyPaddingMask.reshape(count, 1, 1, sources), 'keyPaddingMask'),
    };
  }
}
