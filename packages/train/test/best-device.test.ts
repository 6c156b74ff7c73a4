import '@nn/autograd';
import { type Device, reference, type Tensor, tensor } from '@nn/tensor';
import { Task, Trainer } from '@nn/train';
import { describe, expect, it } from 'vitest';
import { openDevice } from '../src/open-device.ts';
import { bestDevice, reason } from '../src/best-device.ts';

/** A device that is slow to read from: the time is real, the order does not depend on its size. */
function slowed(waits: number): Device {
  const device = reference();
  const read = device.read.bind(device);
  device.read = async (...call) => {
    for (let i = 0; i < waits; i++) await new Promise((resolve) => { setImmediate(resolve); });
    return read(...call);
  };
  return device;
}

const workload = (device: Device) => {
  const x = tensor([1, 2, 3], { device });
  return () => x.mul(2).toArray();
};

describe('bestDevice', () => {
  it('takes the fastest, says why, and lets go of the others', async () => {
    const [fast, slow] = [slowed(0), slowed(3000)];
    const gone: string[] = [];
    fast.destroy = async () => { gone.push('fast'); };
    slow.destroy = async () => { gone.push('slow'); };
    const lines: string[] = [];
    const made = await bestDevice({
      candidates: { slow: async () => slow, none: async () => { throw new Error('it has no adapter'); }, fast: async () => fast }, workload, output: { write: (text) => lines.push(text.trimEnd()) > 0 },
    });
    expect(made).toBe(fast);
    expect(gone).toEqual(['slow']);
    expect(lines.join()).toMatch(/^Used device: reference \(interpreter.*\) because an iteration took [\d.]+ ms there, and [\d.]+ ms on slow; none cannot be used \(it has no adapter\)$/);
  });

  it('says what is wrong with all of them', async () => {
    await expect(bestDevice({ candidates: { a: async () => { throw new Error('x'); }, b: async () => { throw new Error('y'); } } })).rejects.toThrow('bestDevice: no device can be used: a (x); b (y). Install @nn/backend-cpu.');
    await expect(bestDevice({ candidates: {} })).rejects.toThrow('there are no candidates');
  });

  it('tries a training step on what is installed', async () => {
    const lines: string[] = [];
    const device = await bestDevice({ output: { write: (text) => lines.push(text.trimEnd()) > 0 } });
    expect(lines).toHaveLength(1);
    expect(lines[0]!.startsWith(`Used device: ${device.describe()} because an iteration took `)).toBe(true);
    expect(lines[0]).toMatch(/ms on |cannot be used/);
    await device.destroy();
  }, 60_000);

  it('is short where there is nothing to compare with', () => {
    const only = { name: 'cpu', milliseconds: 1.234 };
    expect(reason(only, [only])).toBe('an iteration took 1.23 ms there');
  });
});

describe('openDevice', () => {
  it('opens by name', async () => {
    expect((await openDevice('reference')).name).toBe('reference');
    const device = await openDevice('cpu');
    expect(device.name).toBe('cpu');
    await device.destroy();
    await expect(openDevice('tpu')).rejects.toThrow('device: there is no tpu. Use cpu, webgpu, gpujs, reference, auto.');
  });
});

it('is what a trainer takes for auto', { timeout: 60_000 }, async () => {
  const lines: string[] = [];
  const trainer = new Trainer({ device: 'auto', maxEpochs: 0, enableProgressBar: false, enableModelSummary: false, output: { write: (text) => lines.push(text) > 0 } });
  class Nothing extends Task {
    forward(x: Tensor): Tensor { return x; }
    override trainingStep(): undefined { return undefined; }
    override configureOptimizers(): [] { return []; }
  }
  await trainer.fit(new Nothing(), []);
  expect(lines.join('')).toMatch(/Used device: .* because an iteration took/);
});
