/** Root mean square normalization. */
import { fail, fuseRows, ones, type Scalar, scope, show, sizeOf, type Tensor } from '@nn/tensor';
import { Module } from '../module.ts';
import { Parameter, type ParameterOptions } from '../parameter.ts';

const scaled = fuseRows((x: Scalar, weight: Scalar, count: Scalar, eps: Scalar) => x.mul(x.square().rowSum().div(count).add(eps).rsqrt()).mul(weight));

/** What {@link rmsNorm} takes. `eps`: added to the mean square, default: the dtype's machine epsilon. */
export interface RMSNormInput { readonly weight?: Tensor | null; readonly eps?: number | null }

/**
 * Divides by the root of the mean square of the last axes: `x / sqrt(mean(x^2) + eps) weight`.
 *
 * Source: Zhang & Sennrich 2019, Root mean square layer normalization; https://docs.pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html
 *
 * @param x [..., *normalizedShape]
 * @throws where the shape does not end so
 * @example
 * rmsNorm(tensor([[3, 4]]), [2]); // [[0.8485, 1.1314]]
 */
export function rmsNorm(x: Tensor, normalizedShape: readonly number[], { weight = null, eps = null }: RMSNormInput = {}): Tensor {
  const rank = normalizedShape.length;
  if (rank === 0 || show(x.shape.slice(-rank)) !== show(normalizedShape)) fail('rmsNorm', `the input is ${show(x.shape)}`, `Give [..., ${normalizedShape.join(', ')}].`);
  const epsilon = eps ?? (x.dtype === 'float64' ? 2 ** -52 : x.dtype === 'float16' ? 2 ** -10 : 2 ** -23);
  return scope(() => scaled(normalizedShape.map((_, i) => i - rank), x, weight ?? 1, sizeOf(normalizedShape), epsilon), 'rmsNorm');
}

/** What {@link RMSNorm} takes. `elementwiseAffine`: whether there is a learned factor (from 1), default true. */
export interface RMSNormOptions extends Pick<ParameterOptions, 'device' | 'dtype'> { readonly eps?: number | null; readonly elementwiseAffine?: boolean }

/**
 * {@link rmsNorm} with a learned factor of `normalizedShape`.
 *
 * @param normalizedShape the last sizes of the input, or the last one
 * @throws by `forward` where the input does not end so
 * @example
 * new RMSNorm(512).forward(randn([32, 10, 512]));
 */
export class RMSNorm extends Module {
  static override readonly typeName = 'RMSNorm';
  readonly normalizedShape: readonly number[];
  readonly eps: number | null;
  readonly weight: Parameter | null;

  constructor(normalizedShape: number | readonly number[], { eps = null, elementwiseAffine = true, ...where }: RMSNormOptions = {}) {
    super();
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, where)) : null;
  }

  forward(x: Tensor): Tensor { return rmsNorm(x, this.normalizedShape, this); }
}
