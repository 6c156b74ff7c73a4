import { Generator } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { BatchSampler, ConcatDataset, DataLoader, type Dataset, type HostArray, randomSplit, RandomSampler, SequentialSampler, StackDataset, SubsetRandomSampler, TensorDataset, WeightedRandomSampler } from '../src/index.ts';

const rows = (n: number) => Array.from({ length: n }, (_, i) => i);
const sorted = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b);
const counting = (n: number, from = 0) => new TensorDataset({ data: Int32Array.from({ length: n }, (_, i) => from + i) });

describe('samplers', () => {
  it('in order, at random, of a subset, in batches', () => {
    expect([...new SequentialSampler({ length: 3 })]).toEqual([0, 1, 2]);
    const random = new RandomSampler({ length: 50 }, { seed: 1 });
    const [first, second] = [[...random], [...random]];
    expect([sorted(first), sorted(second)]).toEqual([rows(50), rows(50)]);
    expect(first).not.toEqual(second);
    expect(sorted(new SubsetRandomSampler([7, 3, 9], { seed: 0 }))).toEqual([3, 7, 9]);
    const batches = new BatchSampler(new SequentialSampler({ length: 5 }), 2);
    expect([batches.length, [...batches]]).toEqual([3, [[0, 1], [2, 3], [4]]]);
    expect([...new BatchSampler([4, 2, 0], 2, true)]).toEqual([[4, 2]]);
    expect([...new RandomSampler({ length: 0 })]).toEqual([]);
  });

  it('numSamples: fewer, more, with replacement', () => {
    expect(new Set(new RandomSampler({ length: 10 }, { numSamples: 4, seed: 0 })).size).toBe(4);
    const more = [...new RandomSampler({ length: 4 }, { numSamples: 10, seed: 0 })];
    expect([sorted(more.slice(0, 4)), sorted(more.slice(4, 8)), more.length]).toEqual([rows(4), rows(4), 10]);
    const replaced = [...new RandomSampler({ length: 1000 }, { replacement: true, seed: 0 })];
    expect(replaced).toHaveLength(1000);
    expect(new Set(replaced).size).toBeLessThan(700); // 1 - 1/e of them
    expect(() => new RandomSampler({ length: 4 }, { numSamples: 0 })).toThrow('RandomSampler: numSamples is 0. Give a whole number from 1 on.');
  });

  it('weights: shares with replacement, never a weight of 0', () => {
    const counts = [0, 0, 0, 0];
    for (const row of new WeightedRandomSampler([1, 0, 3, 0], 4000, { seed: 0 })) counts[row]!++;
    expect(counts[1]! + counts[3]!).toBe(0);
    expect(counts[2]! / 4000).toBeCloseTo(0.75, 1);
  });

  it('weights: each row at most once without replacement, heavy ones first', () => {
    let heavyFirst = 0;
    const generator = new Generator(0);
    for (let i = 0; i < 400; i++) {
      const drawn = [...new WeightedRandomSampler([1, 0, 8, 1], 3, { replacement: false, generator })];
      expect(sorted(drawn)).toEqual([0, 2, 3]);
      heavyFirst += +(drawn[0] === 2);
    }
    expect(heavyFirst / 400).toBeCloseTo(0.8, 1);
  });

  it('weights that cannot be', () => {
    expect(() => new WeightedRandomSampler([1, -1], 1)).toThrow('weight 1 is -1. Weights are finite and not negative.');
    expect(() => new WeightedRandomSampler([NaN], 1)).toThrow('weight 0 is NaN');
    expect(() => new WeightedRandomSampler([0], 1)).toThrow('no weight is above 0');
    expect(() => new WeightedRandomSampler([1, 0], 2, { replacement: false })).toThrow('2 rows are to be drawn without replacement, and 1 have a weight above 0');
  });
});

