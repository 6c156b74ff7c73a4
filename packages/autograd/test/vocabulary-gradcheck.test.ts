/** The tensor vocabulary against finite differences, gradients and gradients of gradients, in float64 on the reference. */
import { describe, it } from 'vitest';
import { gradCheck } from '@nn/autograd';
import { all, cdist, convolve, cosineSimilarity, cross, einsum, range, tensor, type Tensor, tensordot, where } from '@nn/tensor';

/** Values without ties, zeros or whole numbers. */
function spread(shape: readonly number[], salt = 0): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(Float64Array.from({ length: count }, (_, i) => -2 + (4 * (((i * 7 + salt * 3 + 2) % 23) + 0.317)) / 23 + 0.0031 * i), { shape });
}
const both = (f: (...xs: Tensor[]) => Tensor, ...inputs: Tensor[]) => gradCheck(f, inputs, { order: 2, eps: 1e-5, tolerance: 2e-5 });
const whole = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' });
const squared = (f: (...xs: Tensor[]) => Tensor) => (...xs: Tensor[]) => f(...xs).square();

/** Functions of one [2, 3] tensor. Those that only pick or move are squared, so that there is something to differentiate twice. */
const one: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  max: squared((x) => x.max(1).values), min: squared((x) => x.min()), var: (x) => x.var(1), std: (x) => x.std(), norm: (x) => x.norm(2, 1), 'norm of order 3': (x) => x.norm(3), 'norm of order 1': squared((x) => x.norm(1, 0)),
  median: squared((x) => x.median(1).values), quantile: squared((x) => x.quantile([0.2, 0.7], 1)), softmin: (x) => x.softmin(1),
  cumsum: squared((x) => x.cumsum(1)), cumprod: (x) => x.cumprod(1), cummax: squared((x) => x.cummax(1).values),
  sort: squared((x) => x.sort().values), topk: squared((x) => x.topk(2).values),
  split: (x) => x.split(2, 1)[0]!.mul(x.chunk(2, 1)[1]!), roll: (x) => x.roll(1, 1).mul(x), rot90: (x) => x.rot90().mul(x.rot90(-1)), repeat: squared((x) => x.repeat(2, 1)),
  tril: squared((x) => x.tril()), triu: squared((x) => x.triu(1)), diag: squared((x) => x.diag(1)), trace: squared((x) => x.narrow(1, 0, 2).trace()),
  'index tensors': squared((x) => x.at(all, whole([2, 0, 2]))), scatter: squared((x) => x.scatter(1, whole([[0], [2]]), 3)), take: squared((x) => x.take(whole([0, 5, 5]))),
  where: (x) => where(x.gt(0), x.square(), x.exp()), exp2: (x) => x.exp2(), erfc: (x) => x.erfc(), softplus: (x) => x.softplus(2, 3), deg2rad: squared((x) => x.deg2rad()),
};
/** Functions of two [2, 3] tensors. */
const two: Readonly<Record<string, (x: Tensor, y: Tensor) => Tensor>> = {
  logaddexp: (x, y) => x.logaddexp(y), hypot: (x, y) => x.hypot(y), outer: (x, y) => x.at(0).outer(y.at(1)), dot: (x, y) => x.at(0).dot(y.at(0)),
  einsum: (x, y) => einsum('ij,kj->ik', x, y), 'einsum of three': (x, y) => einsum('ij,kj,kl->il', x, y, x), tensordot: (x, y) => tensordot(x, y, [[1], [1]]), cross: (x, y) => cross(x, y, 1),
  cdist: (x, y) => cdist(x, y), 'cdist of order 1': squared((x, y) => cdist(x, y, 1)), cosineSimilarity: (x, y) => cosineSimilarity(x, y), convolve: (x, y) => convolve(x.at(0), y.at(1)),
  indexAdd: squared((x, y) => x.indexAdd(0, whole([1, 1]), y)), indexPut: squared((x, y) => x.indexPut([whole([1]), whole([2])], y.at(0, range(0, 1)))),
  scatter: squared((x, y) => x.scatter(1, whole([[0, 2], [1, 1]]), y)), sliceScatter: squared((x, y) => x.sliceScatter(y.narrow(1, 0, 2), { axis: 1, step: 2 })), selectScatter: squared((x, y) => x.selectScatter(y.at(0), 0, 1)),
};

describe('of one tensor, to second order', () => { for (const [name, f] of Object.entries(one)) it(`${name} as finite differences`, () => both(f, spread([2, 3]))); });
describe('of two tensors, to second order', () => { for (const [name, f] of Object.entries(two)) it(`${name} as finite differences`, () => both(f, spread([2, 3]), spread([2, 3], 5))); });
