/** Derived operations, said in core ones and computed in float32, against float64. */
import { describe, expect, it } from 'vitest';
import { type DerivedOp, evaluate, lowered, type Op, type Scalar, trace } from '@nn/tensor/backend';

/** Largest error relative to the value's size, in units of float32's precision. */
function error(f: (x: Scalar) => Scalar, exact: (x: number) => number, points: readonly number[]): number {
  const column = Float32Array.from(points);
  const none: ReadonlySet<Op> = new Set();
  const core = lowered(trace(['float32'], [], ([x]) => [f(x!)]), none);
  const [found] = evaluate(core, { input: () => column, index: () => new Int32Array(0) }, [], column.length);
  return column.reduce((worst, x, i) => {
    const value = exact(x);
    return found![i] === Math.fround(value) ? worst : Math.max(worst, Math.abs(found![i]! - value) / Math.abs(value) / 2 ** -24);
  }, 0);
}

/** Evenly spread, and spread evenly in their exponents. */
const between = (low: number, high: number) => Array.from({ length: 4001 }, (_, i) => low + ((high - low) * i) / 4000);
const powers = (low: number, high: number, sign = 1) => Array.from({ length: 2001 }, (_, i) => sign * 10 ** (low + ((high - low) * i) / 2000));
const small = [...powers(-30, -1), ...powers(-30, -1, -1)];

const erf = (x: number): number => {
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) sum += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
};

/** The points, and how many units are allowed: each step of a definition rounds once. */
const cases: readonly [name: Exclude<DerivedOp, 'fmod'>, exact: (x: number) => number, points: readonly number[], units: number][] = [
  ['relu', (x) => Math.max(0, x), between(-5, 5), 0],
  ['sigmoid', (x) => 1 / (1 + Math.exp(-x)), between(-80, 80), 8],
  ['expm1', Math.expm1, [...small, ...between(-10, 80)], 12],
  ['log1p', Math.log1p, [...small, ...between(-0.9, 10), ...powers(1, 30)], 8],
  ['log2', Math.log2, powers(-30, 30), 4],
  ['log10', Math.log10, powers(-30, 30), 4],
  ['tan', Math.tan, between(-1.5, 1.5), 4],
  ['asin', Math.asin, [...small, ...between(-0.99, 0.99)], 8],
  ['acos', Math.acos, between(-0.99, 0.99), 40],
  ['sinh', Math.sinh, [...small, ...between(-80, 80)], 24],
  ['cosh', Math.cosh, between(-80, 80), 16],
  ['asinh', Math.asinh, [...small, ...between(-10, 10), ...powers(1, 30), ...powers(1, 30, -1)], 12],
  ['acosh', Math.acosh, [...between(1.5, 10), ...powers(1, 30)], 12],
  ['atanh', Math.atanh, [...small, ...between(-0.9, 0.9)], 12],
  ['erf', erf, [...small, ...between(-4, 4)], 16],
];

describe('lowered to core operations, in float32', () => {
  it.each(cases)('%s', (name, exact, points, units) => {
    expect(error((x) => x[name](), exact, points)).toBeLessThanOrEqual(units);
  });
  it('fmod is exact where the quotient is', () => {
    const points = between(-50, 50).map((x) => Math.round(x * 4) / 4);
    expect(error((x) => x.fmod(3), (x) => x % 3, points.filter((x) => x % 3 !== 0))).toBe(0);
  });
  it('leaves what a dialect spells', () => {
    const f = trace(['float32'], [], ([x]) => [x!.sigmoid().erf()]);
    expect(lowered(f, new Set<Op>(['sigmoid', 'erf']))).toBe(f);
    expect(lowered(f, new Set<Op>(['sigmoid'])).roots[0]!.op).not.toBe('erf');
  });
});
