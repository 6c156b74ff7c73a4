/** The initialisers with a structure; those of the papers are in layers.test.ts. */
import { eye, Generator, tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { Conv2d, init } from '../src/index.ts';

const generator = () => new Generator(5);

describe('truncNormal', () => {
  it('stays inside, and has the moments of a cut normal', async () => {
    const values = [...await init.truncNormal(zeros([20_000], { dtype: 'float64' }), 0, 1, -1, 2, { generator: generator() }).data()];
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...values)).toBeLessThanOrEqual(2);
    // (phi(-1) - phi(2)) / (Phi(2) - Phi(-1))
    expect(values.reduce((a, b) => a + b) / values.length).toBeCloseTo(0.2296, 1);
  });
  it('far from the mean too', async () => {
    const values = [...await init.truncNormal(zeros([4000], { dtype: 'float64' }), 0, 1, 6, Infinity, { generator: generator() }).data()];
    expect(Math.min(...values)).toBeGreaterThanOrEqual(6);
    expect(values.reduce((a, b) => a + b) / values.length).toBeCloseTo(6.158, 1);
    expect(() => init.truncNormal(zeros([1]), 0, 1, 2, 2)).toThrow('truncNormal: a standard deviation of 1 between 2 and 2. Give a positive one, and b above a.');
  });
});

describe('orthogonal', () => {
  for (const shape of [[5, 5], [3, 7], [7, 3], [4, 2, 3]]) {
    it(`of ${shape.join(' x ')}`, async () => {
      const w = init.orthogonal(zeros(shape, { dtype: 'float64' }), { gain: 2, generator: generator() }).reshape(shape[0]!, -1);
      const [rows, columns] = w.shape as [number, number];
      const product = rows < columns ? w.matmul(w.transpose(0, 1)) : w.transpose(0, 1).matmul(w);
      expect(await product.allclose(eye(Math.min(rows, columns), undefined, { dtype: 'float64' }).mul(4), { atol: 1e-12 })).toBe(true);
    });
  }
  it('needs a matrix', () => { expect(() => init.orthogonal(zeros([3]))).toThrow('orthogonal: [3] is no matrix. Give two axes or more.'); });
});

it('uniform numbers are those of the generator, rounded once around zero', async () => {
  const [low, high] = [-0.3, 0.3];
  const drawn = await init.uniform(zeros([1000]), low, high, { generator: generator() }).data();
  expect(drawn).toEqual(generator().uniform(1000).map((u) => Math.fround(high - low) * (u - 0.5)));
  const shifted = await init.uniform(zeros([1000]), 2, 3, { generator: generator() }).data();
  expect(shifted).toEqual(generator().uniform(1000).map((u) => Math.fround(u - 0.5) + 2.5));
  for (const dtype of ['float64', 'float16'] as const) {
    const other = await init.uniform(zeros([1000], { dtype }), low, high, { generator: generator() }).data();
    expect(Math.max(...drawn.map((x, i) => Math.abs(x - Number(other[i])))), dtype).toBeLessThan(dtype === 'float64' ? 1e-7 : 2e-4);
  }
});

it('eye', async () => {
  expect(await init.eye(tensor([[5, 5, 5], [5, 5, 5]])).toArray()).toEqual([[1, 0, 0], [0, 1, 0]]);
  expect(() => init.eye(zeros([2]))).toThrow('eye: [2] is no matrix.');
});

it('dirac passes channels on', async () => {
  const conv = new Conv2d(4, 4, 3, { padding: 1, groups: 2, bias: false });
  init.dirac(conv.weight, 2);
  const x = tensor(Float32Array.from({ length: 36 }, (_, i) => i), { shape: [1, 4, 3, 3] });
  expect(await conv.forward(x).equal(x)).toBe(true);
  expect((await init.dirac(zeros([3, 2, 3])).sum([1, 2]).toArray())).toEqual([1, 1, 0]);
  expect(() => init.dirac(zeros([3, 3]))).toThrow('dirac: 1 groups of [3, 3]. Give [out, in, ...window] of 3 to 5 axes');
});

it('sparse has zeros in each column', async () => {
  const x = init.sparse(zeros([10, 4]), 0.25, 0.1, { generator: generator() });
  expect(await x.eq(0).cast('int32').sum(0).toArray()).toEqual([3, 3, 3, 3]);
  expect(() => init.sparse(zeros([2, 2]), 2)).toThrow('sparse: sparsity is 2. Use a share, 0 to 1.');
});

it('knows the names of PyTorch in both spellings, and no others', async () => {
  expect(() => init.calculateGain('gelu' as 'relu')).toThrow("calculateGain: there is no nonlinearity 'gelu'.");
  expect(() => init.kaimingNormal(zeros([2, 2]), { mode: 'fan' as 'fanIn' })).toThrow("kaiming: there is no mode 'fan'. Use 'fanIn' or 'fanOut'.");
  expect(init.calculateGain('leaky_relu', 0.2)).toBe(init.calculateGain('leakyRelu', 0.2));
  const drawn = (mode: 'fanOut' | 'fan_out') => init.kaimingUniform(zeros([3, 2]), { mode, generator: generator() }).toArray();
  expect(await drawn('fan_out')).toEqual(await drawn('fanOut'));
  expect(init.calculateGain('convTranspose2d')).toBe(1);
});
