import { compute, contiguous, type Op, trace } from '@nn/tensor/backend';
import { describe, expect, it } from 'vitest';
import { CpuBackend } from '../src/backend.ts';
import { Dice, filled } from './random-functions.ts';

/** The engine asks by validating a module whether multiply-adds are fused; one that says no to all is such an engine. */
function engineOf(fused: boolean): CpuBackend {
  const { validate } = WebAssembly;
  if (!fused) WebAssembly.validate = () => false;
  try {
    return new CpuBackend();
  } finally {
    WebAssembly.validate = validate;
  }
}

function apply(engine: CpuBackend, op: Op, ...columns: Float32Array[]): Float32Array {
  const length = columns[0]!.length;
  const f = trace(columns.map(() => 'float32'), [], ([x, y]) => [(x as unknown as Record<string, (y?: unknown) => typeof x>)[op]!(y)!]);
  const inputs = columns.map((column) => ({ storage: filled(engine, 'float32', column), ...contiguous([length]) }));
  const storage = engine.allocate('float32', length);
  engine.map(f, inputs, [], [{ storage, offset: 0 }], [length]);
  const result = engine.readSync(storage, 0, length) as Float32Array;
  for (const each of [storage, ...inputs.map((input) => input.storage)]) engine.free(each);
  return result;
}

/** Distance to the exact result in units of float32's last place there, which is no smaller among denormal numbers. */
function ulps(got: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Object.is(got, rounded)) return 0;
  if (!Number.isFinite(got) || !Number.isFinite(rounded)) return Infinity;
  return Math.abs(got - exact) / 2 ** (Math.max(-126, exact === 0 ? -126 : Math.floor(Math.log2(Math.abs(exact)))) - 23);
}

/** Every 65,521st of all float32 numbers, from the smallest denormal to the infinities and NaN, of both signs. */
const everywhere = new Float32Array(Uint32Array.from({ length: Math.floor(2 ** 32 / 65_521) }, (_, i) => i * 65_521).buffer);

/** The worst, and where. */
function worst(got: Float32Array, exact: (i: number) => number, bound: number, at: (i: number) => unknown): string {
  let [most, place] = [0, 0];
  got.forEach((value, i) => {
    const error = ulps(value, exact(i));
    if (error > most) [most, place] = [error, i];
  });
  return most > bound ? `${most} ulp at ${String(at(place))}` : '';
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

/** The largest error allowed, and where numbers are close together. */
const unary: readonly [Op, number, number, number][] = [
  ['exp', 1, -104, 89], ['expm1', 2, -30, 88.7], ['log', 1, 1e-37, 1e38], ['log2', 2, 1e-37, 1e38], ['tanh', 2, -10, 10], ['sigmoid', 3, -104, 80],
  ['sin', 2, -1e5, 1e5], ['cos', 2, -1e5, 1e5], ['erf', 2, -5, 5], ['atan', 3, -1e6, 1e6], ['sqrt', 0.5, 0, 1e30],
];

describe.each([true, false])('float32 functions, multiply-adds fused: %s', (fused) => {
  const engine = engineOf(fused);
  it('says how it computes', () => { expect(engine.describe()).toContain(fused ? 'relaxed FMA' : 'SIMD, 1 thread'); });

  for (const [op, bound, low, high] of unary) {
    it(`${op} is within ${bound} ulp, of all numbers`, () => {
      for (const x of [spread(low, high), everywhere]) expect(worst(apply(engine, op, x), (i) => compute(op, 'float64', x[i]!), bound, (i) => x[i])).toBe('');
    });
  }

  it('pow is within 1 ulp, atan2 within 4', () => {
    const y = everywhere.map((_, i) => ((i * 7919) % 4001) / 200 - 10);
    const others = everywhere.map((_, i) => everywhere[(i * 7919) % everywhere.length]!);
    const both: [Op, number, Float32Array, Float32Array][] = [
      ['pow', 1, spread(1e-5, 1e5, y.length), y], ['pow', 1, everywhere, y], ['pow', 1, everywhere, others], ['atan2', 4, spread(-100, 100, y.length), y], ['atan2', 4, everywhere, others],
    ];
    for (const [op, bound, a, b] of both) expect(worst(apply(engine, op, a, b), (i) => compute(op, 'float64', a[i]!, b[i]), bound, (i) => [a[i], b[i]])).toBe('');
  });

  it('sin and cos of large arguments are exact calls', () => {
    const x = Float32Array.of(1e6, 1.5e6, 1e9, -3e12, 1e30, 3.4e38, 1, 2);
    for (const op of ['sin', 'cos'] as const) expect(apply(engine, op, x).every((value, i) => ulps(value, compute(op, 'float64', x[i]!)) < 2)).toBe(true);
  });

  it('special values are as IEEE 754 has them', () => {
    const x = Float32Array.of(NaN, Infinity, -Infinity, 0, -0, 1, -1, 89, -105, 3e38, -3e38, 1e-30);
    for (const [op] of unary) {
      const wrong = Array.from(apply(engine, op, x)).flatMap((got, i) => {
        const expected = Math.fround(compute(op, 'float64', x[i]!));
        const fine = Object.is(got, expected) || (expected !== 0 && ulps(got, expected) <= 3);
        return fine ? [] : [`${op}(${x[i]}) = ${got}, not ${expected}`];
      });
      expect(wrong).toEqual([]);
    }
    const values = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 2, -2, 3, 0.5, -0.5, 1e30, 1e-30];
    const [a, b] = [values.flatMap((value) => values.map(() => value)), values.flatMap(() => values)].map((column) => Float32Array.from(column)) as [Float32Array, Float32Array];
    for (const op of ['pow', 'atan2'] as const) {
      const got = apply(engine, op, a, b);
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
      const whole = apply(engine, op, x);
      for (let start = 0; start < 23; start += 3) {
        for (const length of [1, 2, 3, 4, 7]) expect(apply(engine, op, x.slice(start, start + length))).toEqual(whole.slice(start, Math.min(23, start + length)));
      }
    }
  });
});
