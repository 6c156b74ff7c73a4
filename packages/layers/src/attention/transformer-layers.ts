/** The layers that transformers are stacks of. */
import { fail, type Tensor } from '@nn/tensor';
import { relu } from '../activation/basic.ts';
import { gelu } from '../activation/smooth.ts';
import { Dropout } from '../dropout/dropout.ts';
import { LayerNorm } from '../norm/layer-norm.ts';
import { Linear } from '../linear.ts';
import { type AnyModule, Module } from '../module.ts';
import type { ParameterOptions } from '../parameter.ts';
import { MultiheadAttention } from './multihead.ts';

/** What the layers of a transformer take. */
export interface TransformerLayerOptions extends ParameterOptions {
  /** Width of the feed-forward part. Default 2048. */
  readonly dimFeedforward?: number;
  /** The probability of dropout, in training. Default 0.1. */
  readonly dropout?: number;
  /** Between the two linear layers: `relu` (the default), `gelu`, or a function. */
  readonly activation?: 'relu' | 'gelu' | ((x: Tensor) => Tensor);
  /** Added to variances. Default 1e-5. */
  readonly layerNormEps?: number;
  /** [N, T, E] instead of [T, N, E]. Default false. */
  readonly batchFirst?: boolean;
  /** Whether each part normalizes what it takes, instead of what it gives. Default false. */
  readonly normFirst?: boolean;
}

/** Masks of {@link TransformerEncoderLayer}: see `MultiheadAttention`. */
export interface EncoderLayerMasks { readonly srcMask?: Tensor | null; readonly srcKeyPaddingMask?: Tensor | null; readonly isCausal?: boolean }
/** Masks of {@link TransformerDecoderLayer}: see `MultiheadAttention`. */
export interface DecoderMasks {
  readonly tgtMask?: Tensor | null;
  readonly memoryMask?: Tensor | null;
  readonly tgtKeyPaddingMask?: Tensor | null;
  readonly memoryKeyPaddingMask?: Tensor | null;
  readonly tgtIsCausal?: boolean;
  readonly memoryIsCausal?: boolean;
}

const activations = { relu: (x: Tensor): Tensor => relu(x), gelu: (x: Tensor): Tensor => gelu(x) };
function activationOf(operation: string, activation: TransformerLayerOptions['activation'] = 'relu'): (x: Tensor) => Tensor {
  if (typeof activation !== 'string') return activation;
  return Object.hasOwn(activations, activation) ? activations[activation] : fail(operation, `there is no activation '${activation as string}'`, "Use 'relu', 'gelu' or a function.");
}

/** A module like another, with its values. */
function copied<M extends AnyModule>(from: AnyModule, make: (where: Pick<ParameterOptions, 'device' | 'dtype'>) => M): M {
  const [first] = from.parameters();
  const copy = make(first ? { device: first.device, dtype: first.dtype } : {});
  copy.loadStateDict(from.stateDict());
  copy.train(from.training);
  return copy;
}

/**
 * Self-attention, then two linear layers, each part with a way around it: `x = norm(x + part(x))`, or `x = x + part(norm(x))` with `normFirst`.
 *
 * Source: Vaswani et al. 2017, Attention is all you need; https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html
 *
 * @param dModel E
 * @param nhead heads of the attention
 * @example
 * new TransformerEncoderLayer(64, 4, { batchFirst: true }).forward(zeros([8, 20, 64])).shape; // [8, 20, 64]
 */
