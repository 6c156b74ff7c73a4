/**
 * Transcendental functions on four float32 at a time. Range reductions and coefficients after Cephes (S. Moshier, single precision) unless said otherwise;
 * test/math.test.ts holds the errors. Infinities, NaN and signed zeros are IEEE 754's.
 */
import type { Code } from './assembler.ts';
import { f32x4, i32x4, v128 } from './instructions.ts';
import type { Draft, Vector } from './vector.ts';

const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.12194440e-4;
/** Adding 1.5 * 2^23 rounds to a whole number, which then stands in the low bits. */
const MAGIC = 12582912;
const MAGIC_BITS = 0x4b400000;

/** x = n log 2 + r: `n` as integers, and exp(r) - 1 = r + r^2 P(r). */
function reduced(v: Vector, { keep }: Draft, x: Code): { n: Code; expm1: Code } {
  const shifted = keep(v.madd(x, v.f(Math.LOG2E), v.f(MAGIC)));
  const whole = keep(f32x4.sub(shifted, v.f(MAGIC)));
  const r = keep(v.madd(whole, v.f(-LN2_LOW), v.madd(whole, v.f(-LN2_HIGH), x)));
  const p = v.polynomial(r, [1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1]);
  return { n: keep(i32x4.sub(shifted, v.i(MAGIC_BITS))), expm1: keep(v.madd(p, f32x4.mul(r, r), r)) };
}

const power2 = (v: Vector, n: Code): Code => i32x4.shl(i32x4.add(n, v.i(127)), [0x41, 23]);
/** Keeps NaN. */
const clamp = (v: Vector, x: Code, low: number, high: number): Code => f32x4.pmax(f32x4.pmin(x, v.f(high)), v.f(low));

export function exp(v: Vector, x: Code): Code {
  const draft = v.draft();
  const { n, expm1: p } = reduced(v, draft, draft.keep(clamp(v, x, -104, 89)));
  // 2^n in two factors: the result may be infinite or denormal where neither factor is.
  const half = draft.keep(i32x4.shrS(n, [0x41, 1]));
  const rest = i32x4.sub(n, half);
  return draft.done(f32x4.mul(f32x4.mul(f32x4.add(p, v.f(1)), power2(v, half)), power2(v, rest)));
}

/** exp where |x| < 87. */
function moderateExp(v: Vector, draft: Draft, x: Code): Code {
  const { n, expm1: p } = reduced(v, draft, x);
  return f32x4.mul(f32x4.add(p, v.f(1)), power2(v, n));
}

/** 2^n expm1(r) + (2^n - 1); near the upper end, where 2^n overflows, exp itself. */
export function expm1(v: Vector, x: Code): Code {
  const draft = v.draft();
  const { keep, done } = draft;
  const given = keep(x);
  const { n, expm1: p } = reduced(v, draft, keep(clamp(v, given, -30, 89)));
  const half = keep(i32x4.shrS(n, [0x41, 1]));
  const large = keep(f32x4.mul(f32x4.mul(f32x4.add(p, v.f(1)), power2(v, half)), power2(v, i32x4.sub(n, half))));
  const scale = keep(power2(v, n));
  const small = keep(v.madd(p, scale, f32x4.sub(scale, v.f(1))));
  const result = v128.select(i32x4.gtS(n, v.i(64)), large, small);
  return done(v128.select(f32x4.eq(given, v.f(0)), given, result));
}

const LOG = [7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1];

/** x = m 2^e with m in [sqrt(1/2), sqrt(2)): e, f = m - 1 and log(m) - f. Then the logarithm is `combine` of those. */
function logarithm(v: Vector, x: Code, combine: (e: Code, f: Code, rest: Code) => Code): Code {
  const { keep, done } = v.draft();
  const given = keep(x);
  const tiny = keep(f32x4.lt(given, v.f(2 ** -126)));
  const scaled = v128.select(tiny, f32x4.mul(given, v.f(2 ** 23)), given);
  const ROOT = 0x3f3504f3;
  const bits = keep(i32x4.sub(scaled, v.i(ROOT)));
  const e = keep(f32x4.fromI32S(i32x4.sub(i32x4.shrS(bits, [0x41, 23]), v128.and(tiny, v.i(23)))));
  const f = keep(f32x4.sub(i32x4.add(v128.and(bits, v.i(0x7fffff)), v.i(ROOT)), v.f(1)));
  const z = keep(f32x4.mul(f, f));
  const rest = keep(v.madd(f32x4.mul(v.polynomial(f, LOG), f), z, f32x4.mul(z, v.f(-0.5))));
  const regular = v128.select(f32x4.eq(given, v.f(Infinity)), given, combine(e, f, rest));
  const pole = v128.select(f32x4.eq(given, v.f(0)), v.f(-Infinity), v.f(NaN));
  return done(v128.select(f32x4.gt(given, v.f(0)), regular, pole));
}

export const log = (v: Vector, x: Code): Code =>
  logarithm(v, x, (e, f, rest) => v.madd(e, v.f(LN2_HIGH), f32x4.add(f, v.madd(e, v.f(LN2_LOW), rest))));

