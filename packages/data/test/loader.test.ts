import { type Device, Generator, manualSeed, reference, type Tensor } from '@nn/tensor';
import { describe, expect, it, vi } from 'vitest';
import { DataLoader, type DataLoaderOptions, type Dataset, digits, type HostArray, TensorDataset } from '../src/index.ts';

/** Rows [i, 10 i] with label i. */
const counting = (n: number) =>
  new TensorDataset({ data: Float32Array.from({ length: 2 * n }, (_, i) => (i >> 1) * (i & 1 ? 10 : 1)), shape: [n, 2] }, { data: Int32Array.from({ length: n }, (_, i) => i) });

/** The labels of each batch of an epoch. */
async function epoch(loader: AsyncIterable<[Tensor, Tensor]>): Promise<number[][]> {
  const batches: number[][] = [];
  for await (const [, labels] of loader) batches.push([...(await labels.data())]);
  return batches;
}

const ascending = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);

describe('DataLoader', () => {
  it('gives batches in order, one row by default, the last one smaller', async () => {
    expect(await epoch(new DataLoader(counting(3)))).toEqual([[0], [1], [2]]);
    const loader = new DataLoader(counting(5), { batchSize: 2 });
    expect(loader.length).toBe(3);
    expect(await epoch(loader)).toEqual([[0, 1], [2, 3], [4]]);
  });

  it('gives batches of another size from the next epoch on', async () => {
    const loader = new DataLoader(counting(5), { batchSize: 2 });
    const begun = loader[Symbol.asyncIterator]();
    await begun.next();
    loader.batchSize = 4;
    expect((await begun.next()).value?.[0].shape[0]).toBe(2);
    expect([loader.batchSize, loader.length]).toEqual([4, 2]);
    expect(await epoch(loader)).toEqual([[0, 1, 2, 3], [4]]);
    expect(() => { loader.batchSize = 0; }).toThrow('BatchSampler: batchSize is 0. Give a whole number from 1 on.');
    expect(() => { new DataLoader(counting(5), { batchSampler: [[0]] }).batchSize = 2; }).toThrow('DataLoader: batchSize is set to 2, but a batchSampler decides.');
  });

  it('drops the last batch if asked to', async () => {
    const loader = new DataLoader(counting(5), { batchSize: 2, dropLast: true });
    expect(loader.length).toBe(2);
    expect(await epoch(loader)).toEqual([[0, 1], [2, 3]]);
    expect(await epoch(new DataLoader(counting(5), { batchSize: 6, dropLast: true }))).toEqual([]);
  });

  it('gives inputs and labels as tensors that belong together', async () => {
    for await (const [inputs, labels] of new DataLoader(counting(7), { batchSize: 3, shuffle: true, seed: 1 })) {
      expect([inputs.shape, labels.shape]).toEqual([[labels.numel, 2], [labels.numel]]);
      expect([inputs.dtype, labels.dtype]).toEqual(['float32', 'int32']);
      const rows = [...(await labels.data())];
      expect(await inputs.toArray()).toEqual(rows.map((row) => [row, 10 * row]));
    }
  });

  it('shuffles each epoch anew, every row once', async () => {
    const loader = new DataLoader(counting(100), { batchSize: 7, shuffle: true, seed: 0 });
    const first = (await epoch(loader)).flat();
    const second = (await epoch(loader)).flat();
    for (const order of [first, second]) expect(ascending(order)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(ascending(first));
  });

  it('gives the same orders for the same seed, generator or manualSeed', async () => {
    const orders = async (options: DataLoaderOptions) => {
      const loader = new DataLoader(counting(50), { shuffle: true, ...options });
      return [await epoch(loader), await epoch(loader)];
    };
    expect(await orders({ seed: 3 })).toEqual(await orders({ seed: 3 }));
    expect(await orders({ generator: new Generator(3) })).toEqual(await orders({ seed: 3 }));
    expect(await orders({ seed: 3 })).not.toEqual(await orders({ seed: 4 }));
    manualSeed(8);
    const first = await orders({});
    manualSeed(8);
    expect(await orders({})).toEqual(first);
    expect(await orders({})).not.toEqual(first);
  });

  it('gives the same order whatever batch size and prefetch', async () => {
    const order = async (options: DataLoaderOptions) => (await epoch(new DataLoader(counting(20), { shuffle: true, seed: 2, ...options }))).flat();
    const expected = await order({});
    expect(await order({ batchSize: 6, prefetch: 0 })).toEqual(expected);
    expect(await order({ batchSize: 4, prefetch: 10 })).toEqual(expected);
  });

  it('can be left early and started again', async () => {
    const loader = new DataLoader(counting(6), { batchSize: 2 });
    let batches = 0;
    for await (const _ of loader) if (++batches === 2) break;
    expect(batches).toBe(2);
    expect(await epoch(loader)).toEqual([[0, 1], [2, 3], [4, 5]]);
  });

  it('asks the dataset ahead, as far as prefetch says', async () => {
    const asked: number[] = [];
    const slow: Dataset<[HostArray]> = {
      length: 5,
      async gather(rows) {
        asked.push(rows[0]!);
        await new Promise((done) => setTimeout(done, 1));
        return [{ data: Int32Array.from(rows), shape: [rows.length], dtype: 'int32' }];
      },
    };
    const seen: number[] = [];
    for await (const [x] of new DataLoader(slow, { prefetch: 2 })) {
      seen.push(await x.item());
      expect(asked).toHaveLength(Math.min(seen.length + 2, 5));
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  it('gathers the next batch while something is read, into an array that was uploaded', async () => {
    const device = reference();
    const asked: [row: number, spare: HostArray | undefined][] = [];
    const quick: Dataset<[HostArray]> = {
      length: 4,
      gather(rows, spare) {
        asked.push([rows[0]!, spare?.[0]]);
        return [{ data: Int32Array.from(rows), shape: [rows.length], dtype: 'int32' }];
      },
    };
    const seen: [row: number, before: number, after: number][] = [];
    for await (const [x] of new DataLoader(quick, { device })) {
      const before = asked.length;
      seen.push([await x.item(), before, asked.length]);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual([[0, 1, 2], [1, 2, 3], [2, 3, 4]]);
    expect(asked.map(([, spare]) => spare?.data[0])).toEqual([undefined, 0, 1, 2]);
    expect(device.meanwhile.size).toBe(0);
  });

  it('leaves nothing to be done when nothing is read', async () => {
    const device = reference();
    let batches = 0;
    for await (const _ of new DataLoader(counting(6), { batchSize: 2, device })) if (++batches === 2) break;
    expect(device.meanwhile.size).toBe(0);
  });

  it('fills the arrays of earlier batches only where they fit', async () => {
    const loader = new DataLoader(counting(7), { batchSize: 3, shuffle: true, seed: 1 });
    const rows: number[] = [];
    for await (const [x, y] of loader) {
      const [values, labels] = [await x.data(), await y.data()];
      labels.forEach((label, i) => { expect([...values.subarray(2 * i, 2 * i + 2)]).toEqual([label, 10 * label]); });
      rows.push(...labels);
    }
    expect(ascending(rows)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('throws what the dataset throws, at the batch that needs it', async () => {
    const broken: Dataset<[HostArray]> = {
      length: 4,
      gather(rows) {
        if (rows[0] === 2) throw new Error('row 2 is unreadable');
        return [{ data: Int32Array.from(rows), shape: [rows.length], dtype: 'int32' }];
      },
    };
    const seen: number[] = [];
    const run = async () => { for await (const [x] of new DataLoader(broken, { prefetch: 3 })) seen.push(await x.item()); };
    await expect(run()).rejects.toThrow('row 2 is unreadable');
    expect(seen).toEqual([0, 1]);
    for await (const _ of new DataLoader(broken, { prefetch: 3 })) break; // the failure of a batch that is never needed is nobody's
  });

  it('uploads to the device that is asked for, and relieves it', async () => {
    const device: Device = reference();
    const relieve = vi.spyOn(device, 'relieve');
    for await (const [x] of new DataLoader(counting(4), { batchSize: 2, device })) expect(x.device).toBe(device);
    expect(relieve).toHaveBeenCalledTimes(2);
  });

  it('scales the digits as it goes', async () => {
    const data = digits({ scale: 'unit', shape: [64] });
    for await (const [x, y] of new DataLoader(data, { batchSize: 1797 })) {
      expect([x.shape, y.shape]).toEqual([[1797, 64], [1797]]);
      expect(await x.amax().item()).toBe(1);
      expect(await x.mean().item()).toBeCloseTo(0.3053, 4);
    }
  });

  it('refuses options that mean nothing', () => {
    for (const batchSize of [0, -1, 1.5, NaN]) expect(() => new DataLoader(counting(2), { batchSize })).toThrow(`DataLoader: batchSize is ${batchSize}. Give a positive whole number.`);
    expect(() => new DataLoader(counting(2), { prefetch: -1 })).toThrow('DataLoader: prefetch is -1. Give a whole number from 0 on.');
    expect(() => new DataLoader(counting(2), { shuffle: true, seed: 1, generator: new Generator(1) })).toThrow('DataLoader: both a seed and a generator were given. Leave out one of them.');
  });
});
