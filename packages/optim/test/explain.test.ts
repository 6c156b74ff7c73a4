import { type Tensor, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { Adagrad, Adam, Adamax, AdamW, type Optimizer, RMSprop, SGD } from '../src/index.ts';

const point = () => {
  const p = tensor([1, 2], { dtype: 'float64', requiresGrad: true });
  p.square().sum().backward();
  return p;
};

describe('explainStep', () => {
  it('fills in numbers, and changes nothing', async () => {
    const p = point();
    const optimizer = new SGD([p], { lr: 0.1, momentum: 0.9, weightDecay: 0.5 });
    expect(await optimizer.explainStep(p, 1)).toBe([
      'g = gradient + weightDecay * p = 4 + 0.5 * 2 = 5',
      'b = g = 5',
      'p = p - lr * b = 2 - 0.1 * 5 = 1.5',
    ].join('\n'));
    expect(await p.toArray()).toEqual([1, 2]);
    optimizer.step();
    expect((await optimizer.explainStep(p, 1)).split('\n').slice(1)).toEqual([
      'b = momentum * b + (1 - dampening) * g = 0.9 * 5 + (1 - 0) * 4.75 = 9.25',
      'p = p - lr * b = 1.5 - 0.1 * 9.25 = 0.575',
    ]);
  });

  it('follows the variant', async () => {
    const p = point();
    expect(await new Adam([p], { lr: 0.1 }).explainStep(p)).toContain('p = p - lr * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps) = 1 - 0.1 * 0.2 / (1 - 0.9^1) / (sqrt(0.004 / (1 - 0.999^1)) + 1e-8) = 0.9');
    expect(await new Adam([p], { variant: 'lecture' }).explainStep(p)).toContain('sqrt(v / (1 - beta2^t) + eps)');
    expect(await new RMSprop([p], { variant: 'keras' }).explainStep(p)).toContain('/ sqrt(v + eps)');
  });

  it('ends where the step does', async () => {
    const makers: readonly ((p: Tensor[]) => Optimizer<object, object>)[] = [
      (p) => new SGD(p, { lr: 0.3, momentum: 0.5, nesterov: true, variant: 'keras' }), (p) => new Adagrad(p), (p) => new Adamax(p), (p) => new AdamW(p, { amsgrad: true }),
      (p) => new RMSprop(p, { momentum: 0.9, centered: true, maximize: true }),
    ];
    for (const make of makers) {
      const p = point();
      const optimizer = make([p]);
      optimizer.step();
      const text = await optimizer.explainStep(p);
      optimizer.step();
      expect(Number(text.slice(text.lastIndexOf('=') + 1))).toBeCloseTo((await p.data())[0]!, 5);
    }
  });

  it('says what is wrong', async () => {
    const [p, q] = [tensor([1], { requiresGrad: true }), tensor([1])];
    await expect(new SGD([p]).explainStep(q)).rejects.toThrow('SGD.explainStep: the tensor is none of the parameters');
    await expect(new SGD([p]).explainStep(p)).rejects.toThrow('SGD.explainStep: the parameter has no gradient. Call it after backward().');
  });
});
