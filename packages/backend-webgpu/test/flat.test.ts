/** A plain training loop stays within the memory it has after its first steps. `npm run test:all` takes ten times as many. */
import '@nn/autograd';
import { CrossEntropyLoss, Dropout, Linear, ReLU, Sequential } from '@nn/layers';
import { Adam } from '@nn/optim';
import { type Device, manualSeed, randn, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import type { WebGpuBackend } from '../src/backend.ts';
import { nullDevice, webgpu } from '../src/index.ts';
import { available, unavailable } from './adapter.ts';

const times = process.env.NN_ALL ? 10 : 1;

/** Bytes of all buffers after each step; the loop keeps no scope and frees nothing. */
async function bytesOf(device: Device, steps: number): Promise<number[]> {
  const { engine } = device.backend as WebGpuBackend;
  manualSeed(0);
  const model = new Sequential(new Linear(20, 32, { device }), new ReLU(), new Dropout(0.2), new Linear(32, 5, { device }));
  const criterion = new CrossEntropyLoss();
  const optimizer = new Adam(model.parameters());
  const images = Array.from(await randn([16, 20]).data());
  const held: number[] = [];
  for (let i = 0; i < steps; i++) {
    const loss = criterion.forward(model.forward(tensor(images, { shape: [16, 20], device })), tensor(Array.from({ length: 16 }, (_, k) => k % 5), { dtype: 'int32', device }));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    if (i % 5 === 0) await loss.item();
    held.push(engine.counts().bytes);
  }
  return held;
}

const most = (values: readonly number[], tenth: number): number => Math.max(...values.slice((values.length / 10) * tenth, (values.length / 10) * (tenth + 1)));

async function staysFlat(device: Device, steps: number): Promise<void> {
  const held = await bytesOf(device, steps);
  expect(most(held, 9)).toBeLessThanOrEqual(1.05 * most(held, 1));
  await device.destroy();
}

describe('buffers stay flat', () => {
  it(`over ${1000 * times} steps on the null backend`, async () => staysFlat(await nullDevice(), 1000 * times), 200_000);
  it.skipIf(!available)(`over ${100 * times} steps on an adapter${unavailable}`, async () => staysFlat(await webgpu(), 100 * times), 200_000);
});
