import type { Device } from '@nn/tensor/backend';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebGpuBackend } from '../src/backend.ts';
import { reason } from '../src/dawn.ts';
import { nullDevice } from '../src/index.ts';
import { Values } from '../src/params.ts';
import { dense, mapped, numbers, unary, upload } from './cases.ts';

describe('failures', () => {
  let device: Device;
  beforeEach(async () => { device = await nullDevice({ memoryLimit: 2 ** 20 }); });
  afterEach(async () => { await device.destroy(); });

  it('tells a kernel that does not compile at the next read, with its text', async () => {
    const { engine } = device.backend as WebGpuBackend;
    const a = upload(device, 'float32', [1, 2, 3]);
    const build = () => ({ operation: 'map', wgsl: 'fn main() { this is not WGSL }', arenas: 1, vectors: 1 });
    const work = () => ({ family: 'broken', variant: '', build, facts: () => '[3]', bindings: engine.bind([], [{ storage: a }]), values: new Values(), total: 3, groups: 1 });
    engine.run({ verb: 'broken', functions: [], operands: [{ storage: a, offset: 0 }], numbers: [], form: [], work });
    const error = await device.read(a, 0, 3).catch((error: unknown) => error);
    expect(error).toMatchObject({ message: expect.stringMatching(/^map: the GPU refused it/), cause: { operation: 'map', shapes: '[3]', wgsl: expect.stringContaining('not WGSL') } });
    // Values after a failure are not to be trusted.
    await expect(device.read(a, 0, 3)).rejects.toThrow(/make a new device/);
  });

  it('tells a loss', async () => {
    const a = upload(device, 'float32', [1, 2, 3]);
    (device.backend as WebGpuBackend).engine.device.destroy();
    await expect(device.read(a, 0, 3)).rejects.toThrow(/^webgpu: the device was destroyed/);
    await expect(device.read(a, 0, 3)).rejects.toThrow(/^webgpu: the device was destroyed/);
  });

  it('throws at every call once values are lost, and tells whoever waits for it', async () => {
    const a = upload(device, 'float32', [1, 2, 3]);
    await device.destroy();
    expect(await device.lost).toMatchObject({ name: 'DeviceLostError', reason: 'destroyed' });
    expect(() => device.allocate('float32', 3)).toThrow(/^webgpu: the device was destroyed/);
    expect(() => device.write(a, numbers(3))).toThrow(/destroyed/);
    expect(() => mapped(device, unary, [dense(a, [3])], [], [3])).toThrow(/destroyed/);
    device.free(a);
  });

  it('refuses what is too large', () => {
    expect(() => device.allocate('float32', 2 ** 30)).toThrow(/in one tensor/);
    expect(() => device.allocate('bool', device.limits.storageBytes / 2)).toThrow(/allocate/);
    expect(() => device.allocate('float32', 2 ** 19)).toThrow(/1\.0 MiB/);
  });

  it('refuses a released storage', () => {
    const a = upload(device, 'float32', numbers(4));
    device.free(a);
    expect(() => mapped(device, unary, [dense(a, [4])], [], [4])).toThrow(/released/);
  });

  it('says what is missing', () => {
    const error = (code: string, text: string) => Object.assign(new Error(text), { code });
    expect(reason(error('ERR_MODULE_NOT_FOUND', "Cannot find package 'webgpu' imported from x"))).toMatch(/npm install webgpu/);
    expect(reason(error('MODULE_NOT_FOUND', "Cannot find module '/x/webgpu/dist/linux-riscv64/dawn.node'"))).toMatch(/no binary for/);
    expect(reason(error('ERR_DLOPEN_FAILED', "version `GLIBC_2.34' not found"))).toMatch(/glibc 2\.34/);
    expect(reason(error('OTHER', 'odd'))).toMatch(/odd/);
  });
});
