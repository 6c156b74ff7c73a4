/** Optimizers that PyTorch 1.13 does not have, against their formulas in NumPy. */
import { type Tensor, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/newer.json' with { type: 'json' };
import { Adafactor, LAMB, Lion, Muon, type Optimizer } from '../src/index.ts';

const optimizers: Record<string, (p: Tensor[], options: object) => Optimizer<object, object>> = {
  Lion: (p, options) => new Lion(p, options),
  LAMB: (p, options) => new LAMB(p, options),
  Adafactor: (p, options) => new Adafactor(p, options),
  Muon: (p, options) => new Muon(p, options),
};

describe.each(['float64', 'float32'] as const)('in %s', (dtype) => {
  for (const { optimizer: name, options, steps } of fixture.runs) {
    it(`${name} ${JSON.stringify(options)}`, async () => {
      const count = steps[0]!.points.length;
      const all = (values: unknown[]) => values.slice(0, count).map((value) => tensor(value as number[], { dtype }));
      const [points, targets, curves] = [all(fixture.start), all(fixture.target), all(fixture.curve)];
      for (const p of points) p.requiresGrad = true;
      const optimizer = optimizers[name]!(points, options);
      for (let step = 1; step <= 20; step++) {
        optimizer.zeroGrad();
        points.forEach((p, i) => { p.sub(targets[i]!).square().mul(curves[i]!).sum().mul(0.5).backward(); });
        optimizer.step();
        const expected = steps.find((entry) => entry.step === step);
        const found = expected ? await Promise.all(points.map((p) => p.data())) : [];
        const error = Math.max(0, ...found.flatMap((values, i) => [...values].map((value, j) => Math.abs(value - expected!.points[i]![j]!))));
        expect(error, `step ${step}`).toBeLessThan(dtype === 'float64' ? 1e-9 : 1e-5);
      }
    });
  }
});

it('Muon wants matrices', () => {
  expect(() => new Muon([tensor([1])])).toThrow('Muon: a parameter is of shape [1]. It works on matrices: give the others to AdamW.');
});