export class TransformerEncoderLayer extends Module<[src: Tensor, masks?: EncoderLayerMasks]> {
  static override readonly typeName = 'TransformerEncoderLayer';
  readonly selfAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly normFirst: boolean;
  readonly #activation: (x: Tensor) => Tensor;
  readonly #copy: (where: Pick<ParameterOptions, 'device' | 'dtype'>) => TransformerEncoderLayer;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super();
    const { dimFeedforward = 2048, dropout: p = 0.1, activation, layerNormEps: eps = 1e-5, batchFirst = false, normFirst = false, ...where } = options;
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout: p, batchFirst, ...where });
    this.linear1 = new Linear(dModel, dimFeedforward, where);
    this.dropout = new Dropout(p);
    this.linear2 = new Linear(dimFeedforward, dModel, where);
    this.norm1 = new LayerNorm(dModel, { eps, ...where });
    this.norm2 = new LayerNorm(dModel, { eps, ...where });
    this.dropout1 = new Dropout(p);
    this.dropout2 = new Dropout(p);
    this.normFirst = normFirst;
    this.#activation = activationOf(this.typeName, activation);
    this.#copy = (place) => new TransformerEncoderLayer(dModel, nhead, { ...options, ...place });
  }

  /** @param src [T, N, E], [N, T, E] with `batchFirst`, or [T, E] */
  forward(src: Tensor, { srcMask = null, srcKeyPaddingMask = null, isCausal = false }: EncoderLayerMasks = {}): Tensor {
    const attend = (x: Tensor): Tensor =>
      this.dropout1.forward(this.selfAttn.forward(x, x, x, { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, isCausal, needWeights: false })[0]);
    const feed = (x: Tensor): Tensor => this.dropout2.forward(this.linear2.forward(this.dropout.forward(this.#activation(this.linear1.forward(x)))));
    return around([[attend, this.norm1], [feed, this.norm2]], src, this.normFirst);
  }

  /** Another layer with the same values. */
  copy(): TransformerEncoderLayer { return copied(this, this.#copy); }
}

/**
 * {@link TransformerEncoderLayer} with attention to an encoder's output between its two parts.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerDecoderLayer.html
 *
 * @param dModel E
 * @param nhead heads of each attention
 * @example
 * new TransformerDecoderLayer(64, 4).forward(zeros([20, 8, 64]), zeros([10, 8, 64])).shape; // [20, 8, 64]
 */
export class TransformerDecoderLayer extends Module<[tgt: Tensor, memory: Tensor, masks?: DecoderMasks]> {
  static override readonly typeName = 'TransformerDecoderLayer';
  readonly selfAttn: MultiheadAttention;
  readonly multiheadAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly norm3: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly dropout3: Dropout;
  readonly normFirst: boolean;
  readonly #activation: (x: Tensor) => Tensor;
  readonly #copy: (where: Pick<ParameterOptions, 'device' | 'dtype'>) => TransformerDecoderLayer;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super();
    const { dimFeedforward = 2048, dropout: p = 0.1, activation, layerNormEps: eps = 1e-5, batchFirst = false, normFirst = false, ...where } = options;
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout: p, batchFirst, ...where });
    this.multiheadAttn = new MultiheadAttention(dModel, nhead, { dropout: p, batchFirst, ...where });
    this.linear1 = new Linear(dModel, dimFeedforward, where);
    this.dropout = new Dropout(p);
    this.linear2 = new Linear(dimFeedforward, dModel, where);
    this.norm1 = new LayerNorm(dModel, { eps, ...where });
    this.norm2 = new LayerNorm(dModel, { eps, ...where });
    this.norm3 = new LayerNorm(dModel, { eps, ...where });
    this.dropout1 = new Dropout(p);
    this.dropout2 = new Dropout(p);
    this.dropout3 = new Dropout(p);
    this.normFirst = normFirst;
    this.#activation = activationOf(this.typeName, activation);
    this.#copy = (place) => new TransformerDecoderLayer(dModel, nhead, { ...options, ...place });
  }

  /**
   * @param tgt [T, N, E], [N, T, E] with `batchFirst`, or [T, E]
   * @param memory what an encoder gave: [S, N, E] and so on
   */
  forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    const { tgtMask = null, memoryMask = null, tgtKeyPaddingMask = null, memoryKeyPaddingMask = null, tgtIsCausal = false, memoryIsCausal = false } = masks;
    const attend = (x: Tensor): Tensor =>
      this.dropout1.forward(this.selfAttn.forward(x, x, x, { attnMask: tgtMask, keyPaddingMask: tgtKeyPaddingMask, isCausal: tgtIsCausal, needWeights: false })[0]);
    const look = (x: Tensor): Tensor => this.dropout2.forward(
      this.multiheadAttn.forward(x, memory, memory, { attnMask: memoryMask, keyPaddingMask: memoryKeyPaddingMask, isCausal: memoryIsCausal, needWeights: false })[0]);
    const feed = (x: Tensor): Tensor => this.dropout3.forward(this.linear2.forward(this.dropout.forward(this.#activation(this.linear1.forward(x)))));
    return around([[attend, this.norm1], [look, this.norm2], [feed, this.norm3]], tgt, this.normFirst);
  }

  /** Another layer with the same values. */
  copy(): TransformerDecoderLayer { return copied(this, this.#copy); }
}

/** Each part with a way around it. */
const around = (parts: readonly (readonly [part: (x: Tensor) => Tensor, norm: LayerNorm])[], x: Tensor, normFirst: boolean): Tensor =>
  parts.reduce((y, [part, norm]) => (normFirst ? y.add(part(norm.forward(y))) : norm.forward(y.add(part(y)))), x);
