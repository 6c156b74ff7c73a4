import { type Device, type Target, trace } from '@nn/tensor/backend';
import { describe, expect, it } from 'vitest';
import type { WebGpuBackend } from '../src/backend.ts';
import { candidates, usualTile } from '../src/tiles.ts';
import { Tuner } from '../src/tuner.ts';
import { nullDevice, webgpu } from '../src/index.ts';
import { available, unavailable } from './adapter.ts';
import { dense, numbers, target, upload, view } from './cases.ts';

const limits = { maxComputeInvocationsPerWorkgroup: 256, maxComputeWorkgroupStorageSize: 16384 };
const engineOf = (device: Device) => (device.backend as WebGpuBackend).engine;

describe('tiles', () => {
  it('are measured twice each, and the fastest stays', () => {
    const all = candidates(512, 512, limits);
    expect(all.length).toBeGreaterThan(3);
    const usual = usualTile(1, 512, 512);
    const tuner = new Tuner('none');
    expect(tuner.choose('a', usual, () => all, false)).toEqual({ tile: usual, passing: true });
    const seen = [];
    for (let i = 0; i < 2 * all.length; i++) {
      const { tile, done } = tuner.choose('a', usual, () => all, true);
      seen.push(tile);
      done!(tile === all[1] ? 50 : 100);
    }
    expect(new Set(seen).size).toBe(all.length);
    expect(tuner.choose('a', usual, () => all, true)).toEqual({ tile: all[1] });
    // What one device learnt, the next one on the adapter knows.
    expect(new Tuner('none').choose('a', usual, () => [], true)).toEqual({ tile: all[1] });
  });

  it('stay as usual where none is clearly faster', () => {
    const all = candidates(512, 512, limits);
    const tuner = new Tuner('another');
    for (let i = 0; i < 2 * all.length; i++) tuner.choose('a', all[0]!, () => all, true).done!(100 - i / 10);
    expect(tuner.choose('a', all[0]!, () => all, true)).toEqual({ tile: all[0] });
  });

  it('that exceed what an adapter can do are not tried', () => {
    expect(candidates(512, 512, { ...limits, maxComputeInvocationsPerWorkgroup: 64 }).every(({ down, across }) => down * across <= 64)).toBe(true);
    expect(candidates(8, 8, limits)).toEqual([]);
  });

  const relu = { function: trace(['float32'], [], ([x]) => [x!.relu()]), inputs: [], uniforms: [] };
  /** By name: what multiplies the same two tensors again and again, and how large the result is. */
  const products: readonly (readonly [string, number, (device: Device) => (to: Target) => void])[] = [
    ['matrices', 128 * 132, (device) => {
      const [a, b] = [dense(upload(device, 'float32', numbers(128 * 300)), [128, 300]), dense(upload(device, 'float32', numbers(300 * 132, 1, 2)), [300, 132])];
      return (to) => { device.matmul(a, b, to, relu); };
    }],
    // Its kernels read elements one by one, within bounds: compilers must not mind that there are dozens of reads.
    ['a convolution of padded images', 32 * 32 * 32, (device) => {
      const kernels = dense(upload(device, 'float32', numbers(32 * 16 * 9)), [32, 16, 3, 3]);
      const bounds = [{ strides: [0, 1, 0, 1, 0], offset: -1, size: 32 }, { strides: [0, 0, 1, 0, 1], offset: -1, size: 32 }];
      const windows = view(upload(device, 'float32', numbers(16 * 32 * 32, 1, 2)), { shape: [16, 3, 3, 32, 32], strides: [1024, 32, 1, 32, 1], offset: -33, bounds });
      return (to) => { device.contract(kernels, windows, { rows: 1, inner: 3, columns: 2 }, to, relu); };
    }],
  ];
  it.skipIf(!available).each(products)(`all give the same bits: %s${unavailable}`, { timeout: 60_000 }, async (_, size, prepare) => {
    const texts = new Set<string>();
    const device = await webgpu({ onKernel: ({ wgsl }) => texts.add(wgsl) });
    const multiply = prepare(device);
    const results: string[] = [];
    for (let i = 0; i < 16; i++) {
      const to = target(device, 'float32', [size]);
      multiply(to);
      results.push(Buffer.from((await device.read(to.storage, 0, size)).buffer).toString('base64'));
      device.free(to.storage);
    }
    expect(new Set(results).size).toBe(1);
    expect(texts.size).toBeGreaterThan(2);
    await device.destroy();
  });

  it('nothing is measured on the null backend', async () => {
    const device = await nullDevice();
    expect(engineOf(device).tuned('a', usualTile(1, 64, 64), () => candidates(512, 512, limits))).toEqual({ tile: usualTile(1, 64, 64) });
    await device.destroy();
  });
});
