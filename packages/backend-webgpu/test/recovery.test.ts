/** Devices come and go: training goes on elsewhere, and nobody computes with what is lost. */
import '@nn/autograd';
import { CrossEntropyLoss, Linear, ReLU, Sequential } from '@nn/layers';
import { Adam } from '@nn/optim';
import { type Device, DeviceLostError, manualSeed, randn, scope, tensor, type Tensor } from '@nn/tensor';
import { conformance } from '@nn/tensor/conformance';
import { describe, expect, it } from 'vitest';
import type { WebGpuBackend } from '../src/backend.ts';
import { Failures } from '../src/failures.ts';
import { open } from '../src/webgpu.ts';
import { available, unavailable } from './adapter.ts';

/** A network, its optimizer, and copies of both on the host. */
class Training {
  readonly model: Sequential;
  readonly optimizer: Adam;
  readonly device: Device;
  constructor(device: Device) {
    this.device = device;
    this.model = new Sequential(new Linear(6, 16, { device }), new ReLU(), new Linear(16, 3, { device }));
    this.optimizer = new Adam(this.model.parameters(), { lr: 0.05 });
  }

  async step(x: readonly number[], labels: readonly number[]): Promise<number> {
    const loss = scope(() => {
      const output = this.model.forward(tensor(x, { shape: [labels.length, 6], device: this.device }));
      const value = new CrossEntropyLoss().forward(output, tensor(labels, { dtype: 'int32', device: this.device }));
      this.optimizer.zeroGrad();
      value.backward();
      this.optimizer.step();
      return value;
    });
    const value = await loss.item();
    loss.release();
    return value;
  }

  async copies() {
    const host = async (value: unknown): Promise<unknown> => {
      if (value !== null && typeof value === 'object' && 'toArray' in value) return { values: Array.from(await (value as Tensor).data()), shape: (value as Tensor).shape };
      if (Array.isArray(value)) return Promise.all(value.map(host));
      if (value === null || typeof value !== 'object') return value;
      return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([key, inner]) => [key, await host(inner)])));
    };
    return { model: await host(this.model.stateDict()), optimizer: await host(this.optimizer.stateDict()) };
  }

  restore({ model, optimizer }: Awaited<ReturnType<Training['copies']>>): void {
    const back = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(back);
      if (value === null || typeof value !== 'object') return value;
      if ('values' in value) return tensor((value as unknown as { values: number[] }).values, { shape: (value as unknown as { shape: number[] }).shape, device: this.device });
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, back(inner)]));
    };
    this.model.loadStateDict(back(model) as Parameters<Sequential['loadStateDict']>[0]);
    this.optimizer.loadStateDict(back(optimizer) as Parameters<Adam['loadStateDict']>[0]);
  }
}

describe.skipIf(!available)(`on an adapter${unavailable}`, () => {
  it('training goes on on a fresh device, from copies on the host, as if nothing had happened', async () => {
    manualSeed(3);
    const x = Array.from(await randn([8, 6]).data());
    const labels = [0, 1, 2, 0, 1, 2, 0, 1];
    const losses = async (lostAt: number): Promise<number[]> => {
      manualSeed(4);
      let training = new Training(await open({}));
      let copies = await training.copies();
      const seen: number[] = [];
      const first = training.device;
      while (seen.length < 10) {
        if (seen.length === lostAt && training.device === first) (training.device.backend as WebGpuBackend).engine.device.destroy();
        try {
          seen.push(await training.step(x, labels));
          copies = await training.copies();
        } catch (error) {
          if (!(error instanceof DeviceLostError) || error.reason !== 'destroyed') throw error;
          training = new Training(await open({}));
          training.restore(copies);
        }
      }
      await training.device.destroy();
      return seen;
    };
    expect(await losses(5)).toEqual(await losses(-1));
  });

  it('two devices compute side by side, and their tensors do not mix', async () => {
    const [one, two] = [await open({}), await open({})];
    const [a, b] = [tensor([1, 2, 3], { device: one }), tensor([10, 20, 30], { device: two })];
    expect(await a.mul(2).toArray()).toEqual([2, 4, 6]);
    expect(() => a.add(b)).toThrow(/^add: tensors of two devices meet: webgpu and another webgpu/);
    expect(await a.add(await b.to(one)).toArray()).toEqual([11, 22, 33]);
    await one.destroy();
    expect(await b.sum().item()).toBe(60);
    await two.destroy();
  });

  it('a tensor of a destroyed device says so', async () => {
    const device = await open({});
    const a = tensor([1, 2, 3], { device });
    await device.destroy();
    expect(() => a.add(1)).toThrow(/^webgpu: the device was destroyed/);
    await expect(a.toArray()).rejects.toThrow(/^webgpu: the device was destroyed/);
    await expect(a.to(await open({}))).rejects.toThrow(DeviceLostError);
    a.release();
  });

  it('what one binding cannot hold is refused, with what it can', async () => {
    const device = await open({ bare: true });
    const bytes = device.limits.storageBytes;
    expect(bytes).toBe(128 * 2 ** 20);
    expect(() => device.allocate('float32', bytes / 4 + 1)).toThrow(/^allocate: 128\.0 MiB in one tensor, webgpu takes 128\.0 MiB/);
    await device.destroy();
  });

  // Also where an adapter offers no optional feature and no more than the default limits.
  conformance('webgpu (bare)', () => open({ bare: true }), { describe, it, expect }, { smoke: true });
});

it('tells memory that ran out from other failures', async () => {
  class GPUOutOfMemoryError { readonly message = 'no room'; }
  const scopes: string[] = [];
  const device = {
    addEventListener() {}, lost: new Promise(() => {}), pushErrorScope: (filter: string) => { scopes.push(filter); },
    popErrorScope: () => Promise.resolve(scopes.pop() === 'out-of-memory' ? new GPUOutOfMemoryError() : null),
  };
  const failures = new Failures(device as unknown as GPUDevice);
  failures.watch({ operation: 'allocate', bytes: 3 * 2 ** 20 }, () => {});
  await expect(failures.check()).rejects.toThrow('allocate: the GPU has no memory left (3.0 MiB were asked for). Use smaller batches.');
});
