/** Every mistake is told in one form: operation, what is wrong, the facts. What to do. */
import { expect, it } from 'vitest';
import { all, concat, fuse, linear, ones, range, type Scalar, stack, tensor } from '@nn/tensor';

const x = ones([2, 3]);
const ints = tensor([0, 1], { dtype: 'int32' });

it.each<[string, () => unknown]>([
  ['add: shapes do not broadcast: [2, 3] and [2] (axis -1: 3 and 2). Sizes must be equal or 1, counted from the last axis.', () => x.add(ones([2]))],
  ['matmul: inner sizes differ: [32, 784] x [128, 10] (784 and 128). The right operand must be [784, n].', () => ones([32, 784]).matmul(ones([128, 10]))],
  ['matmul: inner sizes differ: [2, 3] x [2] (3 and 2). The right operand must be [3].', () => x.matmul(ones([2]))],
  ['matmul: a scalar has no axis to sum over: [] x [2, 3]. Use mul.', () => ones([]).matmul(x)],
  ['matmul: the operands are bool. Cast them to int32 or float32 first.', () => ints.bool().matmul(ints.bool())],
  ['linear: the input is [2, 3], the weight [5, 4] takes a last axis of 4. Give it [..., 4], or make a layer of 3 inputs.', () => linear(x, ones([5, 4]))],
  ['linear: the bias is [4], the weight [5, 3] needs [5].', () => linear(x, ones([5, 3]), ones([4]))],
  ['sum: axis 2 is out of range for 2 axes. Use -2 to 1.', () => x.sum(2)],
  ['mean: an axis appears twice in [1, 1].', () => x.mean([1, -1])],
  ['mean: int32 has no fractions. Cast it first: x.float().mean().', () => ints.mean()],
  ['amax: [0, 3] has no elements to choose from on the reduced axes. Reduce over axes that are not empty.', () => ones([0, 3]).amax(0)],
  ['reshape: [2, 3] has 6 elements, [4, 2] does not.', () => x.reshape(4, 2)],
  ['reshape: [-1, -1] leaves several sizes open. Write -1 once at most.', () => x.reshape(-1, -1)],
  ['reshape: [2, 3] has 6 elements, [4, -1] does not.', () => x.reshape(4, -1)],
  ['permute: [0, 0] does not name each of the 2 axes once.', () => x.permute(0, 0)],
  ['expand: [2, 3] cannot repeat to [2, 4]. Only axes of size 1 repeat.', () => x.expand([2, 4])],
  ['narrow: elements 1 to 4 are not all on axis 1 of [2, 3].', () => x.narrow(1, 1, 3)],
  ['unfold: windows of 4 (step 1, dilation 1) do not fit on axis 1 of [2, 3]. Use a smaller window, or pad first.', () => x.unfold(1, 4)],
  ['pad: [1] is not up to 2 pairs. Give (before, after) for the last axis, then for the one before it, ...', () => x.pad([1])],
  ['pad: [-2, -2] crops more than axis 1 of [2, 3] has.', () => x.pad([-2, -2])],
  ['diagonal: it needs two axes, not 0 twice.', () => x.diagonal(0, 0, 0)],
  ['at: 3 indices for [2, 3]. It has 2 axes.', () => x.at(0, 0, 0)],
  ['at: index 3 is out of range on axis 1 of [2, 3]. Use -3 to 2.', () => x.at(all, 3)],
  ['range: the step is 0. Use a whole number other than 0.', () => range(0, 1, 0)],
  ['concat: no tensors were given.', () => concat([])],
  ['concat: [2, 3] and [2, 4] differ on other axes than 0.', () => concat([x, ones([2, 4])])],
  ['stack: no tensors were given.', () => stack([])],
  ['gather: the index is float32. Cast it to int32.', () => x.gather(0, x)],
  ['gather: [2, 3] and the index [2] differ in their number of axes.', () => x.gather(0, ints)],
  ['gather: an index is out of range. Use 0 to 1.', () => x.gather(0, tensor([[5]], { dtype: 'int32' }))],
  ['indexSelect: the index is [1, 2]. It must have one axis.', () => x.indexSelect(0, ints.unsqueeze(0))],
  ['sub: bool has no difference. Use logicalXor or logicalNot, or cast to int32 first.', () => tensor([true]).sub(tensor([true]))],
  ['assign: [3] into [2]. Shapes must be equal.', () => ones([2]).assign(ones([3]))],
  ['assign: a view of another tensor cannot be overwritten. Assign to the tensor that owns the storage.', () => x.T.assign(ones([3, 2]))],
  ['into: target 0 is int32 [2], the result float32 [2]. They must be equal.', () => fuse((a: Scalar) => a.exp()).into([ints], ones([2]))],
  ['fuse: no operand is a tensor. Pass at least one.', () => fuse((a: Scalar) => a.exp())(2)],
  ["backward: nothing records gradients. Add: import '@nn/autograd'", () => x.sum().backward()],
  ["requiresGrad: nothing records gradients. Add: import '@nn/autograd'", () => tensor([1], { requiresGrad: true })],
  ["registerHook: nothing records gradients. Add: import '@nn/autograd'", () => x.registerHook(() => undefined)],
  ['requiresGrad: int32 has no gradient. Use a float dtype.', () => tensor([1], { dtype: 'int32', requiresGrad: true })],
])('%s', (text, mistake) => {
  let found = 'no error';
  try {
    mistake();
  } catch (error) {
    found = error instanceof Error ? error.message : String(error);
  }
  expect(found).toBe(text);
});
