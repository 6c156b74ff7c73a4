/** Every element-wise method: each dtype, views of all kinds as inputs, numbers as operands, values where precision is hard. */
import type { DType, Tensor } from '../src/index.ts';
import { type Case, compared, having, input, type Input, operation, type Outputs, points, upload, values } from './case.ts';
import { special } from './special.ts';
import { layouts } from './views.ts';

/** Around what breaks: zeros of both signs, halves, whole numbers, small and larger ones. */
const real = [-20, -8.5, -3, -2.5, -2, -1.5, -1, -0.75, -0.5, -0.25, -0.015625, -1e-3, -0, 0, 1e-3, 0.015625, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 8.5, 20];
const apart = real.filter((x) => x !== 0);
const positive = [1e-3, 0.015625, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 8.5, 20, 100, 1e4];
const unit = [-0.984375, -0.75, -0.5, -0.25, -0.015625, -1e-3, 0, 1e-3, 0.015625, 0.25, 0.5, 0.75, 0.984375];

export const few = [-2.5, -2, -1, -0.5, 0, 0.5, 1, 2, 3];

/** Functions of one number, and where they are asked. */
export const unary = {
  neg: real, abs: real, sign: real, floor: real, ceil: real, round: real, trunc: real, frac: real, square: real, reciprocal: apart, sqrt: positive, rsqrt: positive,
  exp: real, expm1: real, log: positive, log1p: positive, log2: positive, log10: positive, sin: real, cos: real, tan: unit, asin: unit, acos: unit, atan: real,
  sinh: real, cosh: real, tanh: real, asinh: real, acosh: positive.filter((x) => x > 1), atanh: unit, erf: real, erfc: real, sigmoid: real, relu: real, softplus: real, exp2: few, deg2rad: real, rad2deg: real,
} as const;
export const predicates = ['isnan', 'isinf', 'isfinite', 'logicalNot', 'bool', 'nanToNum'] as const;
export const arithmetic = ['add', 'sub', 'rsub', 'mul', 'div', 'maximum', 'minimum', 'atan2', 'logaddexp', 'hypot'] as const;
export const division = ['floorDivide', 'remainder', 'fmod'] as const;
export const relations = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'logicalAnd', 'logicalOr', 'logicalXor'] as const;
export const bits = ['bitwiseAnd', 'bitwiseOr', 'bitwiseXor'] as const;

export const across = (left: readonly number[], right: readonly number[], dtype: DType = 'float32'): [Input, Input] =>
  [points(left.flatMap((x) => right.map(() => x)), dtype), points(left.flatMap(() => right), dtype)];
/** A transposed slice and a broadcast row with zeros around it. */
const viewed = (f: (x: Tensor, y: Tensor) => Outputs) => (x: Tensor, y: Tensor) => f(x.narrow(0, 1, 4).transpose(0, 1), y.pad([1, 1]));
const matrix = input([6, 3]);
const row = input([2], { seed: 3 });

const floats: Case[] = [
  ...(Object.keys(unary) as (keyof typeof unary)[]).flatMap((name) => operation(name, [points(unary[name])], (x) => x[name](), { times: 4, smoke: name === 'exp' || name === 'erf' })),
  ...predicates.map((name) => values(name, [points(real)], (x) => x[name]())),
  ...arithmetic.flatMap((name) => operation(name, across(few, name === 'div' ? few.filter((x) => x !== 0) : few), (x, y) => x[name](y), { times: 2, smoke: name === 'mul' })),
  ...division.flatMap((name) => operation(name, across(few, few.filter((x) => x !== 0)), (x, y) => x[name](y))),
  ...relations.map((name) => values(name, across(few, few), (x, y) => x[name](y))),
  ...operation('pow', across([0.25, 0.5, 1, 1.5, 3], few), (x, y) => x.pow(y), { times: 8 }),
  ...operation('where', [points([1, 0, 1, 1, 0], 'bool'), input([5]), input([5], { seed: 2 })], (c, x, y) => x.where(c, y)),
  ...operation('maskedFill', [points([1, 0, 1, 1, 0], 'bool'), input([5])], (c, x) => x.maskedFill(c, 7)),
  ...operation('clamp by numbers', [points(real)], (x) => [x.clamp(-0.5, 2), x.clamp(0.25), x.clamp(undefined, 1)]),
  ...operation('clamp by tensors', [input([12]), input([12], { seed: 4, shift: -1 }), input([12], { seed: 5, shift: 1 })], (x, low, high) => x.clamp(low, high)),
  ...operation('lerp', [input([8]), input([8], { seed: 1 }), input([8], { seed: 2 })], (x, end, weight) => [x.lerp(end, 0.25), x.lerp(end, weight)]),
];

