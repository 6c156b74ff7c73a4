/** NaN, infinities and zeros of both signs, for devices that keep to IEEE 754. */
import type { Limits } from '../src/backend/interface.ts';
import { type Case, operation, points, values } from './case.ts';

const needs = ({ nonFinite }: Limits) => (nonFinite ? undefined : 'NaN and infinities are not IEEE 754');
const odd = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 100, -100];
const pairs = [NaN, Infinity, -Infinity, 0, -0, 0.5, 1, -1, -2, 3];
const left = points(pairs.flatMap((x) => pairs.map(() => x)));
const right = points(pairs.flatMap(() => pairs));

export const special: readonly Case[] = [
  ...([
    'neg', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc', 'square', 'reciprocal', 'sqrt', 'rsqrt', 'exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'asin', 'acos', 'atan',
    'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'erf', 'sigmoid', 'relu', 'isnan', 'isinf', 'isfinite', 'logicalNot', 'nanToNum', 'bool',
  ] as const).map((name) => values(`${name} of NaN, infinities and zeros`, [points(odd)], (x) => x[name](), { needs, times: 4, smoke: name === 'log' })),
  ...([
    'add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'remainder', 'fmod', 'pow', 'atan2', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'logicalAnd', 'logicalOr',
  ] as const).map((name) => values(`${name} of NaN, infinities and zeros`, [left, right], (x, y) => x[name](y), { needs, times: 8 })),
  values('clamp and where with NaN and infinities', [points(odd)], (x) => [x.clamp(-1, 1), x.clamp(-Infinity, 0), x.where(x.gt(0), NaN), x.maskedFill(x.isnan(), 3)], { needs }),
  values('constants that are not finite', [points(odd)], (x) => [x.add(NaN), x.mul(Infinity), x.maximum(-Infinity), x.minimum(Infinity), x.eq(Infinity)], { needs }),
  ...operation('the side not taken has no gradient', [points([0, 1, 4])], (x) => [x.sqrt().where(x.gt(0), 0), x.log().where(x.gt(0), x), x.reciprocal().maskedFill(x.eq(0), 5)], { needs, times: 4 }),
  ...operation('gradients at zeros', [points([0, -0, 1, -1]), points([0, 1, -0, 2])], (x, y) => [x.abs(), x.relu(), x.maximum(y), x.minimum(y), x.pow(2), x.clamp(0, 1), x.mul(y)], { needs }),
];
