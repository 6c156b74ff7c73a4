/** The tensor vocabulary against PyTorch: values, places, ties, NaN, and gradients. */
import { describe, expect, it } from 'vitest';
import '@nn/autograd';
import {
  all, bincount, bucketize, cdist, type Chosen, convolve, cosineSimilarity, cross, type DType, einsum, linspace, logspace, meshgrid, oneHot, randLike, randnLike, range, searchsorted, tensor, type Tensor, tensordot, where,
} from '@nn/tensor';
import vocabulary from '../../../tooling/reference/fixtures/vocabulary.json' with { type: 'json' };
import { type FixtureNumber, numbers } from '../../../tooling/reference/fixtures.ts';

interface FixtureTensor { readonly dtype: string; readonly shape: readonly number[]; readonly data: readonly FixtureNumber[] }
interface Entry { readonly name: string; readonly inputs: readonly FixtureTensor[]; readonly outputs: readonly FixtureTensor[]; readonly gradients?: readonly FixtureTensor[] }

const load = ({ dtype, shape, data }: FixtureTensor): Tensor => tensor(numbers(data), { dtype: dtype as DType, shape, requiresGrad: dtype === 'float64' });
const float64 = (values: readonly number[]): Tensor => tensor(values, { dtype: 'float64' });
const whole = (values: number[] | number[][]): Tensor => tensor(values, { dtype: 'int32' });
const both = ({ values, indices }: Chosen): Tensor[] => [values, indices];
const places = whole([2, 0, 2, 1]);
const grid = whole([[0, 2, 1], [1, 0, 2]]);
const ties = float64([1, 3, 3, -1, 2, 2, 2, 2, 2, 2, 3, 0, -1, 3, 0]);
const odd = float64([1, NaN, 3, Infinity, -Infinity, 2, 1, 0, -1, -2]).reshape(2, 5);

