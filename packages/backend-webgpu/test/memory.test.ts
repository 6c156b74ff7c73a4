/** Arenas: where storages lie must not show in what they hold. */
import { type Device, identity, type Storage, trace } from '@nn/tensor/backend';
import { describe, expect, it } from 'vitest';
import { Arena, blockBytes } from '../src/arena.ts';
import type { WebGpuBackend } from '../src/backend.ts';
import { nullDevice, open } from '../src/webgpu.ts';
import { available, unavailable } from './adapter.ts';
import { dense, numbers, upload } from './cases.ts';

const engineOf = (device: Device) => (device.backend as WebGpuBackend).engine;

describe('an arena', () => {
  it('hands out the first range that fits and joins what comes back', () => {
    const arena = new Arena(0, {} as GPUBuffer, 4096);
    const blocks = [256, 512, 256, 1024].map((bytes) => arena.take(bytes, Infinity)!);
    expect(blocks.map(({ offset }) => offset)).toEqual([0, 256, 768, 1024]);
    expect(arena.take(4096, Infinity)).toBeUndefined();
    for (const i of [1, 2, 0]) arena.give(blocks[i]!);
    expect(arena.take(1024, Infinity)!.offset).toBe(0);
    expect(arena.used).toBe(2048);
  });

  it('takes little room for little, and aligns what is large', () => {
    const arena = new Arena(0, {} as GPUBuffer, 4096);
    const offsets = [4, 16, 20, 256, 8, 300].map((bytes) => arena.take(blockBytes(bytes), Infinity)!.offset);
    expect(offsets).toEqual([0, 16, 32, 256, 64, 512]);
  });

  it('gives the host only what no recorded kernel uses', () => {
    const arena = new Arena(0, {} as GPUBuffer, 1024);
    const block = arena.take(512, Infinity)!;
    block.batch = 7;
    arena.give(block);
    expect(arena.take(512, 7)).toBeUndefined();
    expect(arena.take(512, 8)!.offset).toBe(0);
  });

  it('is let go after a while, when it was only needed for a moment', async () => {
    const device = await nullDevice({ arenaBytes: 2 ** 20 });
    const kept = upload(device, 'float32', numbers(10));
    const all = Array.from({ length: 8 }, () => upload(device, 'float32', numbers(2 ** 17)));
    const most = engineOf(device).counts().bytes;
    for (const storage of all) device.free(storage);
    for (let i = 0; i < 100; i++) await device.read(kept, 0, 1);
    expect(engineOf(device).counts().bytes).toBeLessThan(most / 2);
    await device.destroy();
  });
});

describe.skipIf(!available)(`on an adapter${unavailable}`, () => {
  const read = (device: Device, storage: Storage) => device.read(storage, 0, storage.length);

  it('contents survive growth', async () => {
    const device = await open({});
    const small = Array.from({ length: 20 }, (_, i) => upload(device, 'float32', numbers(100, 1, i)));
    const sum = device.allocate('float32', 100);
    device.map(trace(['float32', 'float32'], [], ([x, y]) => [x!.add(y!)]), [dense(small[0]!, [100]), dense(small[1]!, [100])], [], [{ storage: sum, offset: 0 }], [100]);
    const { made } = engineOf(device).memory;
    const large = [2, 3, 5].map((million) => upload(device, 'float32', numbers(million * 1e6, 1, million)));
    expect(engineOf(device).memory.made).toBeGreaterThan(made);
    expect(engineOf(device).memory.arenas.length).toBe(1);
    for (const [i, storage] of small.entries()) expect(await read(device, storage)).toEqual(numbers(100, 1, i));
    expect(await read(device, sum)).toEqual(numbers(100, 1, 0).map((x, i) => x + numbers(100, 1, 1)[i]!));
    expect((await device.read(large[2]!, 4_999_990, 10))).toEqual(numbers(5e6, 1, 5).slice(-10));
    await device.destroy();
  });

  it('a kernel may work on more arenas than it can bind', async () => {
    const device = await open({ arenaBytes: 16 * 1024, bare: true });
    const n = 2000; // two to an arena
    const inputs = Array.from({ length: 40 }, (_, i) => upload(device, 'float32', numbers(n, 1, i)));
    expect(engineOf(device).memory.arenas.length).toBeGreaterThan(16);
    // Of all, one element each: what is moved has to fit into one arena.
    const few = inputs.filter((_, i) => i % 4 === 0);
    const to = device.allocate('float32', n);
    device.map(trace(few.map(() => 'float32' as const), [], (xs) => [xs.reduce((a, b) => a.add(b))]), few.map((storage) => dense(storage, [n])), [], [{ storage: to, offset: 0 }], [n]);
    const expected = numbers(n, 1, 0);
    for (let k = 4; k < 40; k += 4) numbers(n, 1, k).forEach((x, i) => { expected[i] = Math.fround(expected[i]! + x); });
    expect(await read(device, to)).toEqual(expected);
    for (const [i, storage] of inputs.entries()) expect(await read(device, storage)).toEqual(numbers(n, 1, i));
    await device.destroy();
  });

  it('a copy across arenas', async () => {
    const device = await open({ arenaBytes: 8192 });
    const [a, b] = [upload(device, 'float32', numbers(2000)), device.allocate('float32', 2000)];
    device.map(identity('float32'), [dense(a, [2000])], [], [{ storage: b, offset: 0 }], [2000]);
    expect(await read(device, b)).toEqual(numbers(2000));
    await device.destroy();
  });
});
