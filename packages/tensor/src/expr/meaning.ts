/** What each operation means, in plain JavaScript: the definition that every backend is compared with. */
import { type DType, isFloat, round } from '../dtype.ts';
import type { CoreOp, DerivedOp, Op } from './elementwise.ts';

type Meaning = (a: number, b: number, c: number) => number;
type Binary = (a: number, b: number) => number;

const even = (x: number): number => {
  const near = Math.round(x);
  return Math.abs(x % 1) === 0.5 && near % 2 !== 0 ? near - 1 : near;
};
const modulo: Binary = (a, b) => {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
};

/** IEEE 754's pow: 1 to any power and -1 to an infinite one are 1, where JavaScript says NaN. */
const power: Binary = (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b);

const floats: { readonly [P in Exclude<CoreOp, 'cast'>]: Meaning } = {
  add: (a, b) => a + b, sub: (a, b) => a - b, mul: (a, b) => a * b, div: (a, b) => a / b,
  floorDiv: (a, b) => Math.floor(a / b), mod: modulo, pow: power, atan2: Math.atan2, maximum: (a, b) => Math.max(a, b), minimum: (a, b) => Math.min(a, b),
  neg: (a) => -a, abs: Math.abs, sign: (a) => +(a > 0) - +(a < 0), floor: Math.floor, ceil: Math.ceil, round: even, trunc: Math.trunc,
  sqrt: Math.sqrt, exp: Math.exp, log: Math.log, sin: Math.sin, cos: Math.cos, atan: Math.atan, tanh: Math.tanh,
  lt: (a, b) => +(a < b), le: (a, b) => +(a <= b), eq: (a, b) => +(a === b), isnan: (a) => +Number.isNaN(a),
  and: (a, b) => a & b, or: (a, b) => a | b, xor: (a, b) => a ^ b, not: (a) => ~a, shl: (a, b) => a << b, shr: (a, b) => a >> b,
  select: (c, a, b) => (c ? a : b),
};

/** erf(x) = 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!, all terms of one sign (Abramowitz & Stegun 7.1.6). */
function erf(x: number): number {
  if (!(Math.abs(x) < 6)) return Number.isNaN(x) ? NaN : Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** 1 - erf(x); beyond 2 by the continued fraction exp(-x^2) / sqrt(pi) / (x + 1/2 / (x + 1 / (x + 3/2 / (x + ...)))) (Abramowitz & Stegun 7.1.14). */
function erfc(x: number): number {
  if (!(x > 2)) return 1 - erf(x);
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

/** Only where integers differ. A division by zero gives 0. */
const integers: { readonly [P in CoreOp]?: Meaning } = {
  mul: Math.imul, floorDiv: (a, b) => (b === 0 ? 0 : Math.floor(a / b)), mod: (a, b) => (b === 0 ? 0 : modulo(a, b)),
};
const unsigned: { readonly [P in CoreOp]?: Meaning } = { ...integers, shr: (a, b) => a >>> b };
const bools: { readonly [P in CoreOp]?: Meaning } = { not: (a) => +!a };
const spelled: { readonly [P in DerivedOp]: Meaning } = {
  expm1: Math.expm1, log1p: Math.log1p, log2: Math.log2, log10: Math.log10, tan: Math.tan, asin: Math.asin, acos: Math.acos,
  sinh: Math.sinh, cosh: Math.cosh, asinh: Math.asinh, acosh: Math.acosh, atanh: Math.atanh, fmod: (a, b) => a % b,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)), relu: (x) => (x <= 0 ? 0 : x), erf, erfc,
};
const special: { readonly [D in DType]?: { readonly [P in CoreOp]?: Meaning } } = { int32: integers, uint32: unsigned, bool: bools };

/** What `op` does to operands of `dtype`, before rounding. */
export const meaning = (op: Op, dtype: DType): Meaning =>
  special[dtype]?.[op as CoreOp] ?? spelled[op as DerivedOp] ?? floats[op as Exclude<CoreOp, 'cast'>];
const predicates: ReadonlySet<Op> = new Set<Op>(['lt', 'le', 'eq', 'isnan']);

/** One operation on numbers of `dtype` (of the operands; for `cast` of the result), unrounded. */
export function compute(op: Op, dtype: DType, a: number, b = 0, c = 0): number {
  if (op === 'cast') return isFloat(dtype) ? a : dtype === 'bool' ? +(a !== 0) : Math.trunc(a);
  return round(meaning(op, dtype)(a, b, c), predicates.has(op) ? 'bool' : dtype);
}
