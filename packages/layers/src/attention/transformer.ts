/** Stacks of transformer layers. */
import { fail, full, show, type Tensor, type TensorOptions } from '@nn/tensor';
import { xavierUniform } from '../init.ts';
import { LayerNorm } from '../norm/layer-norm.ts';
import { Module } from '../module.ts';
import { type DecoderMasks, TransformerDecoderLayer, TransformerEncoderLayer, type TransformerLayerOptions } from './transformer-layers.ts';

/** `norm`: a last normalization. Default: none. */
export interface StackOptions { readonly norm?: LayerNorm | null }
/** Masks of {@link TransformerEncoder}: see `MultiheadAttention`. */
export interface EncoderMasks { readonly mask?: Tensor | null; readonly srcKeyPaddingMask?: Tensor | null; readonly isCausal?: boolean }
/** Masks of {@link Transformer}: those of its encoder and decoder. */
export interface TransformerMasks extends DecoderMasks { readonly srcMask?: Tensor | null; readonly srcKeyPaddingMask?: Tensor | null; readonly srcIsCausal?: boolean }

/** As many copies of a layer, which all start with its values. */
const copies = <L>(layer: { copy(): L }, count: number): L[] => Array.from({ length: count }, () => layer.copy());

/**
 * Copies of an encoder layer one after another.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerEncoder.html
 *
 * @example
 * const encoder = new TransformerEncoder(new TransformerEncoderLayer(64, 4, { dimFeedforward: 128 }), 3);
 * encoder.forward(zeros([20, 8, 64]), { isCausal: true }).shape; // [20, 8, 64]
 */
export class TransformerEncoder extends Module<[src: Tensor, masks?: EncoderMasks]> {
  static override readonly typeName = 'TransformerEncoder';
  readonly layers: TransformerEncoderLayer[];
  readonly norm: LayerNorm | null;

  constructor(encoderLayer: TransformerEncoderLayer, numLayers: number, { norm = null }: StackOptions = {}) {
    super();
    this.layers = copies(encoderLayer, numLayers);
    this.norm = norm;
  }

  forward(src: Tensor, { mask: srcMask = null, srcKeyPaddingMask = null, isCausal = false }: EncoderMasks = {}): Tensor {
    const output = this.layers.reduce((x, layer) => layer.forward(x, { srcMask, srcKeyPaddingMask, isCausal }), src);
    return this.norm?.forward(output) ?? output;
  }
}

/**
 * Copies of a decoder layer one after another.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerDecoder.html
 *
 * @example
 * new TransformerDecoder(new TransformerDecoderLayer(64, 4, { dimFeedforward: 128 }), 3).forward(zeros([20, 8, 64]), zeros([10, 8, 64])).shape; // [20, 8, 64]
 */
export class TransformerDecoder extends Module<[tgt: Tensor, memory: Tensor, masks?: DecoderMasks]> {
  static override readonly typeName = 'TransformerDecoder';
  readonly layers: TransformerDecoderLayer[];
  readonly norm: LayerNorm | null;

  constructor(decoderLayer: TransformerDecoderLayer, numLayers: number, { norm = null }: StackOptions = {}) {
    super();
    this.layers = copies(decoderLayer, numLayers);
    this.norm = norm;
  }

  forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    const output = this.layers.reduce((x, layer) => layer.forward(x, memory, masks), tgt);
    return this.norm?.forward(output) ?? output;
  }
}

/** What {@link Transformer} takes: sizes, and what its layers take. */
export interface TransformerOptions extends TransformerLayerOptions {
  /** E. Default 512. */
  readonly dModel?: number;
  /** Heads of each attention. Default 8. */
  readonly nhead?: number;
  /** Default 6 each. */
  readonly numEncoderLayers?: number;
  readonly numDecoderLayers?: number;
}

/**
 * An encoder and a decoder, each with a last normalization. All matrices start by `xavierUniform`.
 *
 * Source: Vaswani et al. 2017, Attention is all you need; https://docs.pytorch.org/docs/stable/generated/torch.nn.Transformer.html
 *
 * @throws by `forward` where shapes do not fit
 * @example
 * const model = new Transformer({ dModel: 64, nhead: 4, numEncoderLayers: 2, numDecoderLayers: 2, dimFeedforward: 128 });
 * model.forward(zeros([10, 32, 64]), zeros([20, 32, 64]), { tgtIsCausal: true }).shape; // [20, 32, 64]
 */
export class Transformer extends Module<[src: Tensor, tgt: Tensor, masks?: TransformerMasks]> {
  static override readonly typeName = 'Transformer';
  readonly encoder: TransformerEncoder;
  readonly decoder: TransformerDecoder;
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;

  constructor(options: TransformerOptions = {}) {
    super();
    const { dModel = 512, nhead = 8, numEncoderLayers = 6, numDecoderLayers = 6, ...layer } = options;
    const { layerNormEps: eps = 1e-5, generator, device, dtype } = layer;
    const norm = (): LayerNorm => new LayerNorm(dModel, { eps, ...(device && { device }), ...(dtype && { dtype }) });
    this.encoder = new TransformerEncoder(new TransformerEncoderLayer(dModel, nhead, layer), numEncoderLayers, { norm: norm() });
    this.decoder = new TransformerDecoder(new TransformerDecoderLayer(dModel, nhead, layer), numDecoderLayers, { norm: norm() });
    this.dModel = dModel;
    this.nhead = nhead;
    this.batchFirst = layer.batchFirst ?? false;
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavierUniform(parameter, generator ? { generator } : {});
  }

  /**
   * @param src [S, N, E], [N, S, E] with `batchFirst`, or [S, E]
   * @param tgt [T, N, E] and so on
   */
  forward(src: Tensor, tgt: Tensor, { srcMask = null, srcKeyPaddingMask = null, srcIsCausal = false, ...masks }: TransformerMasks = {}): Tensor {
    if (src.shape.at(-1) !== this.dModel || tgt.shape.at(-1) !== this.dModel) fail('Transformer', `the source is ${show(src.shape)}, the target ${show(tgt.shape)}`, `Give both a last size of ${this.dModel}.`);
    return this.decoder.forward(tgt, this.encoder.forward(src, { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal }), masks);
  }

  /** The mask that lets each of `size` places see itself and what is before it: 0, and -infinity above the diagonal. */
  static generateSquareSubsequentMask(size: number, options: Pick<TensorOptions, 'device' | 'dtype'> = {}): Tensor {
    return full([size, size], -Infinity, options).triu(1);
  }
}
