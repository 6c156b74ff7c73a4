/** Memory of loops that never say dispose, tidy or scope. */
import { describe, expect, it } from 'vitest';
import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { DataLoader, TensorDataset } from '@nn/data';
import { CrossEntropyLoss, Linear, Module, MSELoss, ReLU, relu, Sequential, Tanh } from '@nn/layers';
import { Adam, RMSprop } from '@nn/optim';
import { type Device, Generator, ones, randn, scope, setDefaultDevice, tensor, type Tensor } from '@nn/tensor';
import { engines, open } from './engines.ts';

class Net extends Module {
  fc1 = new Linear(784, 32);
  fc2 = new Linear(32, 10);
  forward(x: Tensor): Tensor { return this.fc2.forward(relu(this.fc1.forward(x))); }
}

/** The most live bytes over the first and the last of the given steps. */
async function trained(device: Device, steps: number, early: readonly [number, number]): Promise<[number, number]> {
  setDefaultDevice(device);
  const model = new Net();
  const criterion = new CrossEntropyLoss();
  const optimizer = new RMSprop(model.parameters(), { lr: 0.001 });
  const rows = new TensorDataset({ data: new Generator(1).uniform(1_024 * 784), shape: [1_024, 784] }, { data: Int32Array.from({ length: 1_024 }, (_, i) => i % 10) });
  const loader = new DataLoader(rows, { batchSize: 32, shuffle: true });
  const most: [number, number] = [0, 0];
  for (let step = 0; step < steps;) {
    for await (const [inputs, labels] of loader) {
      const outputs = model.forward(inputs);
      const loss = criterion.forward(outputs, labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      const { bytes } = device.memory();
      if (step >= early[0] && step < early[1]) most[0] = Math.max(most[0], bytes);
      if (step >= steps - (early[1] - early[0])) most[1] = Math.max(most[1], bytes);
      if (++step >= steps) break;
    }
  }
  return most;
}

describe('a plain loop over a loader keeps its memory', () => {
  for (const engine of engines) {
    const long = engine.name === 'cpu';
    // The first span begins after the valve (tensor/src/backend/pressure.ts) has learned when to open, and both are longer than it ever waits: they see a highest point.
    const [steps, early] = [long ? 10_000 : 5_000, [long ? 4_000 : 2_000, long ? 5_500 : 3_500] as const];
    if (engine.name === 'reference') continue;
    it(`${steps} steps on ${engine.name}`, async (context) => {
      const [first, last] = await trained(await open(engine, context), steps, early);
      expect(last / first).toBeLessThan(1.05);
    }, 300_000);
  }
});

describe('a loop that never awaits', () => {
  it('stays small where only outputs and losses can linger: XOR, 50,000 steps', async () => {
    const device = await cpu();
    setDefaultDevice(device);
    const inputs = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
    const targets = tensor([[0], [1], [1], [0]]);
    const model = new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 1));
    const criterion = new MSELoss();
    const optimizer = new Adam(model.parameters(), { lr: 0.01 });
    let outputs = inputs;
    let loss = inputs;
    for (let step = 0; step < 50_000; step++) {
      outputs = model.forward(inputs);
      loss = criterion.forward(outputs, targets);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }
    expect(device.memory().bytes).toBeLessThan(64 * 2 ** 20);
    expect(device.memory().peakBytes).toBeLessThan(64 * 2 ** 20);
    expect(await loss.item()).toBeLessThan(0.01);
  }, 120_000);

  it('stops a wide net at the ceiling with an error that names scope, and is flat inside one', async () => {
    const device = await cpu({ memoryLimit: 64 * 2 ** 20 });
    setDefaultDevice(device);
    const model = new Sequential(new Linear(64, 256), new ReLU(), new Linear(256, 4096));
    const x = randn([32, 64]);
    const wanted = ones([32, 4096]);
    const criterion = new MSELoss();
    const optimizer = new RMSprop(model.parameters(), { lr: 0.001 });
    const step = (): void => {
      const loss = criterion.forward(model.forward(x), wanted);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    };
    scope(step);
    const { bytes } = device.memory();
    for (let i = 0; i < 300; i++) scope(step);
    expect(device.memory().bytes).toBe(bytes);
    const outputs: Tensor[] = [];
    expect(() => { for (let i = 0; i < 300; i++) outputs.push(model.forward(x)); }).toThrow(/allocate: .*scope\(\(\) => /);
  });
});