describe('DataLoader', () => {
  const labels = async (loader: DataLoader<readonly [HostArray]>, count = Infinity) => {
    const seen: number[][] = [];
    for await (const [x] of loader) if (seen.push([...(await x.data())]) >= count) break;
    return seen;
  };

  it('takes samplers, batch samplers and arrays of rows', async () => {
    expect(await labels(new DataLoader(counting(5), { sampler: [3, 1, 4], batchSize: 2 }))).toEqual([[3, 1], [4]]);
    const loader = new DataLoader(counting(5), { batchSampler: [[0], [4, 4, 2]] });
    expect([loader.length, loader.batchSize, await labels(loader)]).toEqual([2, undefined, [[0], [4, 4, 2]]]);
  });

  it('collates', async () => {
    const collateFn = ([x]: readonly [HostArray]) => [x, { data: Float32Array.from(x.data, (value) => value / 2), shape: x.shape, dtype: 'float32' }] as const;
    for await (const [x, half] of new DataLoader(counting(4), { batchSize: 4, collateFn })) expect([await x.toArray(), await half.toArray()]).toEqual([[0, 1, 2, 3], [0, 0.5, 1, 1.5]]);
  });

  it("accepts PyTorch's numWorkers and pinMemory, and nothing unknown", () => {
    new DataLoader(counting(2), { numWorkers: 4, pinMemory: false });
    expect(() => new DataLoader(counting(2), { batch_size: 2 } as object)).toThrow('DataLoader: there is no option batch_size. There are batchSize,');
    expect(() => new DataLoader(counting(2), { numWorkers: -1 })).toThrow('numWorkers is -1');
    expect(() => new DataLoader(counting(2), { sampler: [0], shuffle: true })).toThrow('both a sampler and shuffle were given');
    expect(() => new DataLoader(counting(2), { batchSampler: [[0]], batchSize: 2 })).toThrow('a batchSampler was given beside batchSize');
    expect(() => new DataLoader(counting(2), { sampler: [0], seed: 1 })).toThrow('a seed or generator was given beside a sampler');
  });

  it.each([1, 3, 4])('goes on exactly after %i batches, in later epochs too', async (batches) => {
    const make = (seed: number) => new DataLoader(counting(10), { batchSize: 3, shuffle: true, seed });
    const one = make(5);
    await labels(one);
    const expected = make(5);
    await labels(expected);
    const epochs = [await labels(expected), await labels(expected)];

    const begun = await labels(one, batches);
    const state = JSON.parse(JSON.stringify(one.stateDict())) as ReturnType<typeof one.stateDict>;
    const other = make(99);
    other.loadStateDict(state);
    expect(other.stateDict()).toEqual(state);
    expect([...begun, ...(await labels(other))]).toEqual(epochs[0]);
    expect(await labels(other)).toEqual(epochs[1]);
    expect(other.stateDict().batch).toBe(0);
  });

  it('goes on without a random order, and refuses the state of another loader', async () => {
    const plain = () => new DataLoader(counting(5), { batchSize: 2 });
    const [from, to] = [plain(), plain()];
    await labels(from, 1);
    expect(from.stateDict()).toEqual({ batch: 1 });
    to.loadStateDict(from.stateDict());
    expect(await labels(to)).toEqual([[2, 3], [4]]);
    expect(await labels(to)).toEqual([[0, 1], [2, 3], [4]]);
    expect(() => to.loadStateDict({ batch: 9 })).toThrow('the state stands at batch 9 of 3');
    expect(() => to.loadStateDict(new DataLoader(counting(5), { shuffle: true }).stateDict())).toThrow('the state is of a loader with a random order');
  });
});

describe('ConcatDataset and StackDataset', () => {
  it('put rows one after the other, in any order', async () => {
    const all = new ConcatDataset([counting(2), counting(0), counting(3, 10)]);
    expect(all.length).toBe(5);
    expect(await all.gather([4, 0, 2, 1, 4])).toEqual([{ data: Int32Array.of(12, 0, 10, 1, 12), shape: [5], dtype: 'int32' }]);
    expect((await all.gather([]))[0].shape).toEqual([0]);
    const wide = new ConcatDataset([new TensorDataset({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }), new TensorDataset({ data: Float32Array.of(5, 6), shape: [1, 2] })]);
    expect((await wide.gather([2, 0]))[0]).toEqual({ data: Float32Array.of(5, 6, 1, 2), shape: [2, 2], dtype: 'float32' });
    await expect(all.gather([5])).rejects.toThrow('gather: there is no row 5 among 5. Rows are 0 to 4.');
    const odd: Dataset<readonly [HostArray]> = new TensorDataset({ data: Float32Array.of(1) });
    await expect(new ConcatDataset<readonly [HostArray]>([counting(1), odd]).gather([0, 1])).rejects.toThrow('ConcatDataset: rows do not match: int32 [], float32 [].');
    expect(() => new ConcatDataset([])).toThrow('no dataset was given');
  });

  it('put arrays side by side', async () => {
    const both = new StackDataset(counting(3), counting(3, 10));
    const [a, b] = await both.gather([2, 0]);
    expect([a.data, b.data]).toEqual([Int32Array.of(2, 0), Int32Array.of(12, 10)]);
    expect(() => new StackDataset(counting(3), counting(2))).toThrow('StackDataset: the datasets have 3, 2 rows.');
  });
});

describe('randomSplit', () => {
  it('by numbers of rows and by fractions, every row once', () => {
    const data = counting(10);
    expect(randomSplit(data, [3, 0, 7]).map((part) => part.length)).toEqual([3, 0, 7]);
    const parts = randomSplit(data, [0.3, 0.3, 0.4], { seed: 0 });
    expect(sorted(parts.flatMap((part) => [...part.rows]))).toEqual(rows(10));
    // As torch.utils.data.random_split: what is left over goes to the first parts.
    for (const [n, fractions, sizes] of [[11, [0.5, 0.5], [6, 5]], [10, [1 / 3, 1 / 3, 1 / 3], [4, 3, 3]], [1, [0.5, 0.5], [1, 0]], [0, [0.5, 0.5], [0, 0]], [1, [1], [1]], [5, [1], [5]]] as const) {
      expect(randomSplit(counting(n), fractions).map((part) => part.length)).toEqual(sizes);
    }
    const again = (seed: number) => randomSplit(data, [5, 5], { seed }).map((part) => [...part.rows]);
    expect(again(1)).toEqual(again(1));
    expect(again(1)).not.toEqual(again(2));
  });

  it.each([[[3, 3], 'sum to 6, and there are 10 rows'], [[0.5, 0.6], 'sum to 1.1'], [[-1, 11], 'a length is -1'], [[NaN], 'a length is NaN'], [[2.5, 7.5], 'the lengths 2.5, 7.5']])('refuses %j', (lengths, wrong) => {
    expect(() => randomSplit(counting(10), lengths)).toThrow(wrong);
  });
});
