/** PyTorch's optimizers on Beale's function, in float32 on the engines. */
import '@nn/autograd';
import * as optim from '@nn/optim';
import type { Tensor } from '@nn/tensor';
import { describe, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/optimizers.json' with { type: 'json' };
import { walk } from '../../../tooling/reference/beale.ts';
import { engines, open } from './engines.ts';

type Made = new (p: Tensor[], options: object) => optim.Optimizer<object, object>;

for (const engine of engines) {
  if (engine.name === 'reference') continue; // @nn/optim's own tests
  const onCpu = engine.name === 'cpu';
  describe(`on ${engine.name}`, () => {
    // Elsewhere kernels are slow to build: the second options of each optimizer, and a few steps.
    const runs = onCpu ? fixture.runs : fixture.runs.filter(({ optimizer }, i, all) => all[i - 1]?.optimizer === optimizer && all[i - 2]?.optimizer !== optimizer);
    for (const { optimizer: name, options, points, drift } of runs) {
      it(`${name} ${JSON.stringify(options)}`, async (context) => {
        const device = await open(engine, context);
        const Class = (optim as unknown as Record<string, Made>)[name]!;
        await walk((p) => new Class(p, options), points, { device, tolerance: Math.max(onCpu ? 1e-5 : 1e-4, 4 * drift), steps: onCpu ? 100 : 10 });
      });
    }
  });
}
