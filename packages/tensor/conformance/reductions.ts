/** Sums, products, extremes and what is made of them: axes, views, long and short runs, ties, zeros, functions reduced as they are computed. */
import type { Limits } from '../src/backend/interface.ts';
import { fuse, type Scalar, type Tensor } from '../src/index.ts';
import { type Case, having, input, operation, points, values } from './case.ts';
import { layouts } from './views.ts';

const nonFinite = ({ nonFinite: has }: Limits) => (has ? undefined : 'NaN and infinities are not IEEE 754');
const cube = input([3, 4, 5]);
/** Small factors, so that products stay near 1. */
const factors = (shape: readonly number[]) => input(shape, { scale: 0.05, shift: 1 });
const ties = points([1, 3, 3, -1, 2, 2, 2, 2, 3, 0, -1, 3], 'float32', [3, 4]);
const zeros = points([0, 2, 3, 0, 0, 5, 1.5, -2, 0.5], 'float32', [3, 3]);
const sums = { against: 'largest', times: 4 } as const;

const kinds = ['sum', 'mean', 'prod', 'amax', 'amin'] as const;
const axes = [undefined, 0, 1, -1, [0, 1], [0, 2], [-1, -2], [0, 1, 2], []] as const;

const plain: Case[] = kinds.flatMap((kind) => [
  ...operation(`${kind} over all choices of axes`, [kind === 'prod' ? factors([3, 4, 5]) : cube], (x) => axes.map((over) => x[kind](over)), { ...sums, smoke: kind === 'sum' }),
  ...operation(`${kind} keeping axes`, [kind === 'prod' ? factors([3, 4]) : input([3, 4])], (x) => [x[kind](0, { keepDim: true }), x[kind](undefined, { keepDim: true })], sums),
  ...operation(`${kind} of one element`, [input([1]), input([], { seed: 1 }), input([3, 1], { seed: 2 })], (x, y, z) => [x[kind](0), y[kind](), z[kind](1)], sums),
  ...[[3, 700], [700, 3], [1, 3000], [67, 67], [2, 150, 3]].flatMap((shape) =>
    operation(`${kind} of [${shape.join(', ')}]`, [kind === 'prod' ? input(shape, { scale: 1e-4, shift: 1 }) : input(shape)], (x) => [x[kind](0), x[kind](1), x[kind]()], { ...sums, times: 32 })),
  ...operation(`${kind} with ties`, [ties], (x) => [x[kind](0), x[kind](1), x[kind]()], sums),
  ...operation(`${kind} with zeros`, [zeros], (x) => [x[kind](0), x[kind](1), x[kind]()], sums),
]);

/** A scalar has no axis; 0 and -1 are taken for it. */
const scalars: Case[] = [
  ...operation('reductions of a scalar over its axis', [input([], { seed: 3 })], (x) => [x.sum(0), x.mean(-1), x.amax(0, { keepDim: true }), x.logsumexp(-1), x.softmax(0), x.logSoftmax(-1)]),
  ...operation('a scalar along its axis', [input([], { seed: 3 })], (x) => [x.cumsum(0), x.cumprod(-1), x.cummax(0).values, x.max(0).values, x.median(-1).values, x.topk(1, 0).values]),
];

const views: Case[] = layouts.flatMap(({ name, shape, view }) =>
  operation(`sum and amax of ${name}`, [input(shape)], (x) => [view(x).sum(0), view(x).sum(-1), view(x).amax(0), view(x).amin()], sums));

const integers: Case[] = [
  ...(['int32', 'uint32'] as const).map((dtype) => values(`reductions of ${dtype}`, [input([4, 30], { dtype, shift: 16 })], (x) => [x.sum(0), x.sum(1), x.sum(), x.remainder(3).add(1).narrow(1, 0, 8).prod(1), x.amax(0), x.amin(1)])),
  values('reductions of bool', [input([4, 30], { dtype: 'bool' })], (x) => [x.sum(0), x.sum(), x.amax(1), x.amin(0)]),
  values('any and all', [points([0, 0, 0, 0, 1, 0, 2, 3, 4], 'float32', [3, 3])], (x) => [x.any(), x.all(), x.any(1), x.all(1), x.any(0, { keepDim: true }), x.all(0)]),
  ...operation('reductions of float64', [input([5, 7], { dtype: 'float64', scale: 1 / 3 })], (x) => [x.sum(0), x.mean(), x.amax(1), x.logsumexp(1)], { ...sums, needs: having('float64'), tolerance: 1e-7 }),
];

