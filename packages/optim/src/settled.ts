import type { Scalar } from '@nn/tensor';

/** The least normal number of float32. */
const LEAST = 2 ** -126;

/**
 * What decays ends at 0. Multiplied by less than 1 again and again, as moments are where no gradient arrives, float32 does not end there: it stays among the subnormal numbers for
 * good, where rounding gives it back what was taken off, and with those some processors compute ten times slower. Steps stay what they are, unless epsilon is set to 0.
 */
export const settled = (x: Scalar): Scalar => x.maskedFill(x.abs().lt(LEAST), 0);
