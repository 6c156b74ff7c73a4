import { compute, contiguous, type Op, trace } from '@nn/tensor/backend';
import { describe, expect, it } from 'vitest';
import { CpuBackend } from '../src/backend.ts';
import { Dice, filled } from './random-functions.ts';

const engine = new CpuBackend();

function apply(op: Op, ...columns: Float32Array[]): Float32Array {
  const length = columns[0]!.length;
  const f = trace(columns.map(() => 'float32'), [], ([x, y]) => [(x as unknown as Record<string, (y?: unknown) => typeof x>)[op]!(y)!]);
  const inputs = columns.map((column) => ({ storage: filled(engine, 'float32', column), ...contiguous([length]) }));
  const storage = engine.allocate('float32', length);
  engine.map(f, inputs, [], [{ storage, offset: 0 }], [length]);
  const result = engine.readSync(storage, 0, length) as Float32Array;
  for (const each of [storage, ...inputs.map((input) => input.storage)]) engine.free(each);
  return result;
}

/** Distance to the exact result in units of float32's last place there; results too small for a normal float32 count as 0. */
function ulps(got: number, exact: number): number {
  if (Object.is(got, Math.fround(exact)) || Math.abs(exact) < 2 ** -126) return Number.isNaN(got) ? Infinity : 0;
  if (!Number.isFinite(got) || !Number.isFinite(Math.fround(exact))) return got === Math.fround(exact) ? 0 : Infinity;
  return Math.abs(got - exact) / 2 ** (Math.floor(Math.log2(Math.abs(exact))) - 23);
}

/** Half of them spread evenly over [low, high], half over the exponents of both signs in it. */
function spread(low: number, high: number, length = 40_000): Float32Array {
  const dice = new Dice(1);
  return Float32Array.from({ length }, (_, i) => {
    if (i % 2 === 0) return low + dice.next() * (high - low);
    const size = 2 ** (dice.next() * (Math.log2(Math.max(-low, high)) + 30) - 30);
    return Math.max(low, Math.min(high, low < 0 && dice.below(2) ? -size : size));
  });
}

/** The largest error allowed, and where. */
const unary: readonly [Op, number, number, number][] = [
  ['exp', 2, -87.3, 88.7], ['expm1', 2, -30, 88.7], ['log', 2, 1e-37, 1e38], ['log2', 2, 1e-37, 1e38], ['tanh', 2, -10, 10], ['sigmoid', 3, -80, 80],
  ['sin', 2, -1e5, 1e5], ['cos', 2, -1e5, 1e5], ['erf', 2, -5, 5], ['atan', 3, -1e6, 1e6], ['sqrt', 0.5, 0, 1e30],
];

describe('float32 functions', () => {
  for (const [op, bound, low, high] of unary) {
    it(`${op} is within ${bound} ulp`, () => {
      const x = spread(low, high);
      const got = apply(op, x);
      let worst = 0;
      let at = 0;
      x.forEach((value, i) => {
        const error = ulps(got[i]!, compute(op, 'float64', value));
        if (error > worst) [worst, at] = [error, value];
      });
      expect(worst > bound ? `${worst} ulp at ${at}` : '').toBe('');
    });
  }

  it('pow is within 1 ulp, atan2 within 4', () => {
    const [x, y] = [spread(1e-5, 1e5), spread(-30, 30).map((_, i) => ((i * 7919) % 4001) / 200 - 10)];
    const both = [['pow', 1, x], ['atan2', 4, spread(-100, 100)]] as const;
    for (const [op, bound, first] of both) {
      const got = apply(op, first, y);
      const errors = Array.from(first, (value, i) => ulps(got[i]!, compute(op, 'float64', value, y[i])));
      expect(Math.max(...errors)).toBeLessThan(bound);
    }
  });

  it('sin and cos of large arguments are exact calls', () => {
    const x = Float32Array.of(1e6, 1.5e6, 1e9, -3e12, 1e30, 3.4e38, 1, 2);
    for (const op of ['sin', 'cos'] as const) expect(apply(op, x).every((value, i) => ulps(value, compute(op, 'float64', x[i]!)) < 2)).toBe(true);
  });

  it('special values are as IEEE 754 has them', () => {
    const x = Float32Array.of(NaN, Infinity, -Infinity, 0, -0, 1, -1, 89, -105, 3e38, -3e38, 1e-30);
    for (const [op] of unary) {
      const wrong = Array.from(apply(op, x)).flatMap((got, i) => {
        const expected = Math.fround(compute(op, 'float64', x[i]!));
        const fine = Object.is(got, expected) || (expected !== 0 && ulps(got, expected) <= 3);
        return fine ? [] : [`${op}(${x[i]}) = ${got}, not ${expected}`];
      });
      expect(wrong).toEqual([]);
    }
    const values = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 2, -2, 3, 0.5, -0.5, 1e30, 1e-30];
    const [a, b] = [values.flatMap((value) => values.map(() => value)), values.flatMap(() => values)].map((column) => Float32Array.from(column)) as [Float32Array, Float32Array];
    for (const op of ['pow', 'atan2'] as const) {
      const got = apply(op, a, b);
      const wrong = Array.from(a).flatMap((value, i) => {
        const expected = Math.fround(compute(op, 'float64', value, b[i]));
        return Object.is(got[i], expected) || (expected !== 0 && ulps(got[i]!, expected) <= 3) ? [] : [`${op}(${value}, ${b[i]}) = ${got[i]}, not ${expected}`];
      });
      expect(wrong).toEqual([]);
    }
  });

  it('an element is the same wherever it stands', () => {
    const x = spread(-4, 4, 23);
    for (const op of ['exp', 'tanh', 'sin', 'erf'] as const) {
      const whole = apply(op, x);
      for (let start = 0; start < 23; start += 3) {
        for (const length of [1, 2, 3, 4, 7]) expect(apply(op, x.slice(start, start + length))).toEqual(whole.slice(start, Math.min(23, start + length)));
      }
    }
  });
});