/** Numbers travel as uniforms: on the left, on the right, changing. */
const numbers: Case[] = [
  ...operation('numbers as operands', [points(apart)], (x) => [x.add(2.5), x.sub(0.1), x.rsub(1), x.mul(-3), x.div(7), x.maximum(0.3), x.minimum(-1), x.atan2(2)]),
  ...operation('powers', [points(apart)], (x) => [x.pow(0), x.pow(1), x.pow(2), x.pow(3), x.pow(4), x.pow(-1), x.pow(-2)], { times: 4 }),
  ...operation('powers with fractions', [points(positive)], (x) => [x.pow(0.5), x.pow(-0.5), x.pow(2.7), x.pow(1 / 3)], { times: 16 }),
  values('comparisons with numbers', [points(real)], (x) => [x.gt(0.5), x.ge(0.5), x.lt(-1), x.le(-1), x.eq(0), x.ne(0)]),
  compared('numbers that change', (device) => {
    const x = upload(device, input([5]));
    return [0.5, -1.25, 1e-3, 3e5, 0, -0].map((value) => x.mul(value).add(value));
  }),
];

/** Where a naive formula loses all digits. */
const tiny = [-1e-3, -1e-4, -1e-6, -1e-10, 1e-10, 1e-6, 1e-4, 1e-3];
const accuracy = (['expm1', 'log1p', 'sin', 'tan', 'sinh', 'tanh', 'asin', 'atan', 'asinh', 'atanh', 'erf'] as const).map((name) =>
  values(`${name} near 0`, [points(tiny)], (x) => x[name](), { against: 'itself', times: 16 }));

const views: Case[] = [
  ...(Object.keys(unary) as (keyof typeof unary)[]).filter((name) => unary[name] === real)
    .flatMap((name) => operation(`${name} of views`, [matrix, row], viewed((x, y) => [x[name](), y[name]()]), { times: 4 })),
  ...([...arithmetic, 'fmod', 'remainder'] as const).filter((name) => name !== 'div')
    .flatMap((name) => operation(`${name} of views`, [matrix, { ...row, values: [0.5, -1.5] }], viewed((x, y) => x[name](y.where(y.ne(0), 1))), { times: 2 })),
  ...relations.map((name) => values(`${name} of views`, [matrix, row], viewed((x, y) => x[name](y)))),
  ...layouts.flatMap(({ name, shape, view }) => [
    ...operation(`tanh of ${name}`, [input(shape)], (x) => view(x).tanh(), { times: 4 }),
    ...operation(`${name} times a column`, [input(shape), input([8, 1], { seed: 4 })], (x, y) => view(x).mul(y.narrow(0, 0, view(x).shape.at(-2) ?? 1))),
  ]),
  ...operation('broadcasting', [input([3, 1, 4]), input([2, 1], { seed: 1 }), input([], { seed: 2 }), input([1], { seed: 3 })], (a, b, c, d) => [a.mul(b), a.sub(c), d.mul(c), b.add(d).mul(a)]),
  ...operation('an operand twice', [input([3, 4])], (x) => [x.mul(x), x.sub(x), x.transpose(0, 1).mul(x.reshape(4, 3))]),
];

