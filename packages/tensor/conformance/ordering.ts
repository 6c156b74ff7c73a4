/** Sorting and running results: short and long axes, ties, NaN, views. */
import type { Limits } from '../src/backend/interface.ts';
import { bucketize, searchsorted, type Chosen, type Tensor } from '../src/index.ts';
import { type Case, input, operation, points, values } from './case.ts';

const nonFinite = ({ nonFinite: has }: Limits) => (has ? undefined : 'NaN and infinities are not IEEE 754');
const both = ({ values: found, indices }: Chosen): Tensor[] => [found, indices];
const flat = input([3, 5]);
const ties = points([1, 3, 3, -1, 2, 2, 2, 2, 3, 0, -1, 3], 'float32', [3, 4]);
const factors = points([1.5, 0, 2, -1, 0.5, 2, 0, 0], 'float32', [2, 4]);
const odd = points([1, NaN, 3, Infinity, -Infinity, 2, NaN, 0, -1, -2], 'float32', [2, 5]);

export const ordering: readonly Case[] = [
  ...operation('sort', [flat], (x) => [...both(x.sort()), ...both(x.sort(0, { descending: true })), x.argsort(1), x.T.sort(0).values], { smoke: true }),
  ...operation('sort of ties keeps their order', [ties], (x) => [...both(x.sort()), ...both(x.sort(1, { descending: true }))]),
  ...operation('sort of a long axis', [input([2, 70])], (x) => [...both(x.div(4).round().sort()), ...both(x.sort(-1, { descending: true }))]),
  ...operation('topk', [flat], (x) => [...both(x.topk(2)), ...both(x.topk(2, 0, { largest: false }))], { smoke: true }),
  values('sort of integers and bools', [input([3, 5], { dtype: 'int32' }), input([7], { dtype: 'bool' })], (x, b) => [...both(x.sort()), ...both(b.sort()), x.topk(2).values]),
  values('sort of NaN and infinities', [odd], (x) => [...both(x.sort()), ...both(x.sort(1, { descending: true })), x.median(1).values], { needs: nonFinite }),
  ...operation('cumsum and cumprod', [flat, factors], (x, f) => [x.cumsum(0), x.cumsum(-1), x.T.cumsum(1), f.cumprod(1), f.cumprod(0)], { against: 'largest', times: 4, smoke: true }),
  ...operation('cumsum of a long axis', [input([2, 300])], (x) => x.cumsum(1), { against: 'largest', times: 16 }),
  values('cumsum of integers and bools', [input([3, 5], { dtype: 'int32' }), input([7], { dtype: 'bool' })], (x, b) => [x.cumsum(1), b.cumsum(0), x.remainder(3).cumprod(0)]),
  ...operation('cummax and cummin', [flat, ties], (x, t) => [...both(x.cummax(1)), ...both(t.cummax(1)), ...both(t.cummin(0))]),
  values('cummax of NaN', [odd], (x) => [...both(x.cummax(1)), ...both(x.cummin(1))], { needs: nonFinite }),
  values('searchsorted and bucketize', [points([-1, 0, 2, 2, 3]), ties], (s, x) => [searchsorted(s, x), searchsorted(s, x, { right: true }), bucketize(x, s), searchsorted(x.sort().values, x)]),
  values('searchsorted in long rows', [input([2, 100]), input([2, 9], { seed: 4, scale: 1.5 })], (s, x) => { const sorted = s.mul(8).round().sort().values; const y = x.mul(8).round(); return [searchsorted(sorted, y), searchsorted(sorted, y, { right: true }), searchsorted(sorted.at(0), y.at(1)), searchsorted(sorted.at(0).narrow(0, 0, 64), y)]; }),
];
