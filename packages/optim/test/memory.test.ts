/** A plain loop: no scope, no dispose. */
import { CrossEntropyLoss, Dropout, Linear, ReLU, Sequential } from '@nn/layers';
import { type Device, manualSeed, randint, randn, reference } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { Adafactor, Adam, clipGradNorm, LAMB, Lion, NAdam, RMSprop, Rprop, SGD } from '../src/index.ts';

function loop(device: Device, make: (model: Sequential) => { step(): void; zeroGrad(): void }): () => void {
  manualSeed(0);
  const model = new Sequential(new Linear(6, 16, { device }), new ReLU(), new Dropout(0.2), new Linear(16, 4, { device }));
  const criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
  const optimizer = make(model);
  const [inputs, labels] = [randn([8, 6], { device }), randint(0, 4, [8], { device })];
  return () => {
    const outputs = model.forward(inputs);
    const loss = criterion.forward(outputs, labels);
    optimizer.zeroGrad();
    loss.backward();
    clipGradNorm(model.parameters(), 1).release();
    optimizer.step();
  };
}

describe('a step of a plain loop leaves nothing but `outputs` and `loss`', () => {
  const optimizers = {
    SGD: (model: Sequential) => new SGD(model.parameters(), { momentum: 0.9 }),
    RMSprop: (model: Sequential) => new RMSprop(model.parameters(), { momentum: 0.9, centered: true }),
    NAdam: (model: Sequential) => new NAdam(model.parameters()),
    Rprop: (model: Sequential) => new Rprop(model.parameters()),
    Lion: (model: Sequential) => new Lion(model.parameters()),
    LAMB: (model: Sequential) => new LAMB(model.parameters()),
    Adafactor: (model: Sequential) => new Adafactor(model.parameters()),
    Adam: (model: Sequential) => new Adam(model.parameters(), { amsgrad: true }),
  };
  for (const [name, make] of Object.entries(optimizers)) {
    it(`with ${name}`, () => {
      const device = reference();
      const step = loop(device, make);
      step();
      const before = device.memory();
      const steps = 60; // in one task, so that no finalizer runs
      for (let i = 0; i < steps; i++) step();
      expect(device.memory().storages - before.storages).toBe(2 * steps);
      expect(device.memory().bytes - before.bytes).toBe((8 * 4 + 1) * 4 * steps);
    });
  }

  it('and these go when nobody can reach them', async () => {
    const device = reference();
    const step = loop(device, optimizers.Adam);
    step();
    const before = device.memory().bytes;
    device.note(2 ** 30); // the valve opens at the next awaited moment
    for (let i = 0; i < 100; i++) step();
    await device.relieve();
    expect(device.memory().bytes - before).toBeLessThan(1000);
  });
});
