import { fail, fuseRows, ones, type Scalar, scope, show, sizeOf, type Tensor, zeros } from '@nn/tensor';
import { Module } from '../module.ts';
import { Parameter, type ParameterOptions } from '../parameter.ts';

/** A row is what is normalized together: over `count` elements, then times a factor and plus a shift. */
export const normalized = fuseRows((x: Scalar, weight: Scalar, bias: Scalar, count: Scalar, eps: Scalar) => {
  const centred = x.sub(x.rowSum().div(count));
  return centred.mul(centred.square().rowSum().div(count).add(eps).rsqrt()).mul(weight).add(bias);
});

/** What {@link layerNorm} takes beside the shape: a factor and a shift of that shape, and `eps`, which is added to the variance (default 1e-5). */
export interface LayerNormInput { readonly weight?: Tensor | null; readonly bias?: Tensor | null; readonly eps?: number }

/**
 * Gives the last axes mean 0 and standard deviation 1, then a factor and a shift: `(x - mean) / sqrt(variance + eps) weight + bias`.
 *
 * Source: Ba et al. 2016, Layer normalization; https://docs.pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
 *
 * @param x [..., *normalizedShape]
 * @throws where the shape does not end so
 * @example
 * layerNorm(tensor([[1, 2, 3]]), [3]); // [[-1.2247, 0, 1.2247]]
 */
export function layerNorm(x: Tensor, normalizedShape: readonly number[], { weight = null, bias = null, eps = 1e-5 }: LayerNormInput = {}): Tensor {
  const rank = normalizedShape.length;
  if (rank === 0) fail('layerNorm', 'normalizedShape is []', 'Give one size or more.');
  if (show(x.shape.slice(-rank)) !== show(normalizedShape)) fail('layerNorm', `the input is ${show(x.shape)}`, `Give [..., ${normalizedShape.join(', ')}].`);
  return scope(() => normalized(normalizedShape.map((_, i) => i - rank), x, weight ?? 1, bias ?? 0, sizeOf(normalizedShape), eps), 'layerNorm');
}

/** What {@link LayerNorm} takes. */
export interface LayerNormOptions extends Pick<ParameterOptions, 'device' | 'dtype'> {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Whether there are a learned factor (from 1) and shift (from 0). Default true. */
  readonly elementwiseAffine?: boolean;
  /** Whether there is a shift where there is a factor. Default true. */
  readonly bias?: boolean;
}

/**
 * {@link layerNorm} with a learned factor and shift of `normalizedShape`.
 *
 * @param normalizedShape the last sizes of the input, or the last one
 * @throws by `forward` where the input does not end so
 * @example
 * new LayerNorm(512).forward(zeros([32, 10, 512]));
 */
export class LayerNorm extends Module {
  static override readonly typeName = 'LayerNorm';
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly elementwiseAffine: boolean;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  constructor(normalizedShape: number | readonly number[], { eps = 1e-5, elementwiseAffine = true, bias = true, ...where }: LayerNormOptions = {}) {
    super();
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, where)) : null;
    this.bias = elementwiseAffine && bias ? new Parameter(zeros(this.normalizedShape, where)) : null;
  }

  forward(x: Tensor): Tensor { return layerNorm(x, this.normalizedShape, this); }
}
