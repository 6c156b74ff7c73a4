import { type DType, type Scalar, trace } from '@nn/tensor/backend';
import { type Case, dense, mapped, numbers, upload } from './cases.ts';

/** Integers and floats around what breaks: zeros, ones, halves, signs, large and small. */
const edges = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 2, -2, 3, -3, 7, -7, 10, -10, 1e-3, -1e-3, 1e-20, 30, -30, 87, -87, 1000, -1000, 1e6, 1e20, -1e20, 31, 32, 33];
const binary = ['add', 'sub', 'mul', 'div', 'floorDivide', 'remainder', 'fmod', 'pow', 'atan2', 'maximum', 'minimum', 'lt', 'le', 'eq', 'ne'] as const;
const unary = [
  'neg', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc', 'frac', 'square', 'reciprocal', 'sqrt', 'rsqrt', 'exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'sin', 'cos', 'tan', 'asin', 'acos',
  'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'erf', 'sigmoid', 'relu', 'isnan', 'isinf', 'isfinite', 'logicalNot', 'nanToNum',
] as const;
const bits = ['bitwiseAnd', 'bitwiseOr', 'bitwiseXor', 'bitwiseLeftShift', 'bitwiseRightShift'] as const;

const across = (values: readonly number[]) => ({ a: values.flatMap((x) => values.map(() => x)), b: values.flatMap(() => values) });
const whole = (dtype: DType) => edges.filter((x) => Number.isInteger(x) && Math.abs(x) <= 1e6 && (dtype === 'int32' || x >= 0));
/** exp(b log a) loses as many digits as the exponent has; atanh cancels near -1. */
const loose: Readonly<Record<string, number>> = { 'pow of float32': 1e-5, 'atanh of float32': 1e-4 };
const run = (dtype: DType, name: string, a: ArrayLike<number>, b: ArrayLike<number>, body: (x: Scalar, y: Scalar) => Scalar): Case => ({
  name, tolerance: loose[name] ?? 4e-6,
  run: (device) => mapped(device, trace([dtype, dtype], [], ([x, y]) => [body(x!, y!)]), [dense(upload(device, dtype, a), [a.length]), dense(upload(device, dtype, b), [a.length])], [], [a.length]),
});

const floatPairs = across(edges.filter((x) => Math.abs(x) <= 1000));
const wide = [...numbers(500, 4), ...numbers(200, 0.01, 3), ...numbers(200, 80, 4), ...edges.filter((x) => Math.abs(x) < 1e4)];

export const operations: readonly Case[] = [
  ...binary.map((name) => run('float32', `${name} of float32`, floatPairs.a, floatPairs.b, (x, y) => x[name](y))),
  ...unary.map((name) => run('float32', `${name} of float32`, wide, wide, (x) => x[name]())),
  ...(['int32', 'uint32'] as const).flatMap((dtype) => {
    const { a, b } = across(whole(dtype));
    const small = across(whole(dtype).filter((x) => Math.abs(x) <= 10));
    return [
      ...binary.filter((name) => name !== 'pow').map((name) => run(dtype, `${name} of ${dtype}`, a, b, (x, y) => x[name](y))),
      run(dtype, `pow of ${dtype}`, small.a, small.b, (x, y) => x.pow(y)),
      ...bits.map((name) => run(dtype, `${name} of ${dtype}`, a, b, (x, y) => x[name](y))),
      ...(['neg', 'abs', 'sign', 'relu', 'bitwiseNot', 'sqrt', 'bool'] as const).map((name) => run(dtype, `${name} of ${dtype}`, a, b, (x) => x[name]())),
    ];
  }),
  ...(['lt', 'le', 'eq', 'bitwiseAnd', 'bitwiseOr', 'bitwiseXor', 'logicalXor', 'add', 'maximum', 'div'] as const).map((name) =>
    run('bool', `${name} of bool`, [0, 0, 1, 1], [0, 1, 0, 1], (x, y) => x[name](y))),
  run('float32', 'where, clamp, lerp', wide, [...wide].reverse(), (x, y) => x.where(x.lt(y), y.clamp(-1, 1)).lerp(y, 0.3)),
  run('float32', 'constants', wide, wide, (x) => x.where(x.lt(0), Infinity).minimum(1e30).add(x.where(x.lt(1), -Infinity).maximum(-3.4028234663852886e38)).mul(-1.5e-20).add(-0)),
];
