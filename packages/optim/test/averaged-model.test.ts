import { BatchNorm1d, InstanceNorm1d, Linear, ReLU, Sequential } from '@nn/layers';
import { type Tensor, tensor } from '@nn/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/averages.json' with { type: 'json' };
import { mixed } from '../../../tooling/reference/fixtures.ts';
import { AveragedModel, type AveragedModelOptions, updateBn } from '../src/index.ts';

const given = (shape: number[], seed: number): Tensor => tensor(mixed(shape.reduce((a, b) => a * b, 1), seed), { shape, dtype: 'float64' });
const options: Record<string, AveragedModelOptions> = { swa: {}, ema: { decay: 0.9 }, own: { avgFn: (average, p) => average.maximum(p) } };
const wide = { dtype: 'float64' } as const;
let net: Sequential;
beforeEach(() => { net = new Sequential(new Linear(3, 4, wide), new BatchNorm1d(4, wide), new ReLU(), new Linear(4, 2, wide)); });

const near = (found: readonly number[], expected: readonly (number | string)[]) => {
  expect(found.length).toBe(expected.length);
  found.forEach((value, i) => { expect(value).toBeCloseTo(Number(expected[i]), 10); });
};
const same = async (state: Record<string, Tensor>, expected: Readonly<Record<string, readonly (number | string)[]>>) => {
  expect(Object.keys(state).sort()).toEqual(Object.keys(expected).sort());
  for (const [key, value] of Object.entries(state)) near([...await value.data()], expected[key]!);
};

/** The same updates as in the fixture. */
function trained(averaged: AveragedModel): void {
  for (let i = 0; i < fixture.updates; i++) {
    net.parameters().forEach((p, j) => { p.assign(given([...p.shape], 10 * i + j)); });
    net.train().forward(given([5, 3], 100 + i));
    averaged.updateParameters();
  }
}

describe('AveragedModel follows PyTorch', () => {
  for (const { average, useBuffers, state, output, updated, updatedOutput } of fixture.runs) {
    it(`${average}${useBuffers ? ' with buffers' : ''}, and its norms are updated`, async () => {
      const averaged = new AveragedModel(net, { ...options[average], useBuffers });
      trained(averaged);
      const own = await Promise.all([...net.parameters(), ...net.buffers()].map((value) => value.toArray()));
      await same(averaged.stateDict(), state);
      const input = given([2, 3], 200);
      near([...await averaged.eval().forward(input).data()], output);
      await updateBn(Array.from({ length: fixture.batches }, (_, i) => [given([5, 3], 300 + i)]), averaged);
      await same(averaged.stateDict(), updated);
      near([...await averaged.forward(input).data()], updatedOutput);
      // The model itself is as it was.
      expect(await Promise.all([...net.parameters(), ...net.buffers()].map((value) => value.toArray()))).toEqual(own);
      expect(net.training).toBe(true);
      expect((net.modules()[2] as BatchNorm1d).momentum).toBe(0.1);
    });
  }

  it('and goes on from its state', async () => {
    const averaged = new AveragedModel(net);
    trained(averaged);
    const before = averaged.stateDict();
    const other = new AveragedModel(net);
    other.loadStateDict(before);
    expect(other.nAveraged).toBe(3);
    await same(other.stateDict(), Object.fromEntries(await Promise.all(Object.entries(before).map(async ([key, value]) => [key, [...await value.data()]] as const))));
    expect(await net.parameters()[0]!.toArray()).toEqual(await given([4, 3], 20).toArray());
  });
});

describe('updateBn', () => {
  it('leaves models without batch norms alone, and instance norms', async () => {
    const norm = new InstanceNorm1d(2, { trackRunningStats: true });
    const model = new Sequential(norm);
    await updateBn([tensor([[[5, 6], [7, 8]]])], model);
    expect(await norm.runningMean!.toArray()).toEqual([0, 0]);
  });

  it('restores modes and momenta where a batch is wrong', async () => {
    net.eval();
    await expect(updateBn([tensor([1])], net)).rejects.toThrow('Linear');
    expect(net.modules().every(({ training }) => !training)).toBe(true);
    expect((net.modules()[2] as BatchNorm1d).momentum).toBe(0.1);
  });
});

it('says what is wrong', () => {
  expect(() => new AveragedModel(new ReLU())).toThrow('AveragedWeights: there are no parameters.');
  expect(() => new AveragedModel(net, { decay: 0.5, avgFn: (a) => a })).toThrow('AveragedWeights: there are decay and avgFn. Give one of them.');
});