const whole = [-12, -8, -7, -3, -2, -1, 0, 1, 2, 3, 7, 31, 4096];
const integers: Case[] = (['int32', 'uint32'] as const).flatMap((dtype) => {
  const some = dtype === 'int32' ? whole : whole.filter((x) => x >= 0);
  const pairs = across(some, some, dtype);
  const nonzero = across(some, some.filter((x) => x !== 0), dtype);
  return [
    ...(['add', 'mul', 'maximum', 'minimum', 'div', ...relations] as const).map((name) => values(`${name} of ${dtype}`, name === 'div' ? nonzero : pairs, (x, y) => x[name](y), { smoke: name === 'add' })),
    values(`sub of ${dtype}`, pairs, (x, y) => x.maximum(y).sub(x.minimum(y))),
    ...division.map((name) => values(`${name} of ${dtype}`, nonzero, (x, y) => x[name](y))),
    values(`division by zero of ${dtype}`, [points(some, dtype)], (x) => [x.floorDivide(0), x.remainder(0)]),
    ...bits.map((name) => values(`${name} of ${dtype}`, pairs.map((pair) => ({ ...pair, values: pair.values.map(Math.abs) })), (x, y) => x[name](y))),
    values(`shifts of ${dtype}`, across(some.filter((x) => Math.abs(x) < 100), [0, 1, 5, 16], dtype), (x, y) => [x.bitwiseLeftShift(y), x.bitwiseRightShift(y)]),
    values(`pow of ${dtype}`, across(some.filter((x) => Math.abs(x) < 10), [0, 1, 2, 3, 5], dtype), (x, y) => [x.pow(y), x.pow(2), x.pow(3)]),
    values(`functions of ${dtype}`, [points(some, dtype)], (x) => [x.abs(), x.sign(), x.relu(), x.square(), x.floor(), x.round(), x.isnan(), x.logicalNot(), x.bool()]),
    values(`fractions of ${dtype}`, [points(some.map((x) => Math.abs(x)), dtype)], (x) => [x.sqrt(), x.log1p(), x.sigmoid(), x.add(0.5), x.mul(0.25)], { times: 4 }),
    values(`numbers with ${dtype}`, [points(some, dtype)], (x) => [x.add(3), x.mul(5), x.floorDivide(4), x.remainder(5), x.maximum(2), x.eq(7)]),
    values(`${dtype} views`, [input([6, 3], { dtype, shift: 16 }), input([2], { dtype, seed: 3, shift: 16 })], viewed((x, y) => [x.add(y), x.mul(y), x.lt(y)])),
  ];
});

const bools: Case[] = [
  ...(['add', 'mul', 'maximum', 'minimum', 'div', ...relations, ...bits] as const).map((name) => values(`${name} of bool`, across(name === 'div' ? [0, 1] : [0, 1], name === 'div' ? [1] : [0, 1], 'bool'), (x, y) => x[name](y))),
  values('functions of bool', [points([0, 1, 1], 'bool')], (x) => [x.logicalNot(), x.bitwiseNot(), x.where(x, false), x.add(2), x.exp(), x.abs()], { times: 4 }),
  values('bool views', [input([6, 3], { dtype: 'bool' }), input([2], { dtype: 'bool', seed: 3 })], viewed((x, y) => [x.logicalAnd(y), x.logicalOr(y), x.eq(y)])),
];

/** In float64, to float64's precision where an operation is one instruction, else to float32's. */
const doubles: Case[] = [
  ...(['neg', 'abs', 'sqrt', 'square', 'reciprocal'] as const).flatMap((name) => operation(`${name} of float64`, [points(positive.map((x) => x + 1e-10), 'float64')], (x) => x[name]())),
  ...(['exp', 'log', 'sin', 'tanh', 'sigmoid', 'erf', 'log1p', 'asinh'] as const).flatMap((name) => operation(`${name} of float64`, [points(positive.filter((x) => x < 30), 'float64')], (x) => x[name](), { tolerance: 1e-6 })),
  ...(['add', 'sub', 'mul', 'div'] as const).flatMap((name) => operation(`${name} of float64`, [points([1 / 3, 0.1, 1e-9, -7e10], 'float64'), points([1e10, 0.3, 1 / 7, 1 / 3], 'float64')], (x, y) => x[name](y))),
  values('numbers with float64', [points([1 / 3, 0.1, 7], 'float64')], (x) => [x.add(0.1), x.mul(1e-10), x.div(3), x.gt(0.1)]),
].map((test) => ({ ...test, needs: [having('float64'), ...test.needs] }));

const mixed: Case[] = [
  values('int32 with float32', [points([1, -2, 3], 'int32'), points([0.5, 0.25, -1.5])], (x, y) => [x.add(y), y.mul(x), x.lt(y), x.where(y.gt(0), y)]),
  values('bool with int32 and float32', [points([1, 0, 1], 'bool'), points([5, -7, 9], 'int32'), points([0.5, 0.25, -1.5])], (b, x, y) => [b.mul(x), b.add(y), y.mul(b), x.eq(b)]),
  values('uint32 with int32', [points([1, 2, 3], 'uint32'), points([5, 7, 9], 'int32')], (x, y) => [x.add(y), y.mul(x)]),
  ...operation('gradients stop at integers', [points([1, 2, 3], 'int32'), input([3])], (x, y) => x.mul(y).add(x)),
];

export const elementwise: readonly Case[] = [...floats, ...numbers, ...accuracy, ...views, ...integers, ...bools, ...doubles, ...mixed, ...special];
