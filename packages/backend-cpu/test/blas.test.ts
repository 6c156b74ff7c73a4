/** Products by a BLAS of the system, where koffi finds one (NN_BLAS names its path); and what is said where it does not. */
import { cpu } from '@nn/backend-cpu';
import { contiguous, type Device, permuted, type View } from '@nn/tensor/backend';
import { beforeEach, describe, expect, it } from 'vitest';
import { candidates, loadBlas } from '../src/blas.ts';
import { Heap } from '../src/heap.ts';
import { SCRATCH } from '../src/memory.ts';
import { processorOf } from '../src/processor.ts';
import { Dice, filled, values } from './random-functions.ts';

const wanted = process.env.NN_BLAS ?? 'auto';
const found = await cpu({ threads: 1, blas: wanted }).then((device) => device.describe(), (error: unknown) => {
  if (process.env.NN_BLAS) throw error;
  return undefined;
});

/** A matrix, as it is or stored turned. */
function matrix(device: Device, rows: number, columns: number, seed: number, turned: boolean): View {
  const storage = filled(device, 'float32', values(new Dice(seed), 'float32', rows * columns));
  return turned ? { storage, ...permuted(contiguous([columns, rows]), [1, 0]) } : { storage, ...contiguous([rows, columns]) };
}

function product(device: Device, [m, k, n]: readonly [number, number, number], left: boolean, right: boolean): Float32Array {
  const storage = device.allocate('float32', m * n);
  device.matmul(matrix(device, m, k, 1, left), matrix(device, k, n, 2, right), { storage, offset: 0 });
  return device.readSync(storage, 0, m * n) as Float32Array;
}

describe('products by the BLAS of the system', () => {
  beforeEach(({ skip }) => { if (!found) skip('no BLAS was found: install one, e.g. Debian\'s libopenblas0, or give its path as NN_BLAS'); });

  it('is named', () => { expect(found).toMatch(/float32 products by \w+/); });

  it('are those of our kernels, and the same bits for any number of threads', async () => {
    const own = await cpu({ threads: 1 });
    const devices = await Promise.all([1, 2, 3].map((threads) => cpu({ threads, blas: wanted })));
    for (const shape of [[64, 784, 512], [300, 70, 301], [1, 1000, 999], [700, 400, 1]] as const) {
      for (const [left, right] of [[false, false], [true, false], [false, true], [true, true]] as const) {
        const expected = product(own, shape, left, right);
        const [first, ...others] = devices.map((device) => product(device, shape, left, right));
        const worst = first!.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
        expect(worst).toBeLessThan(0.01);
        for (const other of others) expect(Buffer.compare(new Uint8Array(other.buffer), new Uint8Array(first!.buffer))).toBe(0);
      }
    }
    for (const device of [own, ...devices]) await device.destroy();
  });

  it('may be cut into slices, whichever kernels the library has for this machine', async () => {
    const blas = await loadBlas(wanted);
    expect(blas.slices(new Heap(true, SCRATCH, 2 ** 26))).toBe(true);
  });

  it('takes batches, and what BLAS cannot read', async () => {
    const [own, device] = [await cpu({ threads: 1 }), await cpu({ threads: 2, blas: wanted })];
    const [first, second] = [own, device].map((each) => {
      const [a, b] = [matrix(each, 3 * 90, 2 * 60, 1, false), matrix(each, 3 * 60, 70, 2, false)];
      const storage = each.allocate('float32', 3 * 90 * 70);
      // Every other column: no leading dimension says that.
      const view: View = { storage: a.storage, shape: [3, 90, 60], strides: [90 * 120, 120, 2], offset: 1, bounds: [] };
      each.matmul(view, { storage: b.storage, ...contiguous([3, 60, 70]) }, { storage, offset: 0 });
      return each.readSync(storage, 0, 3 * 90 * 70);
    });
    expect(second!.every((value, i) => Math.abs(value - first![i]!) < 0.01)).toBe(true);
    for (const each of [own, device]) await each.destroy();
  });
});

describe('a BLAS that is not there', () => {
  it('is said so', async () => {
    await expect(cpu({ blas: '/nowhere/libblas.so' })).rejects.toThrow(/cpu: the BLAS at \/nowhere\/libblas.so cannot be used: .* Give the path of a library with cblas_sgemm/s);
  });
});

describe('what `auto` looks for', () => {
  const first = (vendor: string, flags: string) => candidates('linux', processorOf(`vendor_id\t: ${vendor}\nflags\t\t: ${flags}\n`))[0];
  const wide = 'avx2 fma avx512f avx512cd avx512dq avx512bw avx512vl';

  it('is MKL first, but where that leaves AVX-512 unused', () => {
    expect(first('GenuineIntel', wide)).toMatch(/mkl/);
    expect(first('AuthenticAMD', 'avx2 fma')).toMatch(/mkl/);
    expect(first('AuthenticAMD', wide)).toMatch(/openblas/);
    expect(first('', '')).toMatch(/mkl/);
  });

  it('is something else on other systems, or nothing', () => {
    expect(candidates('darwin', processorOf(''))[0]).toMatch(/Accelerate/);
    expect(candidates('aix', processorOf(''))).toEqual([]);
  });
});
