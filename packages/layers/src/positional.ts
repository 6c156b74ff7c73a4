/** Stride and padding by position, as PyTorch's users type them. */
import type { Sizes } from './convolution/windows.ts';

/** What follows the size of a kernel: options, or stride (and padding) before them: `2`, `2, 1`, `{ stride: 2, padding: 1 }`. */
export type Placed<O, P = Sizes> = [options?: O] | [stride: Sizes | null, options?: O] | [stride: Sizes | null, padding: P, options?: O];

/** All of it as options. What is given twice counts as the position says. */
export function placed<O extends object>(given: Placed<O, unknown>): O {
  const isOptions = (value: unknown): value is O => typeof value === 'object' && value !== null && !Array.isArray(value);
  const [stride, padding] = (given as readonly unknown[]).map((value) => (isOptions(value) ? undefined : value));
  const options = (given as readonly unknown[]).find(isOptions) ?? {} as O;
  return { ...options, ...(stride !== undefined && { stride }), ...(padding !== undefined && { padding }) };
}
