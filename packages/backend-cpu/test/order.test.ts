/** What needs not wait is done before what was asked for earlier; nothing else is. */
import { cpu } from '@nn/backend-cpu';
import { complete, contiguous, type Device, identity, permuted, RowFunction, type Storage, trace, type View } from '@nn/tensor/backend';
import { describe, expect, it } from 'vitest';
import { CpuBackend } from '../src/backend.ts';
import { Heap } from '../src/heap.ts';
import type { Kernel } from '../src/kernel.ts';
import { SCRATCH, SCRATCH_BYTES, scratchOf } from '../src/memory.ts';
import { Pool } from '../src/pool.ts';
import { Dice, filled } from './random-functions.ts';

/** Starts a thread that never comes: all is left to the caller, at the latest moment. */
const late = () => ({ stop: () => undefined });

describe('a job', () => {
  function pool(): { pool: Pool; log: string[]; kernel: (name: string) => Kernel } {
    const log: string[] = [];
    const kernel = (name: string): Kernel => ({ id: 0, chunk: (_, i, scratch) => log.push(`${name} ${i}${scratch === scratchOf(0) ? '' : ' apart'}`), module: undefined, library: true });
    return { pool: new Pool(new Heap(true, SCRATCH + 3 * SCRATCH_BYTES, 2 ** 26), 2, late), log, kernel };
  }

  it('waits in line while others do, unless it uses nothing of theirs and is not worth sharing', () => {
    const { pool: line, log, kernel } = pool();
    expect(line.begin()).toBe(false);
    line.run(kernel('first'), 2);
    const { job } = line;
    expect(line.asked).toBe(job);
    expect(line.begin()).toBe(true);
    line.run(kernel('free'), 1);
    expect(line.asked).toBeUndefined();
    line.begin();
    line.after(job);
    line.run(kernel('bound'), 1);
    line.begin();
    line.run(kernel('large'), 2);
    line.run(kernel('after what is in line'), 1);
    expect(log).toEqual(['free 0 apart']);
    line.drain();
    expect(log.slice(1)).toEqual(['first 0', 'first 1', 'bound 0', 'large 0', 'large 1', 'after what is in line 0']);
  });

  it('that is done is waited for by nobody', () => {
    const { pool: line, log, kernel } = pool();
    line.run(kernel('first'), 2);
    const { job } = line;
    line.drain();
    line.run(kernel('second'), 2);
    line.begin();
    line.after(job);
    line.run(kernel('free'), 1);
    expect(log).toEqual(['first 0', 'first 1', 'free 0 apart']);
  });
});

