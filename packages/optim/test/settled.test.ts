/** What decays, where no gradient arrives any more: moments end at 0 instead of among the subnormal numbers, with which processors are slow. */
import { type Tensor, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { Adadelta, Adam, Adamax, LAMB, Muon, NAdam, type Optimizer, RAdam, RMSprop, SGD } from '../src/index.ts';

const betas = [0.5, 0.5] as const;
const optimizers: Readonly<Record<string, (p: Tensor[]) => Optimizer<object, object>>> = {
  SGD: (p) => new SGD(p, { momentum: 0.5 }), nesterov: (p) => new SGD(p, { momentum: 0.5, nesterov: true, variant: 'keras' }),
  RMSprop: (p) => new RMSprop(p, { alpha: 0.5, momentum: 0.5, centered: true }), Adam: (p) => new Adam(p, { betas }), amsgrad: (p) => new Adam(p, { betas, amsgrad: true }),
  Adadelta: (p) => new Adadelta(p, { rho: 0.5 }), Adamax: (p) => new Adamax(p, { betas }), NAdam: (p) => new NAdam(p, { betas }), RAdam: (p) => new RAdam(p, { betas }),
  LAMB: (p) => new LAMB(p, { betas }), Muon: (p) => new Muon(p, { momentum: 0.5 }),
};
/** The moments that decay: all tensors of the state but the largest squares so far, and Adamax's sizes, in which epsilon is. */
const moments = (optimizer: Optimizer<object, object>): Tensor[] =>
  Object.entries(optimizer.stateDict().state[0]!).flatMap(([name, value]) => (typeof value === 'object' && !/^(max_|exp_inf)/.test(name) ? [value as Tensor] : []));

describe('moments without a gradient', () => {
  for (const [name, make] of Object.entries(optimizers)) {
    it(`${name}: are never subnormal, and end at 0`, async () => {
      const p = tensor([[1, -2, 3, 4, 5]], { requiresGrad: true });
      const optimizer = make([p]);
      p.grad = tensor([[1, -0.5, 1e-3, 0, 1e-10]]);
      optimizer.step();
      p.grad = tensor([[0, 0, 0, 0, 0]]);
      const subnormal: number[] = [];
      for (let i = 0; i < 180; i++) {
        optimizer.step();
        for (const moment of moments(optimizer)) subnormal.push(...[...await moment.data()].map(Number).filter((x) => x !== 0 && Math.abs(x) < 2 ** -126));
      }
      expect(moments(optimizer).length).toBeGreaterThan(0);
      expect(subnormal).toEqual([]);
      for (const moment of moments(optimizer)) expect([...await moment.data()].every((x) => x === 0)).toBe(true);
    });
  }

  it('NaN and infinity are not taken for nothing', async () => {
    const p = tensor([1, 1], { requiresGrad: true });
    const optimizer = new Adam([p]);
    p.grad = tensor([NaN, Infinity]);
    optimizer.step();
    const [mean, square] = moments(optimizer);
    expect([...await mean!.data()]).toEqual([NaN, Infinity]);
    expect([...await square!.data()]).toEqual([NaN, Infinity]);
  });
});
