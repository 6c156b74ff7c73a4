/** Products over named axes, distances, convolutions. */
import { cdist, contract, convolve, cosineSimilarity, cross, einsum, tensordot } from '../src/index.ts';
import type { Tensor } from '../src/index.ts';
import { type Case, input, operation, values } from './case.ts';

const [x35, y35] = [input([3, 5]), input([3, 5], { seed: 1 })];
const [t, s] = [input([2, 3, 4]), input([2, 3, 3], { seed: 2 })];
/** Windows [n, h, w, c, k, k] of padded images [n, c, h, w]. */
const windows = (x: Tensor, size: number, step = 1, dilation = 1) => x.pad([1, 1, 1, 1]).unfold(2, size, step, { dilation }).unfold(3, size, step, { dilation }).permute(0, 2, 3, 1, 4, 5);
const sums = { against: 'largest', times: 8 } as const;

export const products: readonly Case[] = [
  ...operation('dot, outer, mm, mv, bmm', [x35, y35, t, s], (x, y, a, b) => [x.at(0).dot(y.at(0)), x.at(0).outer(y.at(1)), x.T.mm(y), x.mv(y.at(0)), b.bmm(a)], sums),
  ...operation('einsum', [x35, y35, t, s], (x, y, a, b) => [
    einsum('ij,ij->', x, y), einsum('ij,kj->ik', x, y), einsum('bij,bjk->bik', b, a), einsum('bii->bi', b), einsum('ij,j', x, y.at(0)), einsum('...ij,jk->...ik', a.transpose(1, 2), b.at(0)), einsum('ki,kj,kl->ijl', x, y, x),
  ], { ...sums, smoke: true }),
  values('einsum of integers', [input([3, 4], { dtype: 'int32' }), input([3, 4], { dtype: 'int32', seed: 1 })], (a, b) => [einsum('ij,kj->ik', a, b), einsum('ij->', a), einsum('ij,ij->i', a, b)]),
  ...operation('tensordot', [t, input([2, 3, 4], { seed: 3 })], (a, b) => [tensordot(a, b, 3), tensordot(a, b, [[1, 2], [1, 2]]), tensordot(a, b.permute(2, 1, 0), 1)], sums),
  ...operation('contract of matrices and batches', [input([3, 4]), input([4, 5], { seed: 1 }), t, s], (x, y, a, b) => [contract(x, y, { rows: 1, inner: 1, columns: 1 }), contract(b, a, { rows: 1, inner: 1, columns: 1 }), contract(x, x, { rows: 0, inner: 2, columns: 0 }), contract(x, y, { rows: 2, inner: 0, columns: 2 })], sums),
  ...operation('contract of permuted groups', [input([3, 2, 4, 2]), input([2, 3, 5, 2], { seed: 1 })], (x, y) => contract(x.permute(2, 1, 0, 3), y.permute(1, 3, 2, 0), { rows: 2, inner: 2, columns: 2 }), sums),
  ...operation('contract of windows', [input([2, 3, 5, 6]), input([3, 3, 3, 4], { seed: 1 }), input([4], { seed: 2 })], (x, w, bias) => contract(windows(x, 3), w, { rows: 3, inner: 3, columns: 1 }, { bias, activation: 'relu' }), { ...sums, smoke: true }),
  ...operation('contract of windows with steps and gaps', [input([2, 2, 7, 8]), input([2, 2, 2, 3], { seed: 1 })], (x, w) => contract(windows(x, 2, 2, 2), w, { rows: 3, inner: 3, columns: 1 }), sums),
  ...operation('contract of windows in groups', [input([2, 4, 5, 5]), input([2, 2, 3, 3, 3], { seed: 1 })], (x, w) => contract(windows(x, 3).unflatten(3, [2, 2]).permute(3, 0, 1, 2, 4, 5, 6), w, { rows: 3, inner: 3, columns: 1 }), sums),
  ...operation('contract over a batch of windows', [input([3, 2, 5, 5]), input([3, 5, 5, 4], { seed: 1 })], (x, g) => contract(windows(x, 3).permute(3, 4, 5, 0, 1, 2), g, { rows: 3, inner: 3, columns: 1 }), sums),
  ...operation('contract with an uneven bias', [input([2, 3]), input([3, 4, 2], { seed: 1 }), input([2, 1, 2], { seed: 2 })], (x, y, bias) => contract(x, y, { rows: 1, inner: 1, columns: 2 }, { bias }), sums),
  values('contract of whole numbers', [input([2, 3, 2], { dtype: 'int32' }), input([3, 2, 4], { dtype: 'int32', seed: 1 })], (x, y) => contract(x, y, { rows: 1, inner: 2, columns: 1 })),
  ...operation('cross', [s, input([3], { seed: 1 })], (a, b) => [cross(a, b, -1), cross(a, a.flip(0), 1)], { times: 4 }),
  ...operation('cdist', [x35, input([4, 5], { seed: 5 })], (x, y) => [cdist(x, y), cdist(x, y, 1), cdist(x, y, Infinity), cdist(x, x.detach())], { ...sums, times: 16 }),
  ...operation('cosineSimilarity', [x35, y35], (x, y) => [cosineSimilarity(x, y), cosineSimilarity(x.unsqueeze(1), y, { axis: -1 })], { times: 8 }),
  ...operation('convolve', [input([7]), input([3], { seed: 1 })], (x, v) => [convolve(x, v), convolve(x, v, { mode: 'valid' }), convolve(v, x, { mode: 'same' })], sums),
];
