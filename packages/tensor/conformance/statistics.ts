/** Extremes with their places, spread, norms, ranks and counts; ties and zeros as PyTorch has them. */
import { where } from '../src/index.ts';
import { type Case, input, operation, points, values } from './case.ts';

const ties = points([1, 3, 3, -1, 2, 2, 2, 2, 3, 0, -1, 3], 'float32', [3, 4]);
const box = input([2, 3, 4]);
const flat = input([3, 5]);
const sums = { against: 'largest', times: 8 } as const;

export const statistics: readonly Case[] = [
  ...operation('max and min with places', [box, ties], (x, t) => [x.max(1), x.min(-1, { keepDim: true }), t.max(1), t.min(0)].flatMap(({ values: best, indices }) => [best, indices]).concat(x.max(), t.max(), t.min()), { smoke: true }),
  ...operation('var and std', [box], (x) => [x.var(), x.var([0, 2], { unbiased: false }), x.std(1), x.std(-1, { correction: 0, keepDim: true })], { ...sums, smoke: true }),
  ...operation('std of equal elements has gradient 0', [points([2, 2, 2, 1, 2, 4], 'float32', [2, 3])], (x) => x.std(1), sums),
  ...operation('norms', [input([3, 5], { shift: 0.1 })], (x) => [x.norm(), x.norm(1, 0), x.norm(Infinity, 1), x.norm(3, 1, { keepDim: true }), x.norm(-Infinity), x.norm(0, 1)], sums),
  ...operation('norms of zeros have gradient 0', [points([0, 0, 0, 3, 0, 4], 'float32', [2, 3])], (x) => [x.norm(2, 1), x.norm(1, 1), x.norm(3, 1)], sums),
  ...operation('median, kthvalue, quantile', [flat], (x) => [x.median(), x.median(1).values, x.median(0, { keepDim: true }).indices, x.kthvalue(2).values, x.quantile(0.3), x.quantile([0, 0.25, 1], 1), x.quantile(0.5, 0, { keepDim: true })], { smoke: true }),
  values('histc and histogram', [input([40])], (x) => [x.histc(5), x.histc(7, -1, 1), x.histc(3, 5, 6), ...[x.histogram(4), x.histogram(5, { range: [-1, 1], density: true })].flatMap(({ hist, binEdges }) => [hist, binEdges])]),
  ...operation('softmin', [flat], (x) => x.softmin(1), { times: 4 }),
  ...operation('where of two', [flat, input([5], { seed: 3 })], (x, y) => [where(x.gt(y), x, y), where(x.gt(0), x, 0.5), where(y.lt(0), 1, x)]),
  values('where of numbers', [input([2, 3], { dtype: 'bool' })], (c) => [where(c, 1, 0), where(c, 0.5, -2)]),
];