/** A random program: operations on squares of a few sizes and on single numbers, reads, writes, frees; all that was read. */
function program(device: Device, seed: number, steps: number): number[] {
  const dice = new Dice(seed);
  const seen: number[] = [];
  const sides = [3, 40, 40, 220];
  const wave = trace(['float32', 'float32'], [], ([x, y]) => [x!.mul(2).add(y!).sin()]);
  const mean = trace(['float32'], ['float32'], ([x], [factor]) => [x!.mul(factor!)]);
  const add = trace(['float32', 'float32'], [], ([x, y]) => [x!.add(y!).tanh()]);
  const softmax = new RowFunction(trace(['float32'], [], ([x]) => {
    const e = x!.sub(x!.rowPeak()).exp();
    return [e.div(e.rowSum())];
  }), [false]);
  const numbers = (length: number): Float32Array => Float32Array.from({ length }, () => dice.next());
  const squares = new Map(sides.map((side) => [side, [0, 1, 2].map(() => filled(device, 'float32', numbers(side ** 2)))]));
  const single = filled(device, 'float32', numbers(1));
  const index = new Map(sides.map((side) => [side, filled(device, 'int32', Int32Array.from({ length: side }, () => dice.below(side)))]));
  for (let i = 0; i < steps; i++) {
    const side = dice.pick(sides);
    const all = squares.get(side)!;
    const shape = [side, side];
    const view = (storage: Storage): View => (dice.below(4) === 0 ? { storage, ...permuted(contiguous(shape), [1, 0]) } : { storage, ...contiguous(shape) });
    const made = (): Storage => {
      const storage = device.allocate('float32', side ** 2);
      all.push(storage);
      return storage;
    };
    /** A new block, or one that is overwritten although it may be waited for. */
    const target = (): Storage => (dice.below(3) === 0 ? all[dice.below(2)]! : made());
    const [a, b] = [view(dice.pick(all)), view(dice.pick(all))];
    const other = (of: Storage): View => ({ storage: all.find((storage) => storage !== of)!, ...contiguous(shape) });
    /** A number of a square of any size, everywhere. */
    const repeated = (): View => ({ storage: dice.below(2) ? single : dice.pick(squares.get(dice.pick(sides))!), ...contiguous(shape), strides: [0, 0] });
    switch (dice.below(13)) {
      case 0: device.map(wave, [a, b], [], [{ storage: made(), offset: 0 }], shape); break;
      case 1: { const storage = target(); device.map(add, [{ storage, ...contiguous(shape) }, other(storage)], [], [{ storage, offset: 0 }], shape); break; }
      case 2: device.matmul(a, b, { storage: made(), offset: 0 }, { function: mean, inputs: [], uniforms: [1 / side] }); break;
      case 3: device.reduce('max', identity('float32'), [a], [], shape, [0, 1], { storage: single, offset: 0 }); break;
      case 4: device.rows(softmax, [a], [], [{ storage: made(), offset: 0 }], shape, [1]); break;
      case 5: device.gather({ storage: a.storage, ...contiguous(shape) }, { storage: index.get(side)!, ...contiguous(shape), strides: [1, 0] }, 0, { storage: made(), offset: 0 }); break;
      case 6: device.write(dice.pick(all), numbers(side), side); break;
      case 7: device.mapEach(add, all.slice(0, 2).map((storage) => ({ inputs: [{ storage, ...contiguous(shape) }, { storage: all[2]!, ...contiguous(shape) }], uniforms: [], outputs: [{ storage, offset: 0 }], shape }))); break;
      case 8: seen.push(device.readSync(dice.pick(all), dice.below(side), 1)[0]!, device.readSync(single, 0, 1)[0]!); break;
      case 9: device.randomUniform([seed, i], 0, side ** 2, { storage: target(), offset: 0 }); break;
      case 10: device.map(add, [a, repeated()], [], [{ storage: made(), offset: 0 }], shape); break;
      // Rows that are not there are zeros, which is copied first.
      case 11: device.matmul({ ...a, bounds: [{ strides: [1, 0], offset: 0, size: side - 1 }] }, b, { storage: made(), offset: 0 }, { function: mean, inputs: [], uniforms: [1 / side] }); break;
      default: while (all.length > 5) device.free(all.splice(3 + dice.below(all.length - 3), 1)[0]!);
    }
  }
  for (const all of squares.values()) for (const storage of all) { seen.push(...device.readSync(storage, 0, storage.length)); device.free(storage); }
  for (const storage of [single, ...index.values()]) device.free(storage);
  return seen;
}

describe('programs of many operations', () => {
  it('give the same bits for any number of threads, and where all is left to the caller', async () => {
    const devices = [...await Promise.all([1, 2, 3].map((threads) => cpu({ threads }))), complete(new CpuBackend({ threads: 2 }, late))];
    for (let seed = 0; seed < 16; seed++) {
      const [expected, ...others] = devices.map((device) => Float32Array.from(program(device, seed, 200)));
      for (const each of others) expect(Buffer.compare(new Uint8Array(each.buffer), new Uint8Array(expected!.buffer))).toBe(0);
    }
    for (const device of devices) await device.destroy();
  });

  it('do not take for themselves what is still read', () => {
    const device = complete(new CpuBackend({ threads: 2 }, late));
    const length = 48_400;
    const zeros = filled(device, 'float32', new Float32Array(length));
    const [seven, peak, sum] = [filled(device, 'float32', Float32Array.of(7)), device.allocate('float32', 1), device.allocate('float32', length)];
    const add = trace(['float32', 'float32'], [], ([x, y]) => [x!.add(y!)]);
    device.map(add, [{ storage: zeros, ...contiguous([length]) }, { storage: seven, ...contiguous([length]), strides: [0] }], [], [{ storage: sum, offset: 0 }], [length]);
    device.free(seven);
    // Its parts are kept where seven was.
    device.reduce('max', identity('float32'), [{ storage: zeros, ...contiguous([length]) }], [], [length], [0], { storage: peak, offset: 0 });
    expect(device.readSync(sum, length - 1, 1)[0]).toBe(7);
    expect(device.readSync(peak, 0, 1)[0]).toBe(0);
  });
});