/** log2(m) = (f + rest) (1 + 0.4427): the product with 1 is exact. */
export const log2 = (v: Vector, x: Code): Code => logarithm(v, x, (e, f, rest) => {
  const { keep, done } = v.draft();
  const sum = keep(f32x4.add(f, rest));
  const lost = keep(f32x4.add(f32x4.sub(f, sum), rest));
  return done(f32x4.add(e, f32x4.add(sum, v.madd(sum, v.f(Math.LOG2E - 1), lost))));
});

/** x + x^3 P(x^2) for |x| < 0.625, else 1 - 2 / (exp(2x) + 1). */
export function tanh(v: Vector, x: Code): Code {
  const draft = v.draft();
  const { keep, done } = draft;
  const given = keep(x);
  const size = keep(f32x4.abs(given));
  const z = keep(f32x4.mul(given, given));
  const near = keep(v.madd(f32x4.mul(v.polynomial(z, [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1]), z), size, size));
  const e = keep(moderateExp(v, draft, keep(f32x4.pmin(f32x4.add(size, size), v.f(20)))));
  const far = f32x4.sub(v.f(1), f32x4.div(v.f(2), f32x4.add(e, v.f(1))));
  return done(v.copySign(v128.select(f32x4.lt(size, v.f(0.625)), near, far), given));
}

/** exp(-|x|) / (1 + exp(-|x|)) below 0, 1 / (1 + exp(-|x|)) above: what is to be small is never rounded to 0 on the way. */
export function sigmoid(v: Vector, x: Code): Code {
  const { keep, done } = v.draft();
  const given = keep(x);
  const e = keep(exp(v, f32x4.neg(f32x4.abs(given))));
  return done(f32x4.div(v128.select(f32x4.lt(given, v.f(0)), e, v.f(1)), f32x4.add(e, v.f(1))));
}

/** Coefficients by N. Juffa (2019, "Efficiently computing erff", fit on two intervals). */
export function erf(v: Vector, x: Code): Code {
  const draft = v.draft();
  const { keep, done } = draft;
  const given = keep(x);
  const s = keep(f32x4.mul(given, given));
  const inner = v.polynomial(s, [-5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1]);
  const near = keep(v.madd(inner, given, given));
  const t = keep(f32x4.pmin(f32x4.abs(given), v.f(4)));
  const fit = v.polynomial(t, [-1.72853470e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1, -1.28717512e-1]);
  const e = moderateExp(v, draft, keep(f32x4.sub(f32x4.mul(fit, t), t)));
  const far = v.copySign(f32x4.sub(v.f(1), e), given);
  return done(v128.select(f32x4.gt(f32x4.abs(given), v.f(0.927734375)), far, near));
}

/** The angle whose tangent is y / x, both at least 0 (one of them may be infinite, not both be 0). */
function angle(v: Vector, { keep }: Draft, y: Code, x: Code): Code {
  const steep = keep(f32x4.gt(y, f32x4.mul(x, v.f(2.414213562373095))));
  const middle = keep(v128.andNot(f32x4.gt(y, f32x4.mul(x, v.f(0.4142135623730950))), steep));
  const above = v128.select(steep, f32x4.neg(x), v128.select(middle, f32x4.sub(y, x), y));
  const below = v128.select(steep, y, v128.select(middle, f32x4.add(y, x), x));
  const t = keep(f32x4.div(above, below));
  const start = v128.select(steep, v.f(Math.PI / 2), v128.and(middle, v.f(Math.PI / 4)));
  const z = keep(f32x4.mul(t, t));
  const p = f32x4.mul(v.polynomial(z, [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1]), z);
  return keep(f32x4.add(start, v.madd(p, t, t)));
}

export function atan(v: Vector, x: Code): Code {
  const draft = v.draft();
  const given = draft.keep(x);
  return draft.done(v.copySign(angle(v, draft, draft.keep(f32x4.abs(given)), v.f(1)), given));
}

export function atan2(v: Vector, y: Code, x: Code): Code {
  const draft = v.draft();
  const { keep, done } = draft;
  const [above, right] = [keep(y), keep(x)];
  const [a, b] = [keep(f32x4.abs(above)), keep(f32x4.abs(right))];
  // Equal sizes, infinite ones included, are the diagonal; two zeros the axis.
  const equal = keep(v128.and(f32x4.eq(a, b), f32x4.gt(a, v.f(0))));
  const origin = keep(f32x4.eq(f32x4.add(a, b), v.f(0)));
  const unit = keep(v128.or(equal, origin));
  // Sums of large sides, and their multiples, must not overflow.
  const scale = keep(v128.select(f32x4.gt(f32x4.max(a, b), v.f(2 ** 125)), v.f(0.25), v.f(1)));
  const top = keep(v128.select(unit, v128.and(equal, v.f(1)), f32x4.mul(a, scale)));
  const turn = angle(v, draft, top, keep(v128.select(unit, v.f(1), f32x4.mul(b, scale))));
  const behind = i32x4.ltS(right, v.i(0));
  const result = keep(v.copySign(v128.select(behind, f32x4.sub(v.f(Math.PI), turn), turn), above));
  return done(v128.select(v128.and(f32x4.eq(above, above), f32x4.eq(right, right)), result, v.f(NaN)));
}
