/** Limits on gradients, between `backward()` and `step()`. Nothing is read back: the limit is applied on the device. */
import { noGrad } from '@nn/autograd';
import { fail, fuse, type Scalar, scope, stack, type Tensor } from '@nn/tensor';
import { gradientOf } from './gradient.ts';

const powers = fuse((g: Scalar, p: Scalar) => g.abs().pow(p));
const squares = fuse((g: Scalar) => g.square());
const sizes = fuse((g: Scalar) => g.abs());
const scaled = fuse((g: Scalar, norm: Scalar, most: Scalar) => [g.mul(most.div(norm.add(1e-6)).clamp(undefined, 1))]);
const limited = fuse((g: Scalar, most: Scalar) => [g.clamp(most.neg(), most)]);

function gradientsOf(parameters: Iterable<Tensor>): Tensor[] {
  return [...parameters].map(gradientOf).filter((gradient) => gradient !== null);
}

/** What {@link clipGradNorm} takes. */
export interface ClipGradNormOptions {
  /** The p of the p-norm; `Infinity` for the largest element. Default 2. */
  readonly normType?: number;
}

/**
 * Scales the gradients of all parameters together so that their norm, taken as of one vector, is at most `maxNorm`.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 *
 * @returns the norm before, a scalar on their device
 * @throws where no parameter has a gradient
 * @example
 * loss.backward();
 * clipGradNorm(model.parameters(), 1);
 * optimizer.step();
 */
export function clipGradNorm(parameters: Iterable<Tensor>, maxNorm: number, { normType = 2 }: ClipGradNormOptions = {}): Tensor {
  const gradients = gradientsOf(parameters);
  if (gradients.length === 0) fail('clipGradNorm', 'no parameter has a gradient', 'Call it after backward().');
  return noGrad(() => scope(() => {
    const norm = totalNorm(gradients, normType);
    for (const gradient of gradients) scaled.into([gradient], gradient, norm, maxNorm);
    return norm;
  }, 'clipGradNorm'));
}

function totalNorm(gradients: readonly Tensor[], p: number): Tensor {
  if (p === Infinity) return stack(gradients.map((gradient) => sizes.reduce('max', undefined, gradient))).amax();
  if (p === 2) return stack(gradients.map((gradient) => squares.reduce('sum', undefined, gradient))).sum().sqrt();
  if (!(p > 0)) fail('clipGradNorm', `normType is ${p}`, 'Use a number above 0, or Infinity.');
  return stack(gradients.map((gradient) => powers.reduce('sum', undefined, gradient, p))).sum().pow(1 / p);
}

/**
 * Cuts each element of each gradient to [-clipValue, clipValue].
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
 */
export function clipGradValue(parameters: Iterable<Tensor>, clipValue: number): void {
  noGrad(() => {
    scope(() => { for (const gradient of gradientsOf(parameters)) limited.into([gradient], gradient, clipValue); }, 'clipGradValue');
  });
}
