/** log and cos from + - x / alone, so that every engine computes the same bits; errors below 1e-15. */

/** Natural logarithm of a number in (0, 1], by 2 atanh((m - 1) / (m + 1)) on the mantissa m in [sqrt(1/2), sqrt(2)). */
export function logarithm(x: number): number {
  let exponent = 0;
  let m = x;
  while (m < Math.SQRT1_2) {
    m *= 2;
    exponent--;
  }
  const t = (m - 1) / (m + 1);
  const square = t * t;
  let sum = 0;
  for (let k = 21; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return exponent * Math.LN2 + 2 * t * sum;
}

/** Cosine of `turns` full turns, |turns| <= 1, by the Taylor series on the nearest eighth. */
export function cosine(turns: number): number {
  const t = Math.abs(turns);
  const folded = t > 0.5 ? 1 - t : t;
  if (folded > 0.25) return -cosine(0.5 - folded);
  return folded > 0.125 ? sine(0.25 - folded) : taylor(2 * Math.PI * folded, 0);
}

const sine = (turns: number): number => taylor(2 * Math.PI * turns, 1);

/** sum (-1)^k x^(2k + start) / (2k + start)! */
function taylor(x: number, start: 0 | 1): number {
  let sum = 0;
  for (let k = 8; k >= 1; k--) sum = -((x * x) / ((2 * k + start) * (2 * k + start - 1))) * (1 + sum);
  return (start ? x : 1) * (1 + sum);
}