/** The same functions under the same names as in the generator. */
const functions: Readonly<Record<string, (...inputs: Tensor[]) => Tensor[]>> = {
  'max, min': (x) => [x.max(), x.min(), ...both(x.max(1)), ...both(x.min(0, { keepDim: true }))],
  'max, min of ties': (x) => [x.max(), ...both(x.max(1)), ...both(x.min(1))],
  'max, min of integers': (x) => [x.max(), ...both(x.max(1)), ...both(x.min(1))],
  'max, min, median of NaN': (x) => [x.max(), ...both(x.max(1)), ...both(x.min(1)), ...both(x.median(1)), x.median()],
  'var, std': (x) => [x.var(), x.std(1), x.var([0, 2], { unbiased: false }), x.std(-1, { correction: 0, keepDim: true })],
  'std of equals': (x) => [x.std(1)],
  norm: (x) => [x.norm(), x.norm(1), x.norm(Infinity), x.norm(3, 1), x.norm(2, [0, 2], { keepDim: true }), x.norm(0, 1), x.norm(-Infinity, 2)],
  'norm of zeros': (x) => [x.norm(2, 1), x.norm(1, 1), x.norm(3, 1)],
  median: (x) => [x.median(), ...both(x.median(1)), ...both(x.median(0, { keepDim: true }))],
  'median of even counts': (x) => [x.median(), ...both(x.median(2))],
  kthvalue: (x) => [...both(x.kthvalue(2)), ...both(x.kthvalue(3, 0, { keepDim: true }))],
  quantile: (x) => [x.quantile(0.3), x.quantile([0, 0.25, 0.9], 1), x.quantile(0.5, 0, { keepDim: true })],
  'quantile of NaN': (x) => [x.quantile(0.5, 1)],
  ...Object.fromEntries((['lower', 'higher', 'nearest', 'midpoint'] as const).map((interpolation) => [`quantile ${interpolation}`, (x: Tensor) => [x.quantile(0.3, 1, { interpolation })]])),
  histc: (x) => [x.histc(4), x.histc(3, -1, 1), ties.histc(4, -1, 3)],
  histogram: (x) => [x.histogram(4), x.histogram(3, { range: [-1, 1], density: true }), ties.narrow(0, 5, 5).histogram(4)].flatMap(({ hist, binEdges }) => [hist, binEdges]),
  softmin: (x) => [x.softmin(1)],
  'cumsum, cumprod': (x) => [x.cumsum(1), x.cumsum(0), x.cumprod(-1)],
  'cumprod of zeros': (x) => [x.cumprod(1)],
  'cumsum of integers': (x) => [x.cumsum(1), x.cumprod(0)],
  'cumsum of truths': (x) => [x.cumsum(1)],
  'cummax, cummin': (x) => [...both(x.cummax(1)), ...both(x.cummin(0))],
  'cummax, cummin of ties': (x) => [...both(x.cummax(1)), ...both(x.cummin(1))],
  'cummax, cummin of NaN': (x) => [...both(x.cummax(1)), ...both(x.cummin(1))],
  sort: (x) => [...both(x.sort()), ...both(x.sort(0, { descending: true })), x.argsort(1)],
  'sort of ties': (x) => [...both(x.sort()), ...both(x.sort(-1, { descending: true }))],
  'sort of NaN': (x) => [...both(x.sort()), ...both(x.sort(-1, { descending: true }))],
  'sort of a long axis': (x) => [...both(x.sort()), ...both(x.sort(-1, { descending: true }))],
  'sort of integers': (x) => both(x.sort()),
  topk: (x) => [...both(x.topk(2)), ...both(x.topk(3, 1, { largest: false })), ...both(x.topk(1, 0))],
  'topk of NaN': (x) => [...both(x.topk(2)), ...both(x.topk(2, -1, { largest: false }))],
  'split, chunk, unbind': (x) => [...x.split(2), ...x.split([1, 3, 1], 1), ...x.chunk(2, 1), ...x.chunk(4, 1), ...x.unbind(1)],
  movedim: (x) => [x.movedim(0, 2), x.movedim([0, 1], [2, 0])],
  'repeat, tile': (x) => [x.repeat(2, 1), x.repeat(2, 1, 2), x.tile(2), x.repeatInterleave(2, 1), x.repeatInterleave(3)],
  roll: (x) => [x.roll(1), x.roll(-2, 1), x.roll([1, 7], [0, 1])],
  rot90: (x) => [x.rot90(), x.rot90(2), x.rot90(-1, [1, 2]), x.rot90(3)],
  'tril, triu': (x) => [x.tril(), x.triu(), x.tril(-1), x.triu(2), x.tril(1)],
  'diag, trace': (x, v) => [x.diag(), x.diag(1), x.diag(-1), v.diag(), v.diag(2), v.diag(-1), x.diagEmbed(), x.at(all, range(0, 3)).trace()],
  where: (x, y) => [where(x.gt(y), x, y), where(x.gt(0), x, 0)],
  scatter: (x, s) => [x.scatter(0, grid, s), x.scatter(1, grid, 2.5)],
  indexAdd: (x, s) => [x.indexAdd(0, places, s.narrow(1, 0, 1).expand([4, 5])), x.indexAdd(1, places, s.T, { alpha: 2 })],
  take: (x) => [x.take(whole([[0, 14], [7, 7]]))],
  'index tensors': (x) => [
    x.at(all, places), x.at(whole([0])), x.at(all, all, places), x.at(whole([0, 0, 1]), all, whole([0, 2, 1])), x.at(all, places, places), x.at(0, places), x.at(all, whole([-3, -1])),
    x.at(grid.remainder(2), all, range(1)),
  ],
  indexPut: (x, v) => [x.indexPut([whole([0, 2]), whole([1, 4])], v.narrow(0, 0, 2)), x.indexPut([places], v.narrow(0, 0, 1), { accumulate: true }), x.indexPut([whole([1])], v.narrow(0, 0, 5))],
  'sliceScatter, selectScatter': (x, s) => [
    x.sliceScatter(s.narrow(0, 0, 2), { start: 1 }), x.sliceScatter(s.narrow(1, 0, 2), { axis: 1, end: 4, step: 2 }), x.selectScatter(s.at(0), 0, -1), x.selectScatter(s.at(all, 0), 1, 2),
  ],
  oneHot: (labels) => [oneHot(labels, 4)],
  'dot, outer, mm, mv, bmm': (u, v, x, p, q) => [u.dot(v), u.outer(v), x.T.mm(x), x.mv(v.narrow(0, 0, 5)), q.bmm(p)],
  tensordot: (x, y) => [tensordot(x, y, 3), tensordot(x, y, [[1, 2], [1, 2]]), tensordot(x, y.permute(2, 1, 0), 1)],
  cross: (x, y) => [cross(x, y.narrow(2, 0, 3), -1), cross(x, y.narrow(2, 0, 3), 1)],
  cdist: (x, y) => [cdist(x, y), cdist(x, y, 1), cdist(x, y, Infinity), cdist(x, y, 3)],
  'cdist to itself': (x) => [cdist(x, x.detach())],
  cosineSimilarity: (x, y) => [cosineSimilarity(x, y), cosineSimilarity(x, y, { axis: 0 }), cosineSimilarity(x.unsqueeze(1), y, { axis: -1 })],
  einsum: (x, y, a, t, s) => [
    einsum('ij,ij->', x, y), einsum('ij,kj->ik', x, y), einsum('ij,jk', a, x), einsum('bij,bjk->bik', s, t), einsum('bii->bi', s), einsum('bii', s),
    einsum('ij->ji', x), einsum('i,j->ij', x.at(0), y.at(0)), einsum('...ij,jk->...ik', t.transpose(1, 2), s.at(0)), einsum('ij,bij->b', a.T, t),
    einsum('ki,ij,kj->k', a, x, x.narrow(0, 0, 1).expand([4, 5])), einsum('...a->...', t), einsum('ba', x),
  ],
  'linspace, logspace': () => [linspace(-1, 2, 7, { dtype: 'float64' }), logspace(0, 3, 4, { dtype: 'float64' }), logspace(-1, 1, 3, { base: 2, dtype: 'float64' }), linspace(3, 3, 1, { dtype: 'float64' })],
  meshgrid: (v, x) => [...meshgrid([v, x.at(0)]), ...meshgrid([v, x.at(0)], { indexing: 'xy' })],
  searchsorted: (x) => [searchsorted(float64([-1, 0, 2, 2, 3]), x), searchsorted(float64([-1, 0, 2, 2, 3]), x, { right: true }), searchsorted(x.sort().values, x), bucketize(x, float64([0, 2]))],
  'searchsorted in long rows': (x) => [searchsorted(x.sort().values, x.narrow(1, 0, 20).div(2)), searchsorted(x.at(0).sort().values, x, { right: true }), searchsorted(x.at(0).sort().values, odd)],
  'exp2, erfc, softplus': (x) => [x.exp2(), x.erfc(), x.softplus(), x.softplus(2, 1), x.mul(8).erfc().mul(1e10)],
  'logaddexp, hypot': (x, y) => [x.logaddexp(y), x.mul(500).logaddexp(y.mul(500)), x.hypot(y), x.deg2rad(), x.rad2deg()],
  isclose: (x) => [x.isclose(x.add(1e-9)), x.isclose(x.mul(1.1), { rtol: 0.05 }), odd.isclose(odd), odd.isclose(odd, { equalNan: true })],
};

