/** Making tensors of host values and reading them; mistakes in both. */
import { describe, expect, it } from 'vitest';
import { arange, defaultDevice, eye, full, ones, onesLike, reference, setDefaultDevice, tensor } from '@nn/tensor';

describe('tensor', () => {
  it('takes numbers, nested arrays and typed arrays', async () => {
    const dtypes = [tensor(1), tensor([true]), tensor([true, 2]), tensor(new Float64Array(2)), tensor(new Uint8Array(2)), tensor(new Uint32Array(2)), tensor([[]])].map(({ dtype }) => dtype);
    expect(dtypes).toEqual(['float32', 'bool', 'float32', 'float64', 'int32', 'uint32', 'float32']);
    expect(tensor([[[1], [2]]]).shape).toEqual([1, 2, 1]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
    expect(await tensor([[1, 2], [3, 4]], { shape: [4] }).toArray()).toEqual([1, 2, 3, 4]);
  });
  it('rounds to what the dtype holds', async () => {
    expect([...await tensor([0.1, 2 ** 31]).data()]).toEqual([Math.fround(0.1), 2 ** 31]);
    expect([...await tensor([2 ** 31, -1.9, 300.7], { dtype: 'int32' }).data()]).toEqual([-(2 ** 31), -1, 300]);
    expect([...await tensor([0, -0, 0.5, NaN], { dtype: 'bool' }).data()]).toEqual([0, 0, 1, 1]);
  });
  it('copies: later changes of the array do not show', async () => {
    const values = new Float32Array([1, 2]);
    const x = tensor(values);
    values[0] = 9;
    expect(await x.toArray()).toEqual([1, 2]);
    (await x.data())[0] = 7;
    expect(await x.toArray()).toEqual([1, 2]);
  });
  it.each<[() => unknown, string]>([
    [() => tensor([[1, 2], [3]]), 'tensor: the nested array is ragged'],
    [() => tensor([[1], 2]), 'tensor: the nested array is ragged'],
    [() => tensor([1, 'a'] as never), 'tensor: the nested array is ragged or holds strings. Use numbers or booleans, nested evenly.'],
    [() => tensor([1, 2, 3], { shape: [2, 2] }), 'tensor: 3 values for [2, 2], which has 4.'],
    [() => tensor([1], { shape: [-1] }), 'tensor: [-1] is not a shape. Sizes are whole numbers from 0 on.'],
    [() => full([2.5], 1), 'full: [2.5] is not a shape'],
    [() => arange(0, 1, 0), 'arange: no steps of 0 lead from 0 to 1'],
    [() => arange(0, Infinity), 'arange: no steps of 1'],
  ])('%s', (make, text) => {
    expect(make).toThrow(text);
  });
});

it('arange and eye', async () => {
  expect(await arange(3).toArray()).toEqual([0, 1, 2]);
  expect(arange(3).dtype).toBe('int32');
  expect(arange(0, 1, 0.5).dtype).toBe('float32');
  expect(await arange(3, 0, -1).toArray()).toEqual([3, 2, 1]);
  expect(await arange(3, 0).toArray()).toEqual([]);
  expect(await eye(2, 3).toArray()).toEqual([[1, 0, 0], [0, 1, 0]]);
});

describe('reading', () => {
  it('item wants one element', async () => {
    expect(await ones([1, 1]).item()).toBe(1);
    await expect(ones([2]).item()).rejects.toThrow('item: [2] has 2 elements. Use toArray(), or reduce it first.');
  });
  it('size counts from both ends', () => {
    const x = ones([2, 3]);
    expect([x.size(), x.size(0), x.size(-1), x.ndim, x.numel]).toEqual([[2, 3], 2, 3, 2, 6]);
    expect(() => x.size(2)).toThrow('size: axis 2 is out of range for [2, 3]');
  });
});

it('a device that is still a promise is no device', () => {
  const before = defaultDevice();
  expect(() => { setDefaultDevice(Promise.resolve(before) as never); }).toThrow('setDefaultDevice: it was given a promise, not a device. Wait for it: setDefaultDevice(await cpu()).');
  expect(() => { setDefaultDevice(undefined as never); }).toThrow('setDefaultDevice: it was given undefined, not a device.');
  expect(defaultDevice()).toBe(before);
});

it('devices are values: the default can be set, a tensor stays on its own', async () => {
  const before = defaultDevice();
  const other = reference();
  setDefaultDevice(other);
  const x = ones([2]);
  setDefaultDevice(before);
  expect(x.device).toBe(other);
  expect(x.add(1).device).toBe(other);
  expect(onesLike(x).device).toBe(other);
  expect(() => x.add(ones([2]))).toThrow('add: tensors of two devices meet: reference and another reference. Move one of them: await x.to(device).');
  expect(await (await x.to(before)).add(ones([2])).toArray()).toEqual([2, 2]);
});
