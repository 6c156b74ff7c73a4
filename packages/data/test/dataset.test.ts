import { tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { Subset, TensorDataset } from '../src/index.ts';

const bytes = Uint8Array.of(0, 51, 102, 153, 204, 255);

describe('TensorDataset', () => {
  it('takes typed arrays with their shapes', async () => {
    const data = new TensorDataset({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] }, { data: Int32Array.of(7, 8, 9) });
    expect(data.length).toBe(3);
    const [x, y] = await data.gather([2, 0, 2]);
    expect(x).toEqual({ data: Float32Array.of(5, 6, 1, 2, 5, 6), shape: [3, 2], dtype: 'float32' });
    expect(y).toEqual({ data: Int32Array.of(9, 7, 9), shape: [3], dtype: 'int32' });
  });

  it('takes tensors, as they are when it is made', async () => {
    const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
    const data = new TensorDataset(x, tensor([0, 1, 1, 0], { dtype: 'int32' }));
    x.assign(tensor([[9, 9], [9, 9], [9, 9], [9, 9]]));
    const [inputs, labels] = await data.gather([3, 1]);
    expect(inputs).toEqual({ data: Float32Array.of(1, 1, 0, 1), shape: [2, 2], dtype: 'float32' });
    expect(labels).toEqual({ data: Int32Array.of(0, 1), shape: [2], dtype: 'int32' });
  });

  it('keeps integers unless told otherwise, and floats', async () => {
    const [a, b, c, d] = await new TensorDataset({ data: bytes }, { data: bytes, dtype: 'float32' }, { data: Float64Array.of(1, 2, 3, 4, 5, 6) }, { data: bytes, dtype: 'bool' }).gather([1]);
    expect([a.dtype, b.dtype, c.dtype, d.dtype]).toEqual(['int32', 'float32', 'float64', 'bool']);
    expect([a.data, b.data, c.data]).toEqual([Int32Array.of(51), Float32Array.of(51), Float64Array.of(2)]);
  });

  it('scales and shifts while it gathers', async () => {
    const data = new TensorDataset({ data: bytes, shape: [3, 2], dtype: 'float32', scale: 2 / 255, shift: -1 });
    const [x] = await data.gather([2, 0]);
    expect(Array.from(x.data)).toEqual([204, 255, 0, 51].map((byte) => Math.fround((byte * 2) / 255 - 1)));
  });

  it('gathers no rows', async () => {
    const [x] = await new TensorDataset({ data: bytes, shape: [3, 2] }).gather([]);
    expect(x).toEqual({ data: new Int32Array(0), shape: [0, 2], dtype: 'int32' });
  });

  it('says what does not fit', () => {
    expect(() => new TensorDataset()).toThrow('TensorDataset: no column was given. Give tensors, or typed arrays with their shapes.');
    expect(() => new TensorDataset({ data: bytes }, { data: bytes, shape: [3, 2] })).toThrow('TensorDataset: the columns have 6, 3 rows. Every column needs one row an example.');
    expect(() => new TensorDataset({ data: bytes, shape: [4, 2] })).toThrow("TensorDataset: a column's shape [4, 2] does not fit its 6 values. The shape is [rows, ...row].");
    expect(() => new TensorDataset({ data: bytes, scale: 0.5 })).toThrow("TensorDataset: scale 0.5 and shift 0 were given for batches of int32. They need a float: add dtype: 'float32'.");
    expect(() => new TensorDataset(tensor(1))).toThrow('TensorDataset: a column is a scalar. Its first axis counts the examples.');
  });

  it('refuses rows that are not there', () => {
    const data = new TensorDataset({ data: bytes });
    for (const row of [-1, 6, 0.5, NaN]) expect(() => data.gather([row])).toThrow(`gather: there is no row ${row} among 6. Rows are 0 to 5.`);
  });
});

describe('Subset', () => {
  const data = new TensorDataset({ data: Int32Array.of(10, 11, 12, 13, 14) });

  it('has the given rows in the given order', async () => {
    const some = new Subset(data, [4, 0, 2]);
    expect(some.length).toBe(3);
    expect((await some.gather([0, 2]))[0].data).toEqual(Int32Array.of(14, 12));
  });

  it('of a subset refers to the whole', async () => {
    const some = new Subset(new Subset(data, [4, 0, 2]), [2, 1]);
    expect(some.dataset).toBe(data);
    expect([...some.rows]).toEqual([2, 0]);
    expect((await some.gather([0, 1]))[0].data).toEqual(Int32Array.of(12, 10));
  });

  it('refuses rows that are not there', () => {
    expect(() => new Subset(data, [0, 5])).toThrow('Subset: there is no row 5 among 5. Rows are 0 to 4.');
    expect(() => new Subset(data, [0, 1]).gather([2])).toThrow('gather: there is no row 2 among 2. Rows are 0 to 1.');
  });
});