async function differences(found: Tensor, { dtype, shape, data }: FixtureTensor): Promise<string[]> {
  if (found.dtype !== dtype || String(found.shape) !== String(shape)) return [`${found.dtype} [${found.shape.join()}] instead of ${dtype} [${shape.join()}]`];
  const values = await found.data();
  return numbers(data).flatMap((right, i) => {
    const is = values[i]!;
    return is === right || Object.is(is, right) || Math.abs(is - right) <= 1e-11 * Math.max(1, Math.abs(right)) ? [] : [`element ${i}: ${is} instead of ${right}`];
  });
}

describe('the vocabulary', () => {
  for (const { name, inputs, outputs, gradients } of vocabulary.cases as Entry[]) {
    it(`${name} as PyTorch`, async () => {
      const leaves = inputs.map(load);
      const results = functions[name]!(...leaves);
      expect(await Promise.all(results.map((result, i) => differences(result, outputs[i]!)))).toEqual(outputs.map(() => []));
      if (!gradients) return;
      const parts = results.filter((result) => result.requiresGrad).map((result) => result.mul(tensor(Float64Array.from({ length: result.numel }, (_, i) => i + 1), { shape: result.shape })).sum());
      parts.reduce((a, b) => a.add(b)).backward();
      const found = leaves.filter((leaf) => leaf.requiresGrad).map((leaf) => leaf.grad ?? leaf.newFull(leaf.shape, 0));
      expect(await Promise.all(found.map((gradient, i) => differences(gradient, gradients[i]!)))).toEqual(gradients.map(() => []));
    });
  }
});

