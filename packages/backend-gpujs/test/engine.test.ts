/** What is peculiar to gpu.js: which engine answers, what stays alive, and the bundle that is shipped. */
import { contiguous, trace } from '@nn/tensor/backend';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { GpuJsBackend } from '../src/backend.ts';
import { defaultOrder, Engine } from '../src/engine.ts';
import { gpujs } from '../src/index.ts';
import load, { version } from '../vendor/gpu.js';
import { file, vendored } from '../vendor/make.ts';

const require = createRequire(import.meta.url);

describe('gpujs', () => {
  it('says which engine answers', async () => {
    expect((await gpujs()).describe()).toBe('gpu.js 2.24.1, webasm (WebAssembly, one thread)');
    expect((await gpujs({ mode: 'cpu' })).describe()).toBe('gpu.js 2.24.1, cpu (JavaScript, one thread)');
  });

  it('never falls back from a mode that was asked for', async () => {
    await expect(gpujs({ mode: 'webgl2' })).rejects.toThrow(/^gpujs: no engine of gpu\.js works here \(webgl2: .*not supported/);
    await expect(gpujs({ mode: 'headlessgl' })).rejects.toThrow(/^gpujs: headlessgl needs the package gl/);
  });

  it('refuses the plain JavaScript that gpu.js answers with where an engine does not take a kernel', () => {
    const Gpu = load(() => undefined);
    const engine = new Engine(new Gpu({ mode: 'webasm' }), 'webasm', version);
    const kernel = engine.compile('function (x) { return x[this.thread.x] * 2; }', 2);
    const texture = { type: 'ArrayTexture(1)', output: [2], toArray: () => Float32Array.of(1, 2), delete: () => undefined };
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    expect(() => kernel.call([texture])).toThrow(/^gpujs: mode webasm was asked for, cpu answered \(argument "x" of type ArrayTexture.*Ask for another mode\.$/s);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });

  it('has no other modes', async () => {
    await expect(gpujs({ mode: 'webgpu' as 'cpu' })).rejects.toThrow('gpujs: there is no mode webgpu. Use @nn/backend-webgpu.');
    await expect(gpujs({ mode: 'gpu' as 'cpu' })).rejects.toThrow('gpujs: there is no mode gpu. There are webgl2, webgl, headlessgl, webasm, cpu.');
  });

  it('chooses WebGL in pages and nothing else there', () => {
    expect(defaultOrder({ WebGLRenderingContext: null })).toEqual(['webgl2', 'webgl']);
    expect(defaultOrder({})).toEqual(['webasm', 'cpu']);
  });

  it('leaves the global names alone', async () => {
    await gpujs();
    expect(Object.keys(globalThis).filter((name) => /^(GPU|acorn|glWiretap)$/.test(name))).toEqual([]);
  });

  it('names its limits', async () => {
    const device = await gpujs({ memoryLimit: 2 ** 25 });
    expect(() => device.allocate('uint32', 1)).toThrow('allocate: gpujs has no uint32. It has bool, int32, float32.');
    expect(() => device.allocate('bool', 2 ** 24 + 1)).toThrow(/allocate: 16777217 elements in one tensor, gpu.js takes 16777216 \(webasm\)/);
    expect(() => device.allocate('float32', 2 ** 23 + 1)).toThrow(/^allocate: .* are live on gpujs/);
  });

  it.each(['webasm', 'cpu'] as const)('2,000 steps leave handles and kernels flat: %s', async (mode) => {
    const device = await gpujs({ mode });
    const backend = device.backend as GpuJsBackend;
    const decay = trace(['float32', 'float32'], ['float32'], ([x, y], [rate]) => [x!.sub(y!.mul(rate!))]);
    const same = trace(['float32'], [], ([x]) => [x!]);
    const weights = device.allocate('float32', 64);
    device.write(weights, new Float32Array(64).fill(1));
    const all = (storage: typeof weights, shape = [8, 8]) => ({ storage, ...contiguous(shape) });
    let early: readonly number[] = [];
    for (let step = 0; step < 2000; step++) {
      const product = device.allocate('float32', 64);
      const total = device.allocate('float32', 1);
      device.matmul(all(weights), all(weights), { storage: product, offset: 0 });
      device.reduce('sum', same, [all(product)], [], [8, 8], [0, 1], { storage: total, offset: 0 });
      device.map(decay, [all(weights), all(product)], [1e-4 * (1 + step / 2000)], [{ storage: weights, offset: 0 }], [8, 8]);
      if (step % 500 === 0) await device.read(total, 0, 1);
      for (const storage of [product, total]) device.free(storage);
      if (step === 10) early = [backend.handles, backend.kernels];
    }
    expect([backend.handles, backend.kernels]).toEqual(early);
    expect(early).toEqual([1, 3]);
  });

  it('bounds its kernels', async () => {
    const device = await gpujs();
    const storage = device.allocate('float32', 1);
    for (let i = 0; i < 700; i++) {
      const f = trace([], [], (_inputs, _uniforms, table) => [table.constant(i, 'float32')]);
      device.map(f, [], [], [{ storage, offset: 0 }], []);
    }
    expect((device.backend as GpuJsBackend).kernels).toBe(512);
    expect(device.readSync(storage, 0, 1)[0]).toBe(699);
  });

  it('ships the bundle of the gpu.js that it is developed with', () => {
    expect(readFileSync(file, 'utf8') === vendored()).toBe(true);
    expect(version).toBe((require('gpu.js/package.json') as { version: string }).version);
  });
});
