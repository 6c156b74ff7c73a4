/** Vectors of length 1. */
import { scope, type Tensor } from '@nn/tensor';

/** What {@link normalize} takes: the norm `p` (default 2), the `axis` of the vectors (default 1), and the least length `eps` (default 1e-12). */
export interface NormalizeOptions { readonly p?: number; readonly axis?: number; readonly eps?: number }

/**
 * `x / max(|x|_p, eps)` along an axis.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html
 *
 * @param x floats, any shape
 * @returns the same shape
 * @throws where there is no such axis
 * @example
 * normalize(tensor([[3, 4]])); // [[0.6, 0.8]]
 */
export const normalize = (x: Tensor, { p = 2, axis = 1, eps = 1e-12 }: NormalizeOptions = {}): Tensor =>
  scope(() => x.div(x.norm(p, axis, { keepDim: true }).clamp(eps)), 'normalize');
