import { contiguous, trace } from '@nn/tensor/backend';
import { describe, expect, it } from 'vitest';
import { CpuBackend } from '../src/backend.ts';
import { Heap } from '../src/heap.ts';
import { Dice } from './random-functions.ts';

describe('Heap', () => {
  it.each([
    { roomy: 'ample', limit: 2 ** 26, most: 3000, blocks: 200 },
    { roomy: 'scarce, so that it is joined and cut again', limit: 2 ** 22, most: 60_000, blocks: 60 },
  ])('never gives out memory twice where it is $roomy', ({ limit, most, blocks }) => {
    const heap = new Heap(false, 65536, limit);
    const dice = new Dice(3);
    const live = new Map<number, number>();
    const wrong: string[] = [];
    for (let i = 0; i < 20_000; i++) {
      if (live.size > blocks || (live.size > 0 && dice.below(2) === 0)) {
        const [address, bytes] = dice.pick([...live].slice(0, 8));
        live.delete(address);
        heap.free(address, bytes);
      } else {
        const bytes = 1 + dice.below(dice.below(50) === 0 ? 5 * most : most);
        const address = heap.allocate(bytes);
        if (address % 64 !== 0 || address < 65536 || address + bytes > limit) wrong.push(`${address} is no place for a block`);
        for (const [start, size] of live) if (address < start + size && start < address + bytes) wrong.push(`${address} lies in ${start}`);
        live.set(address, bytes);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('joins what was freed in pieces, once it is full', () => {
    const heap = new Heap(false, 65536, 2 ** 26);
    for (let round = 0; round < 5; round++) {
      const size = 2 ** (20 - round);
      const blocks = Array.from({ length: 2 ** (5 + round) }, () => heap.allocate(size));
      for (const address of blocks) heap.free(address, size);
    }
    heap.free(heap.allocate(60 * 2 ** 20), 60 * 2 ** 20);
  });

  it('says what is full', () => {
    const heap = new Heap(false, 65536, 2 ** 24);
    expect(() => heap.allocate(2 ** 25)).toThrow(/^allocate: the CPU's heap of 16 MiB is full \(.* a block of 32 MiB more\)\. Release values/);
  });
});

describe('CpuBackend', () => {
  it('computes in the same memory again and again', () => {
    const backend = new CpuBackend({ memoryLimit: 2 ** 25 });
    const double = trace(['float32'], ['float32'], ([x], [factor]) => [x!.mul(factor!)]);
    const last: number[] = [];
    for (let i = 0; i < 50; i++) {
      const [x, y] = [backend.allocate('float32', 2 ** 20), backend.allocate('float32', 2 ** 20)];
      backend.write(x, Float32Array.of(i), 2 ** 20 - 1);
      backend.map(double, [{ storage: x, ...contiguous([2 ** 20]) }], [2], [{ storage: y, offset: 0 }], [2 ** 20]);
      last.push(backend.readSync(y, 2 ** 20 - 1, 1)[0]!);
      backend.free(x);
      backend.free(y);
    }
    expect(last).toEqual(Array.from({ length: 50 }, (_, i) => 2 * i));
  });

  it('compiles one kernel for all numbers', () => {
    const backend = new CpuBackend();
    const scaled = () => trace(['float32'], ['float32'], ([x], [factor]) => [x!.mul(factor!)]);
    const storage = backend.allocate('float32', 8);
    for (let i = 0; i < 1000; i++) backend.map(scaled(), [{ storage, ...contiguous([8]) }], [i], [{ storage, offset: 0 }], [8]);
    expect(backend.kernels).toBe(1);
  });
});
