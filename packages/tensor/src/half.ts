/** IEEE 754 binary16, the numbers of float16: a sign, 5 bits of exponent, 10 of fraction. */

/**
 * The number that the 16 bits of a float16 stand for, e.g. in a file.
 * @example
 * fromFloat16Bits(0x3c00); // 1
 */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24);
}

/**
 * The bits of the float16 nearest to `value`, ties to the even one; from 65520 on that is infinity.
 * @example
 * toFloat16Bits(0.1); // 0x2e66, which is 0.0999755859375
 */
export function toFloat16Bits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Multiples of `step` are what binary16 holds around `size`.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const step = 2 ** (exponent - 10);
  const steps = size / step;
  const floor = Math.floor(steps);
  const rest = steps - floor;
  const rounded = floor + +(rest > 0.5 || (rest === 0.5 && floor % 2 === 1));
  // A carry out of the fraction is what the exponent needs.
  return sign | (rounded + (exponent + 14) * 1024);
}

/** `value` rounded to the nearest binary16. */
export const roundHalf: (value: number) => number =
  (Math as { f16round?: (value: number) => number }).f16round ?? ((value) => fromFloat16Bits(toFloat16Bits(value)));
