/**
 * Single precision as the CPU backend has it, bit for bit: each result is rounded to float32, products are added by a multiply-add that rounds once
 * where this machine's WebAssembly has one, sums run in the same order. It matters: where the first steps of RMSprop are large, other last bits
 * are other losses after ten batches, since one ReLU in a million passes here and not there. On hosts it is said by `Math.fround`, which
 * gpu.js's `cpu` mode runs as it stands and its `webasm` mode learns from vendor/make.ts. Graphics cards compute what the multiply-add loses.
 */

/** Where a kernel runs: in JavaScript or WebAssembly, or on a graphics card. */
export type Target = 'host' | 'shader';

/** `f(a, b)` is the lane of `relaxed_madd(a, a, b)`. */
const MADD = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 125, 125, 1, 125, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0,
  10, 22, 1, 20, 0, 32, 0, 253, 19, 32, 0, 253, 19, 32, 1, 253, 19, 253, 133, 2, 253, 31, 0, 11,
];

let known: boolean | undefined;

/** Whether a multiply-add is rounded once: the last bit of (1 + 2^-12)^2 is then left when the others are taken away. */
function fused(): boolean {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(MADD)));
    return (known ??= (exports.f as (a: number, b: number) => number)(1 + 2 ** -12, -1 - 2 ** -11) !== 0);
  } catch {
    return (known = false);
  }
}

export const rounded = (code: string): string => `Math.fround(${code})`;

/** `a * b + c`. Shaders call a function for it, since WebGL has no instruction. */
export function madd(target: Target, a: string, b: string, c: string): string {
  if (target === 'shader') return `multiplyAdd(${a}, ${b}, ${c})`;
  return rounded(`${known ?? fused() ? `${a} * ${b}` : rounded(`${a} * ${b}`)} + ${c}`);
}

/** The polynomial in `x` with these coefficients, highest power first. */
export const polynomial = (target: Target, x: string, [first, ...rest]: readonly number[]): string =>
  rest.reduce((sum, coefficient) => madd(target, sum, x, single(coefficient)), single(first!));

/** A number that is a float32, in digits. */
export const single = (value: number): string => (value < 0 ? `(-${Math.fround(-value)})` : String(Math.fround(value)));

/** Products of an inner axis are added in equal blocks of at most about 400, and the blocks in order. */
export const depthOf = (inner: number): number => (Math.ceil(inner / Math.ceil(inner / 400)) + 3) & ~3;
