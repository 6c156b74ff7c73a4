/**
 * How work is cut into parts: into halves of halves, so that the same part of a weight falls to the same thread in the products and in the optimizer's step. Two cores may lie so far
 * apart in a machine that to write what the other has read costs more than to compute it.
 */

/** A power of two near `ratio`. */
export const halvings = (ratio: number): number => 2 ** Math.max(0, Math.round(Math.log2(ratio)));

/** The size of parts of about `wanted` of `size`: all alike but for the last, a multiple of `step`. */
export function cut(size: number, wanted: number, step: number): number {
  return Math.ceil(size / halvings(size / Math.max(step, wanted)) / step) * step;
}
