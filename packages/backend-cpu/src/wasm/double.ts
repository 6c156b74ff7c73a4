/** Functions on float32 whose inner steps need float64: powers, and sines of arguments of any size. */
import type { Code } from './assembler.ts';
import { either, f32x4, f64x2, i32x4, i64x2, v128 } from './instructions.ts';
import type { Vector } from './vector.ts';

/** Adding 1.5 * 2^52 rounds to a whole number, which then stands in the low bits. */
const MAGIC = 1.5 * 2 ** 52;
const shift = (bits: number): Code => [0x41, bits];

/** pi/2 in two parts, the first with 33 bits, so that its product with a quadrant below 2^20 is exact (fdlibm). */
const HALF_PI_HIGH = 1.57079632673412561417;
const HALF_PI_LOW = 6.07710050650619224932e-11;
/** Beyond this the host computes; below, the reduction is exact to float32. */
const LARGEST = 1e6;

/** sin of x + quarter * pi / 2. */
function sine(v: Vector, x: Code, quarter: 0 | 1): Code {
  const { keep, done } = v.draft();
  const given = keep(x);
  const fast = v.draft();
  const halves = [given, i32x4.shuffle(given, given, [2, 3, 2, 3])].map((half) => {
    const wide = fast.keep(f64x2.promoteLow(half));
    const shifted = fast.keep(f64x2.add(f64x2.mul(wide, v.d(2 / Math.PI)), v.d(MAGIC)));
    const whole = fast.keep(f64x2.sub(shifted, v.d(MAGIC)));
    const rest = f64x2.sub(f64x2.sub(wide, f64x2.mul(whole, v.d(HALF_PI_HIGH))), f64x2.mul(whole, v.d(HALF_PI_LOW)));
    return { shifted, rest: fast.keep(f32x4.demote(rest)) };
  });
  const [low, high] = [halves[0]!, halves[1]!];
  const r = fast.keep(i32x4.shuffle(low.rest, high.rest, [0, 1, 4, 5]));
  const q = fast.keep(i32x4.add(i32x4.shuffle(low.shifted, high.shifted, [0, 2, 4, 6]), v.i(quarter)));
  const z = fast.keep(f32x4.mul(r, r));
  const odd = i32x4.eq(v128.and(q, v.i(1)), v.i(1));
  const sin = fast.keep(v.madd(f32x4.mul(v.polynomial(z, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]), z), r, r));
  const cos = fast.keep(v.madd(f32x4.mul(v.polynomial(z, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]), z), z, v.madd(z, v.f(-0.5), v.f(1))));
  const turned = fast.keep(v128.xor(v128.select(odd, cos, sin), i32x4.shl(v128.and(q, v.i(2)), shift(30))));
  const code = fast.done(quarter === 0 ? v128.select(f32x4.eq(given, v.f(0)), given, turned) : turned);
  const size = f32x4.abs(given);
  const far = v128.anyTrue(v128.and(f32x4.gt(size, v.f(LARGEST)), f32x4.lt(size, v.f(Infinity))));
  return done(either('v128', far, v.host(quarter === 0 ? 'sin' : 'cos', given), code));
}
export const sin = (v: Vector, x: Code): Code => sine(v, x, 0);
export const cos = (v: Vector, x: Code): Code => sine(v, x, 1);

/** Logarithm to base 2 of positive finite numbers: e + 2/ln 2 (s + s^3/3 + s^5/5 + ...), s = (m - 1) / (m + 1). */
function log2(v: Vector, x: Code): Code {
  const { keep, done } = v.draft();
  const bits = keep(i64x2.sub(x, v.d(Math.SQRT1_2)));
  const exponent = keep(i64x2.shrS(bits, shift(52)));
  const m = keep(i64x2.add(i64x2.sub(bits, i64x2.shl(exponent, shift(52))), v.d(Math.SQRT1_2)));
  const s = keep(f64x2.div(f64x2.sub(m, v.d(1)), f64x2.add(m, v.d(1))));
  const z = keep(f64x2.mul(s, s));
  const series = v.polynomialD(z, [13, 11, 9, 7, 5, 3, 1].map((n) => 2 / Math.LN2 / n));
  const e = f64x2.sub(i64x2.add(exponent, v.d(MAGIC)), v.d(MAGIC));
  return done(f64x2.add(f64x2.mul(series, s), e));
}

/** 2^t: the whole part as exponent bits, the rest by its Taylor series. Beyond float32's range the demotion says 0 or infinity. */
function exp2(v: Vector, t: Code): Code {
  const { keep, done } = v.draft();
  const limited = keep(f64x2.pmax(f64x2.pmin(t, v.d(300)), v.d(-300)));
  const shifted = keep(f64x2.add(limited, v.d(MAGIC)));
  const f = keep(f64x2.mul(f64x2.sub(limited, f64x2.sub(shifted, v.d(MAGIC))), v.d(Math.LN2)));
  const factorials = [1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880];
  const fraction = v.polynomialD(f, factorials.map((n) => 1 / n).reverse());
  return done(f64x2.mul(fraction, i64x2.add(i64x2.shl(shifted, shift(52)), v.d(1))));
}

/** IEEE 754's pow. */
export function pow(v: Vector, x: Code, y: Code): Code {
  return v.asDoubles([x, y], (base, exponent) => {
    const { keep, done } = v.draft();
    const size = keep(f64x2.abs(base));
    const special = f64x2.eq(size, v.d(Infinity));
    const logarithm = v128.select(special, size, v128.select(f64x2.eq(size, v.d(0)), v.d(-Infinity), log2(v, size)));
    const power = keep(exp2(v, keep(f64x2.mul(keep(logarithm), exponent))));
    const half = keep(f64x2.mul(exponent, v.d(0.5)));
    const whole = keep(f64x2.eq(f64x2.trunc(exponent), exponent));
    const odd = v128.andNot(whole, f64x2.eq(f64x2.trunc(half), half));
    const signed = keep(v128.xor(power, v128.and(odd, v128.and(base, v.d(-0)))));
    // A negative finite base has no real power but whole ones.
    const undefinedPower = v128.and(v128.andNot(f64x2.lt(base, v.d(0)), whole), f64x2.lt(size, v.d(Infinity)));
    const result = keep(v128.select(v128.or(undefinedPower, f64x2.ne(base, base)), v.d(NaN), signed));
    const one = v128.or(f64x2.eq(exponent, v.d(0)), f64x2.eq(base, v.d(1)));
    const turned = v128.and(f64x2.eq(base, v.d(-1)), f64x2.eq(f64x2.abs(exponent), v.d(Infinity)));
    return done(v128.select(v128.or(one, turned), v.d(1), result));
  });
}
