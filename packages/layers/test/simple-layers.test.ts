/** Norms, dropouts and small layers: against PyTorch, by their statistics, and what they refuse. */
import { gradCheck } from '@nn/autograd';
import { Generator, manualSeed, ones, randn, rand, tensor, type Tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/simple_layers.json' with { type: 'json' };
import {
  AlphaDropout, alphaDropout, Bilinear, Dropout, dropout, Dropout1d, Dropout2d, dropout2d, Dropout3d, FeatureAlphaDropout, GaussianNoise, GroupNorm, Identity, InstanceNorm1d,
  InstanceNorm2d, localResponseNorm, RMSNorm, Unflatten,
} from '../src/index.ts';
import { runCases } from './cases.ts';

runCases('simple layers', fixture.cases);

/** How many different patterns of zeros the slices along the first two axes have: 0 or all. */
async function channelsOf(x: Tensor, lead: number): Promise<Set<number>> {
  const rows = x.shape.slice(0, lead).reduce((a, b) => a * b, 1);
  return new Set(await x.reshape(rows, -1).ne(0).cast('float32').mean(1).data());
}

describe('dropouts', () => {
  it('drop whole channels', async () => {
    manualSeed(0);
    for (const [layer, shape, lead] of [
      [new Dropout1d(0.5), [8, 8, 5], 2], [new Dropout1d(0.5), [32, 5], 1], [new Dropout2d(0.5), [8, 8, 2, 2], 2], [new Dropout2d(0.5), [8, 8, 3], 2],
      [new Dropout3d(0.5), [8, 8, 1, 2, 2], 2], [new Dropout3d(0.5), [32, 2, 2, 2], 1],
    ] as const) expect(await channelsOf(layer.forward(ones(shape)), lead)).toEqual(new Set([0, 1]));
    expect(() => new Dropout1d().forward(ones([2]))).toThrow('dropout1d: the input is [2]. Give 2 or 3 axes.');
  });

  it('shrink in evaluation in the classic form', async () => {
    manualSeed(0);
    const layer = new Dropout(0.25, { mode: 'classic' });
    expect(new Set(await layer.forward(ones([100])).data())).toEqual(new Set([0, 1]));
    expect(await layer.eval().forward(ones([2])).toArray()).toEqual([0.75, 0.75]);
    expect(() => new Dropout(0.5, { mode: 'both' as 'classic' })).toThrow("Dropout: there is no mode 'both'. Use 'inverted' or 'classic'.");
  });

  it('keep mean and variance where they say so', async () => {
    manualSeed(0);
    const y = new AlphaDropout(0.3).forward(randn([20_000]));
    expect(Math.abs(await y.mean().item())).toBeLessThan(0.03);
    expect(Math.abs(await y.std().item() - 1)).toBeLessThan(0.03);
    expect(await alphaDropout(ones([3]), 1).toArray()).toEqual([0, 0, 0]);
    const channels = new FeatureAlphaDropout(0.5).forward(ones([16, 16, 4]));
    expect((await channels.std(2).amax().item())).toBe(0);
    expect(new Set(await channels.data()).size).toBe(2);
  });

  it('differentiate to second order, masks drawn again', async () => {
    const x = tensor([[1, 2], [3, -4]], { dtype: 'float64' });
    await gradCheck((y) => alphaDropout(y.square(), 0.5, { generator: new Generator(1) }), [x], { order: 2 });
    await gradCheck((y) => dropout2d(y.square().reshape(1, 2, 2), 0.5, { generator: new Generator(1) }), [x], { order: 2 });
    await gradCheck((y) => dropout(y.square(), 0.5, { generator: new Generator(1), mode: 'classic' }), [x], { order: 2 });
  });

  it('add noise', async () => {
    manualSeed(0);
    const y = new GaussianNoise(0.5).forward(zeros([10_000]));
    expect(await y.std().item()).toBeCloseTo(0.5, 1);
    const x = ones([2]);
    expect(new GaussianNoise().eval().forward(x)).toBe(x);
    expect(() => new GaussianNoise(-1)).toThrow('GaussianNoise: std is -1.');
  });
});

it('says what does not fit', () => {
  expect(() => new GroupNorm(3, 4)).toThrow('GroupNorm: 3 groups of 4 channels. The groups must divide the channels.');
  expect(() => new GroupNorm(2, 4).forward(zeros([1, 6, 2]))).toThrow('GroupNorm: the input is [1, 6, 2]. Give [N, 4, ...].');
  expect(() => new GroupNorm(1, 1).forward(zeros([1, 1]))).toThrow('groupNorm: each group of [1, 1] has one value');
  expect(() => new InstanceNorm2d(3, { affine: true }).forward(zeros([2, 4, 2, 2]))).toThrow('InstanceNorm2d: the input is [2, 4, 2, 2]. Give [N, 3, H, W] or [3, H, W].');
  expect(() => new InstanceNorm1d(3).forward(zeros([2, 3, 1]))).toThrow('InstanceNorm1d: the channels of [2, 3, 1] have one value');
  expect(() => new RMSNorm(3).forward(zeros([2, 4]))).toThrow('rmsNorm: the input is [2, 4]. Give [..., 3].');
  expect(() => localResponseNorm(zeros([2, 4]), 2)).toThrow('localResponseNorm: the input is [2, 4]. Give [N, C, L] or more axes.');
  expect(() => new Bilinear(2, 3, 4).forward(zeros([5, 2]), zeros([4, 3]))).toThrow('bilinear: the inputs are [5, 2] and [4, 3], the weight [4, 2, 3]');
  expect(() => new Unflatten(0, [2, 2]).forward(zeros([3]))).toThrow('unflatten: ');
  const x = rand([2]);
  expect(new Identity(54, { unused: true }).forward(x)).toBe(x);
});
