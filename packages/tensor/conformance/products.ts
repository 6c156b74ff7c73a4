/** Products over named axes, distances, convolutions. */
import { cdist, convolve, cosineSimilarity, cross, einsum, tensordot } from '../src/index.ts';
import { type Case, input, operation, values } from './case.ts';

const [x35, y35] = [input([3, 5]), input([3, 5], { seed: 1 })];
const [t, s] = [input([2, 3, 4]), input([2, 3, 3], { seed: 2 })];
const sums = { against: 'largest', times: 8 } as const;

export const products: readonly Case[] = [
  ...operation('dot, outer, mm, mv, bmm', [x35, y35, t, s], (x, y, a, b) => [x.at(0).dot(y.at(0)), x.at(0).outer(y.at(1)), x.T.mm(y), x.mv(y.at(0)), b.bmm(a)], sums),
  ...operation('einsum', [x35, y35, t, s], (x, y, a, b) => [
    einsum('ij,ij->', x, y), einsum('ij,kj->ik', x, y), einsum('bij,bjk->bik', b, a), einsum('bii->bi', b), einsum('ij,j', x, y.at(0)), einsum('...ij,jk->...ik', a.transpose(1, 2), b.at(0)), einsum('ki,kj,kl->ijl', x, y, x),
  ], { ...sums, smoke: true }),
  values('einsum of integers', [input([3, 4], { dtype: 'int32' }), input([3, 4], { dtype: 'int32', seed: 1 })], (a, b) => [einsum('ij,kj->ik', a, b), einsum('ij->', a), einsum('ij,ij->i', a, b)]),
  ...operation('tensordot', [t, input([2, 3, 4], { seed: 3 })], (a, b) => [tensordot(a, b, 3), tensordot(a, b, [[1, 2], [1, 2]]), tensordot(a, b.permute(2, 1, 0), 1)], sums),
  ...operation('cross', [s, input([3], { seed: 1 })], (a, b) => [cross(a, b, -1), cross(a, a.flip(0), 1)], { times: 4 }),
  ...operation('cdist', [x35, input([4, 5], { seed: 5 })], (x, y) => [cdist(x, y), cdist(x, y, 1), cdist(x, y, Infinity), cdist(x, x.detach())], { ...sums, times: 16 }),
  ...operation('cosineSimilarity', [x35, y35], (x, y) => [cosineSimilarity(x, y), cosineSimilarity(x.unsqueeze(1), y, { axis: -1 })], { times: 8 }),
  ...operation('convolve', [input([7]), input([3], { seed: 1 })], (x, v) => [convolve(x, v), convolve(x, v, { mode: 'valid' }), convolve(v, x, { mode: 'same' })], sums),
];
