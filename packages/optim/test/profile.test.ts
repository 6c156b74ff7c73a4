/** A profile of a training step: what ran, and for which part of the model. Times are whatever they are. */
import { CrossEntropyLoss, Linear, Module, relu } from '@nn/layers';
import { profile, rand, tensor, type Tensor } from '@nn/tensor';
import { SGD } from '@nn/optim';
import { describe, expect, it } from 'vitest';

class Net extends Module {
  first = new Linear(6, 5);
  second = new Linear(5, 3);
  forward(x: Tensor): Tensor { return this.second.forward(relu(this.first.forward(x))); }
}

function training(): () => Promise<number> {
  const model = new Net();
  const criterion = new CrossEntropyLoss();
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const [inputs, labels] = [rand([4, 6]), tensor([0, 1, 2, 0], { dtype: 'int32' })];
  return async () => {
    const loss = criterion.forward(model.forward(inputs), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  };
}

describe('profile', () => {
  it('names operations with their sizes, and counts them', async () => {
    const { operations, milliseconds, between } = await profile(training());
    const calls = new Map(operations.map((operation) => [operation.name, operation.calls]));
    expect(calls.get('matmul [4, 6] x [6, 5]')).toBe(1);
    expect(calls.get('relu [4, 5]')).toBe(1);
    expect(operations.reduce((sum, operation) => sum + operation.milliseconds, between)).toBeCloseTo(milliseconds, 6);
  });

  it('tells layers apart by their paths, forwards and backwards, and knows losses and optimizers', async () => {
    const { parts } = await profile(training());
    const phases = parts.map(({ name, forward, backward, update }) => [name, forward > 0, backward > 0, update > 0]);
    expect(phases).toContainEqual(['first (Linear)', true, true, false]);
    expect(phases).toContainEqual(['second (Linear)', true, true, false]);
    expect(phases).toContainEqual(['CrossEntropyLoss', true, true, false]);
    expect(phases).toContainEqual(['SGD.step', false, false, true]);
  });

  it('is text as tables', async () => {
    const text = String(await profile(training()));
    expect(text).toMatch(/^\d+\.\d{3} ms\n\noperation +calls +ms\n/);
    expect(text).toMatch(/\nbetween operations +\d+\.\d{3} +\d+\.\d%\n\npart +forward +backward +update\n/);
    expect(text).toMatch(/\nfirst \(Linear\) +\d+\.\d{3} +\d+\.\d{3} +\d+\.\d%\n/);
  });

  it('leaves no trace, also after an error, and is taken one at a time', async () => {
    await expect(profile(() => { throw new Error('oh'); })).rejects.toThrow('oh');
    await expect(profile(() => profile(() => 0))).rejects.toThrow('profile: one is being taken already. Take one after the other.');
    expect((await profile(() => 0)).operations).toEqual([]);
  });
});
