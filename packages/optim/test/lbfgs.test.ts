import { type Tensor, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/lbfgs.json' with { type: 'json' };
import { LBFGS, type LBFGSOptions } from '../src/index.ts';
import { beale } from '../../../tooling/reference/beale.ts';

const point = (start: number[]) => tensor(start, { dtype: 'float64', requiresGrad: true });
const lossOf = (optimizer: LBFGS, p: Tensor) => () => {
  optimizer.zeroGrad();
  const loss = beale(p);
  loss.backward();
  return loss;
};
const evals = (optimizer: LBFGS) => [optimizer.stateDict().state[0]!['func_evals'], optimizer.stateDict().state[0]!['n_iter']];

describe('LBFGS', () => {
  for (const { start, options, steps } of fixture.runs) {
    it(`follows PyTorch from (${start.join(', ')}) with ${JSON.stringify(options)}`, async () => {
      const p = point(start);
      const optimizer = new LBFGS([p], options as LBFGSOptions);
      for (const [loss, x, y, ...counts] of steps) {
        const before = await (await optimizer.step(lossOf(optimizer, p))).item();
        const found = [before, ...await p.data()];
        [loss!, x!, y!].forEach((value, i) => { expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value))); });
        expect(evals(optimizer)).toEqual(counts);
      }
    });
  }

  it('takes parameters of several shapes as one vector, awaits, and leaves those without a gradient', async () => {
    const [a, b, unused] = [tensor([[1, -2]], { requiresGrad: true }), tensor(3, { requiresGrad: true }), tensor([5], { requiresGrad: true })];
    const optimizer = new LBFGS([a, b, unused], { lineSearchFn: 'strong_wolfe' });
    await optimizer.step(async () => {
      optimizer.zeroGrad();
      const loss = a.sub(1).square().sum().add(b.mul(2).sub(1).square());
      loss.backward();
      await Promise.resolve();
      return loss;
    });
    expect((await a.data()).every((x) => Math.abs(x - 1) < 1e-4)).toBe(true);
    expect(await b.item()).toBeCloseTo(0.5, 4);
    expect(await unused.item()).toBe(5);
  });

  it('goes on from its state', async () => {
    const [p, q] = [point([0.8, 1.6]), point([0, 0])];
    const make = (parameter: Tensor) => new LBFGS([parameter], { lineSearchFn: 'strong_wolfe', maxIter: 2 });
    const [one, other] = [make(p), make(q)];
    await one.step(lossOf(one, p));
    q.assign(p);
    other.loadStateDict(JSON.parse(JSON.stringify(one.stateDict())) as ReturnType<LBFGS['stateDict']>);
    await one.step(lossOf(one, p));
    await other.step(lossOf(other, q));
    expect(await q.toArray()).toEqual(await p.toArray());
  });

  it('says what is wrong', async () => {
    const p = point([1, 1]);
    expect(() => new LBFGS([{ params: [p] }, { params: [point([1, 2])] }] as unknown as Tensor[])).toThrow('LBFGS: there are 2 groups. It works on all parameters as one vector: pass them without groups.');
    expect(() => new LBFGS([p], { lineSearchFn: 'armijo' as 'strong_wolfe' })).toThrow("LBFGS: lineSearchFn is armijo. Use 'strong_wolfe' or null.");
    await expect(new LBFGS([p]).step()).rejects.toThrow('LBFGS.step: the closure is missing.');
  });
});
