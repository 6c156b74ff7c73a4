import { fail } from '@nn/tensor';

/** What becomes of the losses of all rows: their mean, their sum, or nothing. */
export type Reduction = 'mean' | 'sum' | 'none';

export function checkReduction(operation: string, reduction: string): asserts reduction is Reduction {
  if (!['mean', 'sum', 'none'].includes(reduction)) fail(operation, `there is no reduction '${reduction}'`, "Use 'mean', 'sum' or 'none'.");
}