describe('convolve as numpy', () => {
  const [a, v] = [float64([1, 2, 3]), float64([0, 1, 0.5])];
  it.each([['full', [0, 1, 2.5, 4, 1.5]], ['same', [1, 2.5, 4]], ['valid', [2.5]]] as const)('%s', async (mode, expected) => {
    expect(await convolve(a, v, { mode }).toArray()).toEqual(expected);
    expect(await convolve(v, a, { mode }).toArray()).toEqual(expected);
  });
  it('same with an even kernel, shorter or longer', async () => {
    expect(await convolve(float64([1, 2, 3, 4, 5]), float64([1, 10]), { mode: 'same' }).toArray()).toEqual([1, 12, 23, 34, 45]);
    expect(await convolve(float64([1, 10]), float64([1, 2, 3, 4, 5]), { mode: 'same' }).toArray()).toEqual([1, 12, 23, 34, 45]);
  });
});

describe('what has to be awaited', () => {
  it('maskedSelect hands its gradient to the elements it took', async () => {
    const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
    const y = await x.maskedSelect(x.gt(1.5));
    expect(await y.toArray()).toEqual([2, 3, 4]);
    y.square().sum().backward();
    expect(await x.grad!.toArray()).toEqual([[0, 4], [6, 8]]);
  });
  it('maskedSelect broadcasts both ways', async () => {
    expect(await (await tensor([1, 2]).maskedSelect(tensor([[true, false], [true, true]]))).toArray()).toEqual([1, 1, 2]);
  });
  it('nonzero, unique, bincount', async () => {
    const x = whole([[0, 3, 0], [1, 0, 3]]);
    expect(await (await x.nonzero()).toArray()).toEqual([[0, 1], [1, 0], [1, 2]]);
    const { values, inverse, counts } = await x.unique();
    expect([await values.toArray(), await inverse.toArray(), await counts.toArray()]).toEqual([[0, 1, 3], [[0, 2, 0], [1, 0, 2]], [3, 1, 2]]);
    expect(await (await bincount(x.flatten(), { minLength: 5 })).toArray()).toEqual([3, 1, 0, 2, 0]);
    expect(await (await bincount(whole([1, 1, 0]), { weights: tensor([0.5, 1, 2]) })).toArray()).toEqual([2, 1.5]);
  });
  it('equal and allclose', async () => {
    const x = tensor([1, NaN]);
    expect([await x.equal(x), await x.allclose(x), await x.allclose(x, { equalNan: true }), await tensor([1, 2]).equal(tensor([[1, 2]])), await tensor([1, 2]).equal(whole([1, 2]))]).toEqual([false, false, true, false, true]);
  });
});

describe('random tensors like another', () => {
  it('have its shape and dtype', () => {
    const x = tensor([[1, 2]], { dtype: 'float64' });
    expect([randLike(x), randnLike(x), randLike(x, { dtype: 'float32' })].map(({ shape, dtype }) => [[...shape], dtype])).toEqual([[[1, 2], 'float64'], [[1, 2], 'float64'], [[1, 2], 'float32']]);
  });
});

it('a number scattered into integers becomes one', async () => {
  const y = whole([1, 2, 3]).scatter(0, whole([1]), 2.5);
  expect([y.dtype, await y.toArray()]).toEqual(['int32', [1, 2, 3]]);
});
