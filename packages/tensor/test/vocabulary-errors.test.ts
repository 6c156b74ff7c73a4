/** Mistakes with the longer vocabulary, in the one form: operation, what is wrong, the facts. What to do. */
import { expect, it } from 'vitest';
import { bincount, convolve, einsum, oneHot, ones, tensor, where, zeros } from '@nn/tensor';

const x = ones([2, 3]);
const ints = (values: number[]) => tensor(values, { dtype: 'int32' });

it.each<[string, () => unknown]>([
  ['max: axis 0 of [0, 2] is empty.', () => zeros([0, 2]).max(0)],
  ['std: int32 has no fractions. Cast it first: x.float().std().', () => ints([1]).std()],
  ['norm: int32 has no fractions. Cast it first: x.float().norm().', () => ints([1]).norm()],
  ['quantile: [1.5] is not all in [0, 1].', () => x.quantile(1.5)],
  ['topk: 4 of 3 elements on axis -1 of [2, 3].', () => x.topk(4)],
  ['kthvalue: there is no element 4 of 3 on axis -1 of [2, 3]. The smallest is number 1.', () => x.kthvalue(4)],
  ['split: [1, 1] does not add up to the 3 elements of axis 1 of [2, 3].', () => x.split([1, 1], 1)],
  ['repeat: [2] for [2, 3]. Give one whole number per axis, with more for new leading axes; tile takes fewer.', () => x.repeat(2)],
  ['tril: [3] is not a matrix.', () => ones([3]).tril()],
  ['at: the mask is [3], the axes that it stands for [2]. They must be equal.', () => x.at(tensor([true, false, true]))],
  ["at: '...' appears 2 times. Write it once at most.", () => x.at('...', '...')],
  ['indexPut: a mask and values of [2]. Give one value, or index tensors; to choose between two tensors use where.', () => x.indexPut([tensor([true, false])], ones([2]))],
  ['at: the index is float32. Cast it to int32.', () => x.at(tensor([1]))],
  ['at: an index is out of range. Use 0 to 1.', () => x.at(ints([2]))],
  ['scatter: the index [4, 1] does not fit [2, 3].', () => x.scatter(1, zeros([4, 1], { dtype: 'int32' }), 1)],
  ['sliceScatter: the source is [2, 3], the part of [2, 3] is [1, 3].', () => x.sliceScatter(x, { start: 1 })],
  ['selectScatter: index 4 is out of range on axis 0 of [2, 3]. Use -2 to 1.', () => x.selectScatter(ones([3]), 0, 4)],
  ['oneHot: a label is out of range. Use 0 to 2.', () => oneHot(ints([3]), 3)],
  ['where: the condition is float32. Compare it with something, or cast it to bool.', () => where(x, 1, 0)],
  ['mm: [3] x [2, 3] have 1 and 2 axes instead of 2 and 2. Use matmul, which takes all.', () => ones([3]).mm(x)],
  ["einsum: axis 'j' has sizes 3 and 2.", () => einsum('ij,jk', x, x)],
  ["einsum: 'ijk' does not name the axes of [2, 3] in 'ijk->i'.", () => einsum('ijk->i', x)],
  ["einsum: the result's 'l' is on no operand in 'ij->l'.", () => einsum('ij->l', x)],
  ['convolve: [2, 3] and [2] are not two vectors with elements.', () => convolve(x, ones([2]))],
])('%s', (text, wrong) => {
  expect(wrong).toThrow(text);
});

it('bincount says what cannot be counted', async () => {
  await expect(bincount(ints([2, -1]))).rejects.toThrow('bincount: -1 cannot be counted. Give whole numbers from 0 on.');
});

it('nothing is left behind by composed operations', () => {
  const [y, index] = [tensor([3, 1, 2, 5]), ints([1])];
  const before = y.device.memory().storages;
  const { values, indices } = y.sort();
  for (const result of [values, indices, y.cumsum(0), y.std(), y.scatter(0, index, 2), y.norm(), y.median()]) result.release();
  expect(y.device.memory().storages).toBe(before);
});
