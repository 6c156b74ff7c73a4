/**
 * How tests read the fixtures of this folder: JSON has no NaN, no infinities, and tools drop the sign of zero, so those
 * are the strings that `Number` understands. A tensor is `{ dtype, shape, data }`, flat in row-major order; class labels
 * are int32 here and int64 in PyTorch.
 *
 * ```ts
 * import linear from '../../../tooling/reference/fixtures/linear.json' with { type: 'json' };
 * import { numbers } from '../../../tooling/reference/fixtures.ts';
 *
 * const [first] = linear.cases;
 * tensor(new Float32Array(numbers(first.input.data)), { shape: first.input.shape });
 * ```
 */

/** A number, or 'NaN', 'Infinity', '-Infinity', '-0', or a truth value. */
export type FixtureNumber = number | string | boolean;

/** The values as numbers; truth values become 0 and 1. */
export function numbers(data: readonly FixtureNumber[]): number[] {
  return data.map(Number);
}

/** Multiples of 1/64 between -2 and 2, as `mixed` in cases.py. */
export function mixed(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => {
    let h = Math.imul(k + seed * 7919 + 1, 0x9E3779B1) >>> 0;
    h ^= h >>> 15;
    h = Math.imul(h, 0x85EBCA77) >>> 0;
    h ^= h >>> 13;
    return ((h >>> 0) % 257 - 128) / 64;
  });
}
