/** Limits on gradients, between `backward()` and `step()`. Nothing is read back unless asked for: the limit is applied on the device. */
import { noGrad } from '@nn/autograd';
import { fail, fuse, type Scalar, scope, stack, Tensor, tensor } from '@nn/tensor';
import { together } from '@nn/tensor/trace';
import { gradientOf } from './gradient.ts';

const powers = fuse((g: Scalar, p: Scalar) => g.abs().pow(p));
const squares = fuse((g: Scalar) => g.square());
const sizes = fuse((g: Scalar) => g.abs());
const scaled = fuse((g: Scalar, norm: Scalar, most: Scalar) => [g.mul(most.div(norm.add(1e-6)).clamp(undefined, 1))]);
const limited = fuse((g: Scalar, most: Scalar) => [g.clamp(most.neg(), most)]);

/** One tensor, or several: `model.parameters()`. */
type Parameters = Tensor | Iterable<Tensor>;

function gradientsOf(parameters: Parameters): Tensor[] {
  return (parameters instanceof Tensor ? [parameters] : [...parameters]).map(gradientOf).filter((gradient) => gradient !== null);
}

/** What {@link clipGradNorm} takes. */
export interface ClipGradNormOptions {
  /** The p of the p-norm; `Infinity` for the largest element. Default 2. */
  readonly normType?: number;
  /** Throws where the norm is NaN or infinite, before anything is scaled. This has to be read, so the answer is a promise. Default false. */
  readonly errorIfNonfinite?: boolean;
}

/**
 * Scales the gradients of all parameters together so that their norm, taken as of one vector, is at most `maxNorm`. A norm that is NaN makes all of them NaN.
 *
 *     g = g min(1, maxNorm / (norm + 1e-6)),   norm = (sum |g|^p)^(1 / p)
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 *
 * @returns the norm before, a scalar on their device; 0 where no parameter has a gradient
 * @throws where `normType` is NaN, or with `errorIfNonfinite` for a norm that is not finite
 * @example
 * loss.backward();
 * clipGradNorm(model.parameters(), 1);
 * optimizer.step();
 */
export function clipGradNorm(parameters: Tensor | Iterable<Tensor>, maxNorm: number, options?: ClipGradNormOptions & { readonly errorIfNonfinite?: false }): Tensor;
export function clipGradNorm(parameters: Tensor | Iterable<Tensor>, maxNorm: number, options: ClipGradNormOptions & { readonly errorIfNonfinite: true }): Promise<Tensor>;
export function clipGradNorm(parameters: Parameters, maxNorm: number, { normType = 2, errorIfNonfinite = false }: ClipGradNormOptions = {}): Tensor | Promise<Tensor> {
  if (Number.isNaN(normType)) fail('clipGradNorm', 'normType is NaN', 'Use a number, or Infinity.');
  const gradients = gradientsOf(parameters);
  const norm = noGrad(() => scope(() => totalNorm(gradients, normType), 'clipGradNorm'));
  const scale = () => {
    noGrad(() => { scope(() => { together(() => { for (const gradient of gradients) scaled.into([gradient], gradient, norm, maxNorm); }); }, 'clipGradNorm'); });
    return norm;
  };
  if (!errorIfNonfinite) return scale();
  return norm.item().then((value) => {
    if (!Number.isFinite(value)) fail('clipGradNorm', `the norm of the gradients is ${value}`, 'Look for the step that made it so, or leave errorIfNonfinite out.');
    return scale();
  });
}

function totalNorm(all: readonly Tensor[], p: number): Tensor {
  const gradients = all.filter(({ numel }) => numel > 0);
  if (gradients.length === 0) return tensor(0);
  if (p === Infinity) return stack(gradients.map((gradient) => sizes.reduce('max', undefined, gradient))).amax();
  if (p === 2) return stack(gradients.map((gradient) => squares.reduce('sum', undefined, gradient))).sum().sqrt();
  if (p > 0) return stack(gradients.map((gradient) => powers.reduce('sum', undefined, gradient, p))).sum().pow(1 / p);
  return stack(gradients.map((gradient) => gradient.norm(p))).norm(p);
}

/**
 * Cuts each element of each gradient to [-clipValue, clipValue].
 *
 *     g = min(max(g, -clipValue), clipValue)
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
 *
 * @example
 * loss.backward();
 * clipGradValue(model.parameters(), 0.5);
 * optimizer.step();
 */
export function clipGradValue(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  noGrad(() => {
    scope(() => { for (const gradient of gradientsOf(parameters)) limited.into([gradient], gradient, clipValue); }, 'clipGradValue');
  });
}
