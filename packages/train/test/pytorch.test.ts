/** 40 steps with PyTorch's weights and batches: every loss within 1e-5 relative (1e-4 with BatchNorm), and parameters and running statistics end where PyTorch's do. */
import { digits } from '@nn/data';
import { BatchNorm1d, CrossEntropyLoss, Linear, ReLU, Sequential } from '@nn/layers';
import { Adam, RMSprop, SGD } from '@nn/optim';
import { type DType, type Tensor, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/training.json' with { type: 'json' };
import { type FixtureNumber, numbers } from '../../../tooling/reference/fixtures.ts';
import { engines, open } from './engines.ts';

const optimizers = { SGD, RMSprop, Adam };
const parameters = Object.entries(fixture.parameters as Record<string, { dtype: string; shape: number[]; data: FixtureNumber[] }>);
const data = digits({ scale: 'unit', shape: [64] });

/** A bias before BatchNorm has no effect, and RMSprop enlarges the rounding of its gradient to whole steps; running means follow it. */
const beforeNorm = /^[03]\.bias$|running_mean/;
const close = (a: number, b: number, tolerance: number) => { expect(Math.abs(a - b), `${a}, expected ${b}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b))); };

for (const engine of engines.filter(({ name }) => name === 'reference' || name === 'cpu')) {
  describe(`on ${engine.name}`, () => {
    for (const run of fixture.runs) {
      it(`${run.optimizer} ${JSON.stringify(run.options)}${run.norm ? ' with BatchNorm' : ''}`, async (context) => {
        const device = await open(engine, context);
        const norm = (width: number) => (run.norm ? [new BatchNorm1d(width)] : []);
        const model = new Sequential(new Linear(64, 32), ...norm(32), new ReLU(), new Linear(32, 16), ...norm(16), new ReLU(), new Linear(16, 10));
        const linears = model.modules().filter((module) => module instanceof Linear);
        await model.to(device);
        for (const [key, { dtype, shape, data: values }] of parameters) {
          const [position, name] = key.split('.') as [string, 'weight' | 'bias'];
          linears[Number(position) / 2]![name]!.assign(tensor(numbers(values), { dtype: dtype as DType, shape, device }));
        }
        const optimizer = new optimizers[run.optimizer as keyof typeof optimizers](model.parameters(), run.options);
        const criterion = new CrossEntropyLoss({ labelSmoothing: fixture.labelSmoothing });
        for (const [i, rows] of fixture.batches.entries()) {
          const [inputs, labels] = data.gather(rows).map(({ data: values, shape, dtype }) => tensor(values, { shape, dtype, device })) as [Tensor, Tensor];
          const loss = criterion.forward(model.forward(inputs), labels);
          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();
          const [found, expected] = [await loss.item(), run.losses[i]!];
          expect(Math.abs(found - expected), `step ${i}: ${found}, expected ${expected}`).toBeLessThanOrEqual((run.norm ? 1e-4 : 1e-5) * expected);
        }
        for (const [key, { sum, sumOfSquares, values }] of Object.entries(run.final)) {
          if (run.norm && run.optimizer === 'RMSprop' && beforeNorm.test(key)) continue;
          const found = [...await model.stateDict()[key]!.data()];
          close(found.reduce((a, b) => a + b, 0), sum, 1e-4);
          close(found.reduce((a, b) => a + b ** 2, 0), sumOfSquares, 1e-4);
          values.forEach((value, j) => { close(found[7 * j]!, value, run.norm ? 1e-4 : 1e-5); });
        }
      });
    }
  });
}
