/** Products: vectors, batches, operands that are views, sizes that no tile divides, bias and activation in the same kernel. */
import { linear, range, type Shape } from '../src/index.ts';
import { type Case, having, input, operation, points, values } from './case.ts';

const close = { against: 'largest', times: 8 } as const;
const product = (a: Shape, b: Shape, smoke = false) =>
  operation(`[${a.join(', ')}] x [${b.join(', ')}]`, [input(a), input(b, { seed: 5 })], (x, y) => x.matmul(y), { ...close, smoke });

const sizes: Case[] = [
  [1, 1, 1], [1, 7, 1], [2, 3, 4], [7, 5, 3], [16, 16, 16], [17, 33, 9], [31, 64, 65], [67, 67, 67], [1, 67, 64], [64, 1, 67], [33, 128, 1], [5, 300, 6], [3, 2, 130],
].flatMap(([m, k, n]) => product([m!, k!], [k!, n!], m === 17));

const shapes: Case[] = [
  ...product([5], [5]), ...product([5], [5, 3]), ...product([4, 5], [5]), ...product([2, 4, 5], [5]), ...product([5], [2, 5, 3]),
  ...product([2, 3, 4], [2, 4, 5], true), ...product([2, 3, 4], [4, 5]), ...product([3, 4], [2, 4, 5]), ...product([2, 1, 3, 4], [5, 4, 6]), ...product([1, 3, 4], [7, 4, 2]),
];

const views: Case[] = [
  ...operation('transposed operands', [input([9, 6]), input([9, 6], { seed: 1 })], (x, y) => [x.T.matmul(y), x.matmul(y.T)], { ...close, smoke: true }),
  ...operation('both operands transposed', [input([6, 9]), input([7, 6], { seed: 1 })], (x, y) => x.T.matmul(y.T), close),
  ...operation('slices', [input([10, 12]), input([12, 9], { seed: 1 })], (x, y) => x.at(range(1, 8), range(2, 12, 2)).matmul(y.at(range(3, 8), range(0, 9, 2))), close),
  ...operation('flips', [input([4, 5]), input([5, 6], { seed: 1 })], (x, y) => x.flip(1).matmul(y.flip()), close),
  ...operation('padding', [input([4, 5]), input([6, 3], { seed: 1 })], (x, y) => x.pad([1, 2, 1, 0]).matmul(y.pad([0, 1, 1, 1])), close),
  ...operation('repeated rows', [input([1, 5]), input([5, 1], { seed: 1 })], (x, y) => x.expand([4, 5]).matmul(y.expand([5, 3])), close),
  ...operation('windows', [input([12]), input([4, 3], { seed: 1 })], (x, y) => x.unfold(0, 4, 2).matmul(y), close),
  ...operation('a permuted batch', [input([3, 4, 2]), input([5, 4, 2], { seed: 1 })], (x, y) => x.permute(2, 0, 1).matmul(y.permute(2, 1, 0)), close),
  ...operation('a matrix with itself', [input([6, 6])], (x) => [x.matmul(x), x.matmul(x.T)], close),
  ...operation('a padded batch', [input([2, 3, 4]), input([4, 3], { seed: 1 })], (x, y) => x.pad([0, 0, 0, 0, 1, 1]).matmul(y), close),
];

const ends: Case[] = [
  ...operation('a bias', [input([5, 6]), input([6, 7], { seed: 1 }), input([7], { seed: 2 })], (x, y, bias) => x.matmul(y, { bias }), close),
  ...operation('a bias of one column', [input([5, 6]), input([6, 7], { seed: 1 }), input([5, 1], { seed: 2 })], (x, y, bias) => x.matmul(y, { bias }), close),
  ...(['relu', 'sigmoid', 'tanh'] as const).flatMap((activation) => [
    ...operation(`a bias and ${activation}`, [input([5, 6], { scale: 0.5 }), input([6, 7], { seed: 1, scale: 0.5 }), input([7], { seed: 2 })], (x, y, bias) => x.matmul(y, { bias, activation }), { ...close, smoke: activation === 'relu' }),
    ...operation(`${activation} of a batch`, [input([2, 5, 6], { scale: 0.5 }), input([2, 6, 7], { seed: 1, scale: 0.5 })], (x, y) => x.matmul(y, { activation }), close),
  ]),
  ...[[6], [4, 6], [1, 6], [2, 3, 6]].flatMap((shape) =>
    operation(`linear of [${shape.join(', ')}]`, [input(shape), input([5, 6], { seed: 1 }), input([5], { seed: 2 })], (x, weight, bias) => [linear(x, weight, bias), linear(x, weight, undefined, 'relu')], close)),
];

export const matmul: readonly Case[] = [
  ...sizes, ...shapes, ...views, ...ends,
  ...operation('float64', [input([7, 9], { dtype: 'float64', scale: 1 / 3 }), input([9, 5], { dtype: 'float64', scale: 1 / 7 })], (x, y) => x.matmul(y), { ...close, needs: having('float64') }),
  ...operation('float32 with float64', [input([3, 4]), input([4, 2], { dtype: 'float64', scale: 1 / 7 })], (x, y) => x.matmul(y), { ...close, needs: having('float64') }),
  values('zeros times infinity', [points([0, 1, 2, 0], 'float32', [2, 2]), points([Infinity, 1, NaN, 1], 'float32', [2, 2])], (x, y) => x.matmul(y), { needs: ({ nonFinite }) => (nonFinite ? undefined : 'NaN and infinities are not IEEE 754') }),
  values('whole numbers', [input([3, 4], { dtype: 'int32' }), input([2, 4, 5], { dtype: 'int32', seed: 1 }), input([4], { dtype: 'int32', seed: 2 })], (x, y, z) => [x.matmul(y), x.matmul(z), z.matmul(z)]),
  ...operation('a product used twice', [input([3, 4]), input([4, 3], { seed: 1 })], (x, y) => { const p = x.matmul(y); return [p.mul(p), p.tanh()]; }, { ...close, times: 16 }),
];
