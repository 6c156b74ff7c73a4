/**
 * How work is cut into parts: into halves of halves, so that the same part of a tensor falls to the same thread in each operation that meets it. Two cores may lie so far
 * apart in a machine that to write what the other has read costs more than to compute it.
 */

/** The size of parts of about `wanted` of `size`: all alike but for the last, a multiple of `step`. */
export function cut(size: number, wanted: number, step: number): number {
  const parts = 2 ** Math.max(0, Math.round(Math.log2(size / Math.max(step, wanted))));
  return Math.ceil(size / parts / step) * step;
}
