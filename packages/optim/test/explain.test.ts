import { runInNewContext } from 'node:vm';
import { type Tensor, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { Adadelta, Adafactor, Adagrad, Adam, Adamax, AdamW, ASGD, LAMB, Lion, Muon, NAdam, Optimizer, RAdam, RMSprop, Rprop, SGD } from '../src/index.ts';

const point = () => {
  const p = tensor([1, 2], { dtype: 'float64', requiresGrad: true });
  p.square().sum().backward();
  return p;
};

/** The value of a formula with numbers. */
function valueOf(formula: string): number {
  const code = formula.replace(/\^/g, '**').replace(/\|([^|]+)\|/g, 'Math.abs($1)').replace(/\b(sqrt|max|min|sign)\(/g, 'Math.$1(');
  return Number(runInNewContext(code));
}

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

  it('ends where the step does, line by line', async () => {
    const makers: readonly ((p: Tensor[]) => Optimizer<object, object>)[] = [
      (p) => new SGD(p, { lr: 0.3, momentum: 0.5, nesterov: true, variant: 'keras' }), (p) => new SGD(p, { weightDecay: 0.1, maximize: true }), (p) => new Adagrad(p, { lrDecay: 0.1, variant: 'keras' }), (p) => new Adamax(p),
      (p) => new AdamW(p, { amsgrad: true }), (p) => new Adam(p, { weightDecay: 0.1, variant: 'keras' }), (p) => new RMSprop(p, { momentum: 0.9, centered: true, maximize: true }), (p) => new Adadelta(p, { rho: 0.5 }),
      (p) => new NAdam(p, { momentumDecay: 0.5 }), (p) => new NAdam(p, { weightDecay: 0.1, decoupledWeightDecay: true }), (p) => new RAdam(p, { betas: [0.5, 0.8] }), (p) => new ASGD(p, { lambd: 0.1, t0: 1 }), (p) => new Rprop(p),
      (p) => new Lion(p, { weightDecay: 0.1 }), (p) => new LAMB(p, { weightDecay: 0.1 }), (p) => new Adafactor(p, { weightDecay: 0.1 }),
    ];
    for (const make of makers) {
      const p = point();
      const optimizer = make([p]);
      for (let step = 0; step < 9; step++) {
        if (step === 4) p.grad = tensor([-3, 5], { dtype: 'float64' });
        const text = await optimizer.explainStep(p);
        optimizer.step();
        for (const line of text.split('\n')) {
          const parts = line.split(' = ');
          if (parts.length < 4 || /norm|rms|rectification/.test(line)) continue;
          expect(Math.abs(valueOf(parts.at(-2)!) - valueOf(parts.at(-1)!)), line).toBeLessThan(2e-4 * Math.max(0.01, Math.abs(valueOf(parts.at(-1)!))));
        }
        const last = text.split('\n').find((line) => line.startsWith('p = '))!;
        expect(Number(last.slice(last.lastIndexOf('=') + 1))).toBeCloseTo((await p.data())[0]!, 4);
      }
    }
  });

  it('leaves what is of whole tensors, and what an optimizer of one\'s own does not say', async () => {
    const p = tensor([[1, 2]], { requiresGrad: true });
    p.sum().backward();
    expect(await new Muon([p], { nesterov: false }).explainStep(p)).toContain('p = p * (1 - lr * weightDecay) - lr * scale(P) * orthogonal(m) = 1 * (1 - 0.001 * 0.1) - 0.001 * scale(P) * orthogonal(0.05) = ');
    class Still extends Optimizer<{ lr: number }> { protected update(): void { /* nothing */ } }
    expect(await new Still([p], { lr: 1 }).explainStep(p)).toBe('g = gradient = 1\np = update(p, g) = update(1, 1) = 1');
  });

  it('says what is wrong', async () => {
    const [p, q] = [tensor([1], { requiresGrad: true }), tensor([1])];
    await expect(new SGD([p]).explainStep(q)).rejects.toThrow('SGD.explainStep: the tensor is none of the parameters');
    await expect(new SGD([p]).explainStep(p)).rejects.toThrow('SGD.explainStep: the parameter has no gradient. Call it after backward().');
  });
});
