/** Tensors without elements: every operation takes them. */
import { concat, full, ones, rand, tensor, zeros } from '../src/index.ts';
import { type Case, checked, compared, input, operation } from './case.ts';

const none = input([0, 3]);

export const empty: readonly Case[] = [
  compared('made and read', (device) => [zeros([0], { device }), tensor([], { device }), full([2, 0, 3], 1, { device }), rand([0], { device })], { smoke: true }),
  ...operation('element-wise', [none, input([1, 3])], (x, y) => [x.exp(), x.add(1), x.mul(y), x.gt(y), x.where(x.gt(y), y)]),
  ...operation('sums and products', [none], (x) => [x.sum(), x.sum(0), x.sum(1), x.prod(), x.prod(0), x.sum(0, { keepDim: true })]),
  ...operation('extremes along other axes', [none], (x) => [x.amax(1), x.amin(1)]),
  ...operation('products of matrices', [none, input([3, 4]), input([3, 0])], (x, y, z) => [x.matmul(y), z.matmul(x), x.T.matmul(x), x.matmul(y.at(0).narrow(0, 0, 3))]),
  ...operation('an inner size of 0 with a bias', [input([2, 0]), input([0, 3]), input([3])], (x, y, bias) => x.matmul(y, { bias, activation: 'relu' })),
  ...operation('an empty batch', [input([0, 2, 3]), input([3, 2])], (x, y) => x.matmul(y)),
  ...operation('views', [none], (x) => [x.T, x.reshape(3, 0), x.pad([1, 1]), x.pad([0, 0, 1, 1]), x.flip(), x.unsqueeze(0).expand([2, 0, 3]), concat([x, x])]),
  ...operation('an empty slice', [input([4, 3])], (x) => [x.narrow(0, 2, 0).sum(0), x.narrow(1, 0, 0).sum(1), x.narrow(0, 1, 0).mul(2)]),
  ...operation('an empty index', [input([4, 3]), input([0, 3], { dtype: 'int32' }), none], (x, i, source) => [x.gather(0, i), x.scatterAdd(0, i, source), x.indexSelect(0, i.reshape(0))]),
  checked('no extreme of nothing', async ({ device }) => {
    try {
      ones([0, 3], { device }).amax(0);
    } catch (error) {
      return String(error).includes('amax: [0, 3]') ? [] : [String(error)];
    }
    return ['amax over an empty axis did not throw'];
  }),
];
