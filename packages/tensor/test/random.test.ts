import { describe, expect, it } from 'vitest';
import { defaultGenerator, Generator, manualSeed, rand, randint, randn, randperm } from '@nn/tensor';
import { philox, randomWords, uniformNumbers } from '@nn/tensor/backend';

/** Philox 4x32-10 as the paper has it, in big integers. */
function paper(counter: readonly number[], key: readonly number[]): number[] {
  let c = counter.map(BigInt);
  let k = key.map(BigInt);
  const word = (x: bigint) => x & 0xffffffffn;
  for (let turn = 0; turn < 10; turn++) {
    const [p0, p1] = [0xd2511f53n * c[0]!, 0xcd9e8d57n * c[2]!];
    c = [(p1 >> 32n) ^ c[1]! ^ k[0]!, word(p1), (p0 >> 32n) ^ c[3]! ^ k[1]!, word(p0)];
    k = [word(k[0]! + 0x9e3779b9n), word(k[1]! + 0xbb67ae85n)];
  }
  return c.map(Number);
}
const ours = (counter: number, key: readonly [number, number]) => {
  const out = new Uint32Array(4);
  philox(key, counter, out);
  return [...out];
};

describe('Philox 4x32-10', () => {
  // The known answers of Random123 1.14, kat_vectors.
  it('as the paper has it gives the known answers', () => {
    expect(paper([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    expect(paper(Array<number>(4).fill(0xffffffff), [0xffffffff, 0xffffffff])).toEqual([0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
    expect(paper([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
  });
  it('is what we draw from', () => {
    expect(ours(0, [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    for (const counter of [1, 7, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52 + 12_345]) {
      for (const key of [[0, 0], [1, 2], [0xffffffff, 0xdeadbeef]] as const) expect(ours(counter, key)).toEqual(paper([counter % 2 ** 32, Math.floor(counter / 2 ** 32), 0, 0], key));
    }
  });
  it('numbers are the upper 24 bits of words', () => {
    expect([...uniformNumbers([1, 2], 5, 7)]).toEqual([...randomWords([1, 2], 5, 7)].map((word) => (word >>> 8) / 2 ** 24));
  });
});

describe('a generator', () => {
  it('repeats from its seed', () => {
    const draw = (seed: number) => { const g = new Generator(seed); return [...g.uniform(5), ...g.normal(3), ...g.integers(0, 100, 4), ...g.permutation(6)]; };
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    expect(draw(2 ** 40)).not.toEqual(draw(0));
  });
  it('goes on where its state was saved', () => {
    const g = new Generator(3).fork('a');
    g.uniform(5);
    const { state } = g;
    const next = [...g.uniform(10)];
    const other = new Generator();
    other.state = JSON.parse(JSON.stringify(state)) as typeof state;
    expect([...other.uniform(10)]).toEqual(next);
  });
  it('never hands out the same counters twice', () => {
    const g = new Generator(3);
    const parts = [...g.uniform(5), ...g.uniform(5)];
    expect(new Set(parts).size).toBe(10);
  });
  it('forks independent streams by name, wherever it stands', () => {
    const g = new Generator(3);
    const first = [...g.fork('a').uniform(1000)];
    g.uniform(99);
    expect([...g.fork('a').uniform(1000)]).toEqual(first);
    const others = [g.fork('b'), g.fork('a').fork('a'), g.fork('a/a'), new Generator(4).fork('a'), g].map((stream) => [...stream.uniform(1000)]);
    for (const other of others) {
      const correlation = other.reduce((sum, u, i) => sum + (u - 0.5) * (first[i]! - 0.5), 0) / 1000 * 12;
      expect(Math.abs(correlation)).toBeLessThan(0.15);
    }
    expect(new Set(others.map((other) => other[0])).size).toBe(5);
  });
  it('refuses what is no seed', () => {
    expect(() => new Generator(-1)).toThrow('Generator: -1 is not a seed. Use a whole number from 0 on.');
    expect(() => manualSeed(0.5)).toThrow(/not a seed/);
  });
});

describe('the distributions', () => {
  const N = 200_000;
  it('uniform on [0, 1)', () => {
    const u = new Generator(1).uniform(N);
    const buckets = new Array<number>(20).fill(0);
    for (const x of u) buckets[Math.floor(x * 20)]!++;
    // Chi-squared with 19 degrees of freedom: 99.99% are below 52.
    expect(buckets.reduce((sum, count) => sum + (count - N / 20) ** 2 / (N / 20), 0)).toBeLessThan(52);
    expect(Math.max(...u.slice(0, 50_000))).toBeLessThan(1);
  });
  it('normal, by its first four moments', () => {
    const z = new Generator(2).normal(N);
    const moment = (power: number) => z.reduce((sum, x) => sum + x ** power, 0) / N;
    expect(moment(1)).toBeCloseTo(0, 1.9);
    expect(moment(2)).toBeCloseTo(1, 1.5);
    expect(moment(3)).toBeCloseTo(0, 1);
    expect(moment(4)).toBeCloseTo(3, 0.5);
    expect(z.every(Number.isFinite)).toBe(true);
  });
  it('whole numbers and permutations', async () => {
    const counts = new Array<number>(7).fill(0);
    for (const value of new Generator(3).integers(-3, 4, 70_000)) counts[value + 3]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    expect([...await randperm(50, { generator: new Generator(1) }).data()].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(() => randint(3, 3, [2])).toThrow('randint: [3, 3) is not a range');
  });
});

it('manualSeed restarts what is drawn without a generator', async () => {
  const draw = async () => [...await rand([3]).data(), ...await randn([3]).data(), ...await randint(0, 9, [3]).data()];
  manualSeed(5);
  const first = await draw();
  expect(await draw()).not.toEqual(first);
  manualSeed(5);
  expect(await draw()).toEqual(first);
  expect(defaultGenerator.state.seed).toBe(5);
});
