/** Padding as a function: a constant, mirrored, repeated or circular. */
import { fail, scope, show, type Tensor } from '@nn/tensor';
import { padBy } from '../convolution/pad.ts';

/** `mode`: what is put around, default a constant; `value`: which one, default 0. */
export interface PadModeOptions { readonly mode?: 'constant' | 'reflect' | 'replicate' | 'circular'; readonly value?: number }

/**
 * Adds elements around the last axes; negative numbers crop.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
 *
 * @param x any shape for a constant; one or two axes more than are padded otherwise
 * @param padding pairs (before, after) for the last axis, then the one before it, and so on
 * @throws where the numbers are no pairs, or a mode cannot reach that far
 * @example
 * pad(tensor([[1, 2, 3]]), [2, 1], { mode: 'reflect' }); // [[3, 2, 1, 2, 3, 2]]
 */
export function pad(x: Tensor, padding: readonly number[], { mode = 'constant', value = 0 }: PadModeOptions = {}): Tensor {
  if (mode === 'constant') return x.pad(padding, value);
  if (value !== 0) fail('pad', `the value ${value} with mode '${mode}'`, "It is for 'constant'.");
  return padLast('pad', x, padding, mode);
}

/** The last axes by another mode than a constant. */
export function padLast(operation: string, x: Tensor, padding: readonly number[], mode: 'reflect' | 'replicate' | 'circular'): Tensor {
  const rank = padding.length / 2;
  if (!Number.isInteger(rank) || ![rank + 1, rank + 2].includes(x.ndim)) {
    fail(operation, `padding ${show(padding)} of ${show(x.shape)}`, 'Give (before, after) for each of the last axes, with one or two axes before them.');
  }
  const pairs = Array.from({ length: rank }, (_, i) => [padding[2 * (rank - 1 - i)]!, padding[2 * (rank - 1 - i) + 1]!] as const);
  return scope(() => {
    const batch = x.ndim === rank + 1 ? x.unsqueeze(0) : x;
    const y = padBy(operation, batch, mode, pairs.map(([before]) => before), pairs.map(([, after]) => after));
    return batch === x ? y : y.squeeze(0);
  }, operation);
}
