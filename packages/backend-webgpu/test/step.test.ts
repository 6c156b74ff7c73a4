/** What the lecture's training step costs: dispatches, submissions, buffers and bind groups, counted on the null backend. */
import '@nn/autograd';
import { CrossEntropyLoss, Linear, Module, relu } from '@nn/layers';
import { RMSprop } from '@nn/optim';
import { manualSeed, randn, tensor, type Tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import type { WebGpuBackend } from '../src/backend.ts';
import { nullDevice } from '../src/index.ts';

class Net extends Module {
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly fc3: Linear;
  constructor(options: { device: Awaited<ReturnType<typeof nullDevice>> }) {
    super();
    this.fc1 = new Linear(784, 512, options);
    this.fc2 = new Linear(512, 512, options);
    this.fc3 = new Linear(512, 10, options);
  }
  forward(x: Tensor): Tensor { return this.fc3.forward(relu(this.fc2.forward(relu(this.fc1.forward(x))))); }
}

describe("the lecture's training step", () => {
  it.each([32, 64])('of %i images is few dispatches and one submission, and makes nothing new', async (batch) => {
    const device = await nullDevice();
    const { engine } = device.backend as WebGpuBackend;
    manualSeed(0);
    const model = new Net({ device });
    const criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
    const optimizer = new RMSprop(model.parameters(), { lr: 0.001 });
    const images = Array.from(await randn([batch, 784]).data());
    const labels = Array.from({ length: batch }, (_, i) => i % 10);
    const step = async () => {
      const inputs = tensor(images, { shape: [batch, 784], device });
      const targets = tensor(labels, { dtype: 'int32', device });
      const loss = criterion.forward(model.forward(inputs), targets);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      await loss.item();
      for (const one of [inputs, targets, loss]) one.release();
    };
    for (let i = 0; i < 5; i++) await step();
    const before = engine.counts();
    for (let i = 0; i < 100; i++) await step();
    const after = engine.counts();
    expect((after.dispatches - before.dispatches) / 100).toBeLessThanOrEqual(20);
    expect(after.submits - before.submits).toBe(100);
    expect(after).toMatchObject({ kernels: before.kernels, bindGroups: before.bindGroups, buffers: before.buffers, bytes: before.bytes });
    await device.destroy();
  });
});