const places: Case[] = [
  values('argmax and argmin', [cube], (x) => [0, 1, -1].flatMap((axis) => [x.argmax(axis), x.argmin(axis, { keepDim: true })]).concat(x.argmax(), x.argmin(undefined, { keepDim: true })), { smoke: true }),
  values('argmax and argmin with ties: the first', [ties], (x) => [x.argmax(0), x.argmax(1), x.argmax(), x.argmin(0), x.argmin(1), x.argmin()]),
  values('argmax of views and integers', [input([5, 6]), input([5, 6], { dtype: 'int32' })], (x, n) => [x.transpose(0, 1).argmax(0), x.flip(1).argmin(1), n.argmax(1), n.pad([1, 1]).argmin(0)]),
  values('argmax of a long axis', [input([2, 3000])], (x) => [x.argmax(1), x.argmin()]),
];

const scaled = fuse((x: Scalar, y: Scalar, factor: Scalar) => x.mul(y).add(factor));
const byPlace = fuse((x: Scalar) => x.mul(x.index(1).add(1)).add(x.index(0)));
const distance = fuse((x: Scalar, y: Scalar) => x.sub(y).abs());

const computed: Case[] = [
  ...operation('a function reduced as it is computed', [input([3, 4]), input([4], { seed: 1 })], (x, y) => [scaled.reduce('sum', 1, x, y, 0.25), scaled.reduce('sum', undefined, y, x, -1), scaled.reduce('max', 0, x, y, 2)], { ...sums, smoke: true }),
  ...operation('a reduced function of coordinates', [cube], (x) => [byPlace.reduce('sum', [0, 2], x), byPlace.reduce('sum', 1, x)], sums),
  ...operation('a reduced function of broadcast views', [input([4, 1]), input([5, 1], { seed: 1 })], (x, y) => [distance.reduce('sum', 0, x, y.transpose(0, 1)), distance.reduce('min', 1, x, y.transpose(0, 1))], sums),
  ...operation('a product of a function', [input([3, 4], { scale: 0.1 }), input([3, 4], { scale: 0.1, seed: 1 })], (x, y) => scaled.reduce('prod', 1, x, y, 1), sums),
  ...operation('moments', [input([6, 8])], (x) => { const d = x.sub(x.mean(0, { keepDim: true })); return [d.square().mean(0), d.square().mean()]; }, sums),
];

const exponentials: Case[] = [
  ...operation('logsumexp', [input([3, 4, 5], { scale: 8 })], (x) => [x.logsumexp(1), x.logsumexp([0, 2]), x.logsumexp(undefined, { keepDim: true })], { times: 8 }),
  ...operation('softmax and logSoftmax', [input([3, 4, 5], { scale: 4 })], (x) => [x.softmax(-1), x.softmax(0), x.logSoftmax(1)], { times: 8, smoke: true }),
  ...operation('softmax of large numbers', [points([1000, 1001, 999, -1000, 0, 1], 'float32', [2, 3])], (x) => [x.softmax(1), x.logSoftmax(1)], { times: 8 }),
];

const odd = points([Infinity, 1, -Infinity, NaN, 2, 3, -0, 0, 1], 'float32', [3, 3]);
const special: Case[] = [
  values('NaN wins, infinities add up', [odd], (x) => [x.sum(0), x.sum(1), x.amax(0), x.amax(1), x.amin(1), x.prod(1), x.amax()], { needs: nonFinite }),
  values('argmax finds NaN', [odd], (x) => [x.argmax(0), x.argmax(1), x.argmin(1), x.argmax()], { needs: nonFinite }),
  values('logsumexp of infinities', [points([-Infinity, -Infinity, Infinity, 1, -Infinity, 0], 'float32', [3, 2])], (x: Tensor) => [x.logsumexp(1), x.softmax(1)], { needs: nonFinite, times: 4 }),
];

export const reductions: readonly Case[] = [...plain, ...scalars, ...views, ...integers, ...places, ...computed, ...exponentials, ...special];
