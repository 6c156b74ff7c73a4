/** Whose formula: the same names mean different things in different places. */

/**
 * - `'torch'`: PyTorch's, the default;
 * - `'keras'`: Keras's, with its defaults;
 * - `'lecture'`: as textbooks write it.
 *
 * They differ in where epsilon stands, in whether the velocity contains the learning rate (it matters when the rate changes), and in where accumulators start.
 * Each optimizer that takes a variant says what its variants are.
 */
export type Variant = 'torch' | 'keras' | 'lecture';

/** The choice of a formula: of the whole optimizer, not of a group. */
export interface Formula {
  /** Whose formula. Default 'torch'. */
  readonly variant?: Variant;
}
