/** What a step costs, counted on the null backend: nothing here depends on an adapter. */
import { contiguous, type Storage, trace } from '@nn/tensor/backend';
import { describe, expect, it } from 'vitest';
import type { WebGpuBackend } from '../src/backend.ts';
import { nullDevice } from '../src/index.ts';
import { sizeClass } from '../src/staging.ts';
import { dense, numbers, upload } from './cases.ts';

const scaled = trace(['float32', 'float32'], ['float32'], ([x, y], [u]) => [x!.sub(y!.mul(u!))]);

describe('in a steady state', () => {
  it('a step makes no buffers, bind groups or kernels, whatever its numbers', async () => {
    const device = await nullDevice();
    const { engine } = device.backend as WebGpuBackend;
    const weights = upload(device, 'float32', numbers(64 * 64));
    const step = async (rate: number) => {
      const batch = upload(device, 'float32', numbers(32 * 64));
      const made: Storage[] = [batch];
      const make = (length: number) => {
        made.push(device.allocate('float32', length));
        return { storage: made.at(-1)!, offset: 0 };
      };
      const product = make(32 * 64);
      device.matmul(dense(batch, [32, 64]), dense(weights, [64, 64]), product);
      const gradient = make(64 * 64);
      device.matmul({ storage: batch, shape: [64, 32], strides: [1, 64], offset: 0, bounds: [] }, dense(product.storage, [32, 64]), gradient);
      device.map(scaled, [dense(weights, [64, 64]), dense(gradient.storage, [64, 64])], [rate], [{ storage: weights, offset: 0 }], [64, 64]);
      const loss = make(1);
      device.reduce('sum', trace(['float32'], [], ([x]) => [x!.square()]), [dense(product.storage, [32, 64])], [], [32, 64], [0, 1], loss);
      await device.backend.read(loss.storage, 0, 1);
      for (const storage of made) device.free(storage);
    };
    for (let i = 0; i < 5; i++) await step(0.1 / (i + 1));
    const before = engine.counts();
    for (let i = 0; i < 1000; i++) await step(Math.random());
    const after = engine.counts();
    // The update is done along with the product that gives the gradient.
    expect(after.dispatches - before.dispatches).toBe(3000);
    expect(after.submits - before.submits).toBe(1000);
    expect(after).toMatchObject({ kernels: before.kernels, bindGroups: before.bindGroups, buffers: before.buffers, bytes: before.bytes });
    await device.destroy();
  });

  it('10,000 changing scalars are one kernel, and submissions are few without reads', async () => {
    const device = await nullDevice();
    const { engine } = device.backend as WebGpuBackend;
    const a = upload(device, 'float32', numbers(10));
    for (let i = 0; i < 10_000; i++) device.map(scaled, [dense(a, [10]), dense(a, [10])], [i], [{ storage: a, offset: 0 }], [10]);
    await device.read(a, 0, 10);
    expect(engine.counts()).toMatchObject({ kernels: 1, bindGroups: 1, dispatches: 10_000, buffers: 2 });
    expect(engine.counts().submits).toBeLessThan(100);
    await device.destroy();
  });

  it('kernels do not depend on shapes where only sizes differ', async () => {
    const device = await nullDevice();
    const { engine } = device.backend as WebGpuBackend;
    const a = upload(device, 'float32', numbers(1000));
    for (const [rows, columns] of [[3, 5], [7, 11], [20, 20]] as const) {
      const turned = { storage: a, shape: [rows, columns], strides: [1, rows], offset: 1, bounds: [] };
      const to = { storage: device.allocate('float32', rows * columns), offset: 0 };
      device.map(scaled, [turned, { storage: a, ...contiguous([rows, columns]) }], [1], [to], [rows, columns]);
    }
    expect(engine.counts().kernels).toBe(1);
    await device.destroy();
  });

  it('buffers that are not needed any more are let go', async () => {
    const device = await nullDevice();
    const { engine } = device.backend as WebGpuBackend;
    for (let i = 1; i <= 40; i++) {
      const a = device.allocate('float32', i * 500_000);
      device.write(a, new Float32Array(1), 3);
      await device.read(a, 0, 1);
      device.free(a);
    }
    expect(engine.counts().bytes).toBeLessThan(350 * 2 ** 20);
    await device.destroy();
  });

  it('size classes waste at most a quarter', () => {
    for (let bytes = 257; bytes < 1e7; bytes = Math.ceil(bytes * 1.01) + 4) {
      expect(sizeClass(bytes)).toBeGreaterThanOrEqual(bytes);
      expect(sizeClass(bytes)).toBeLessThanOrEqual(bytes * 1.25);
      expect(sizeClass(bytes) % 4).toBe(0);
      expect(sizeClass(sizeClass(bytes))).toBe(sizeClass(bytes));
    }
  });
});
