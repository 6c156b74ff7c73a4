import { complete, fuse, ReferenceBackend, type Scalar, tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/activations.json' with { type: 'json' };
import * as layers from '../src/index.ts';
import { gelu, glu, mish, PReLU, prelu, relu, RReLU, silu, Softmax, softshrink } from '../src/index.ts';
import { runCases } from './cases.ts';

runCases('activations', fixture.cases);

describe('activations', () => {
  it('are one kernel each, and parts of larger kernels', async () => {
    class Counting extends ReferenceBackend {
      kernels = 0;
      override map(...call: Parameters<ReferenceBackend['map']>): void {
        this.kernels++;
        super.map(...call);
      }
    }
    const backend = new Counting();
    const x = tensor([-1, 0, 2], { device: complete(backend) });
    for (const f of [gelu, mish, silu, layers.softplus, layers.hardswish, layers.elu]) {
      const before = backend.kernels;
      const y = f(x);
      expect(backend.kernels).toBe(before + 1);
      const twice = fuse((a: Scalar) => f(a).mul(2))(x);
      expect(await twice.allclose(y.mul(2))).toBe(true);
    }
  });

  it('pass NaN on', async () => {
    const x = tensor([NaN]);
    for (const f of [relu, gelu, mish, silu, softshrink, layers.hardshrink, layers.hardtanh, layers.hardsigmoid, layers.hardswish, layers.elu, layers.selu,
      layers.celu, layers.logSigmoid, layers.softplus, layers.leakyRelu, layers.relu6, layers.softsign, layers.tanhshrink]) {
      expect(await f(x).item(), f.name).toBeNaN();
    }
  });

  it('take integers where PyTorch does', async () => {
    const x = tensor([-8, 0, 8], { dtype: 'int32' });
    expect(await relu(x).toArray()).toEqual([0, 0, 8]);
    expect(layers.relu6(x).dtype).toBe('int32');
    expect(await layers.hardtanh(x, -2, 2).toArray()).toEqual([-2, 0, 2]);
    expect(await layers.threshold(x, 1, -1).toArray()).toEqual([-1, -1, 8]);
    expect(layers.softsign(x).dtype).toBe('float32');
    for (const f of [gelu, silu, layers.elu, layers.leakyRelu, layers.softmax, layers.hardsigmoid]) expect(() => f(x), f.name).toThrow(/: it is not defined for int32\. Cast it first: x\.float\(\)\.$/);
  });

  it('take empty tensors', () => {
    for (const f of [relu, gelu, layers.softplus]) expect(f(zeros([0, 3])).shape).toEqual([0, 3]);
    expect(new Softmax(1).forward(zeros([0, 3])).shape).toEqual([0, 3]);
  });

  it('draw slopes in training', async () => {
    const x = tensor(new Float32Array(1000).fill(-1));
    const values = [...await new RReLU(0.1, 0.3).forward(x).data()];
    expect(Math.max(...values)).toBeLessThanOrEqual(-0.1);
    expect(Math.min(...values)).toBeGreaterThan(-0.3);
    expect(new Set(values).size).toBeGreaterThan(900);
  });

  it('say what is wrong', () => {
    expect(() => glu(zeros([2, 3]))).toThrow('glu: axis -1 of [2, 3] has an odd size. It is halved.');
    expect(() => prelu(zeros([2, 3]), zeros([2]))).toThrow('prelu: the weight is [2], the input [2, 3]. Give one slope, or one for each of its 3 channels.');
    expect(() => new PReLU(3).forward(zeros([3]))).toThrow('prelu: the weight is [3], the input [3]');
    expect(() => softshrink(zeros([1]), -1)).toThrow('softshrink: lambda is -1. Use a number from 0 on.');
    expect(() => new layers.Hardtanh(1, 1)).toThrow('Hardtanh: minVal is 1, maxVal 1');
    expect(() => new RReLU(2, 1)).toThrow('RReLU: lower is 2, upper 1');
    expect(() => new layers.Softmax2d().forward(zeros([2, 3]))).toThrow('Softmax2d: the input is [2, 3]. Give [N, C, H, W] or [C, H, W].');
  });
});
