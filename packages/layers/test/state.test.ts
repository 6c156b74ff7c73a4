import { ones, reference, tensor, type Tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { Buffer, Linear, Module, Parameter, Sequential, type StateDict } from '../src/index.ts';

class Norm extends Module {
  readonly weight = new Parameter(ones([2]));
  readonly runningMean = new Buffer(zeros([2]));
  readonly numBatchesTracked = new Buffer(tensor(0, { dtype: 'int32' }));
  readonly scratch = new Buffer(zeros([1]), { persistent: false });
  forward(x: Tensor): Tensor { return x.sub(this.runningMean).mul(this.weight); }
}
class Net extends Module {
  readonly inputNorm = new Norm();
  readonly layers = new Sequential(new Linear(2, 3), new Linear(3, 1));
  forward(x: Tensor): Tensor { return this.layers.forward(this.inputNorm.forward(x)); }
}

describe('stateDict', () => {
  it("has PyTorch's keys", () => {
    expect(Object.keys(new Net().stateDict())).toEqual([
      'input_norm.weight', 'input_norm.running_mean', 'input_norm.num_batches_tracked', 'layers.0.weight', 'layers.0.bias', 'layers.1.weight', 'layers.1.bias',
    ]);
  });

  it('is made of detached views', async () => {
    const net = new Net();
    const state = net.stateDict();
    expect(Object.values(state).some((value) => value.requiresGrad)).toBe(false);
    net.inputNorm.weight.assign(tensor([5, 6]));
    expect(await state['input_norm.weight']!.toArray()).toEqual([5, 6]);
  });

  it('refuses names that collide', () => {
    class Clash extends Module {
      readonly aB = new Parameter(ones([1]));
      readonly a_b = new Parameter(ones([1]));
      forward(x: Tensor): Tensor { return x; }
    }
    expect(() => new Clash().stateDict()).toThrow('stateDict: two fields of Clash are both called a_b. Rename one of them.');
  });
});

describe('loadStateDict', () => {
  it('copies values, by either spelling', async () => {
    const [from, to] = [new Net(), new Net()];
    from.inputNorm.runningMean.assign(tensor([7, 8]));
    expect(to.loadStateDict(from.stateDict())).toMatchObject({ missing: [], unexpected: [], mismatched: [] });
    for (const [i, parameter] of to.parameters().entries()) expect(await parameter.toArray()).toEqual(await from.parameters()[i]!.toArray());
    expect(await to.inputNorm.runningMean.toArray()).toEqual([7, 8]);
    from.inputNorm.runningMean.assign(tensor([9, 9]));
    expect(await to.inputNorm.runningMean.toArray()).toEqual([7, 8]);

    const camel = Object.fromEntries(Object.entries(from.stateDict()).map(([key, value]) => [key.replace('input_norm.running_mean', 'inputNorm.runningMean'), value]));
    to.loadStateDict(camel);
    expect(await to.inputNorm.runningMean.toArray()).toEqual([9, 9]);
  });

  it('says all that does not fit in one error, and changes nothing', async () => {
    const net = new Net();
    const before = await net.layers.at(1).parameters()[0]!.toArray();
    const state: StateDict = { ...new Net().stateDict(), 'layers.0.weight': zeros([4, 2]), other: zeros([1]) };
    delete state['input_norm.weight'];
    expect(() => net.loadStateDict(state)).toThrow(
      'loadStateDict: the state dict does not fit Net: missing: input_norm.weight; unexpected: other; mismatched: layers.0.weight is [3, 2], the state dict has [4, 2]. Nothing was changed.');
    expect(await net.layers.at(1).parameters()[0]!.toArray()).toEqual(before);
  });

  it('reports instead where strict is off; shapes must fit all the same', async () => {
    const layer = new Linear(2, 1);
    expect(layer.loadStateDict({ bias: tensor([5]), scale: ones([1]) }, { strict: false })).toMatchObject({ missing: ['weight'], unexpected: ['scale'] });
    expect(await layer.bias!.toArray()).toEqual([5]);
    expect(() => layer.loadStateDict({ bias: ones([2]) }, { strict: false })).toThrow('mismatched: bias is [1], the state dict has [2]. Nothing was changed.');
  });

  it('takes another dtype, and no other device', async () => {
    const layer = new Linear(1, 1, { bias: false });
    layer.loadStateDict({ weight: tensor([[0.5]], { dtype: 'float64' }) });
    expect(await layer.weight.toArray()).toEqual([[0.5]]);
    expect(() => layer.loadStateDict({ weight: ones([1, 1], { device: reference() }) })).toThrow('mismatched: weight is on reference, the state dict has it on another reference');
  });
});

describe('fine-tuning', () => {
  it('loads a body and leaves the head, with a report that can be read', async () => {
    const [ten, five] = [10, 5].map((classes) => new Sequential({ body: new Linear(4, 3), head: new Linear(3, classes) })) as [Sequential, Sequential];
    const head = await five.at(1).parameters()[0]!.toArray();
    const state = { ...ten.stateDict(), extra: ones([1]) };
    const report = five.loadStateDict(state, { strict: false, ignoreMismatched: true });
    expect(report).toMatchObject({ missing: [], unexpected: ['extra'], mismatched: ['head.weight is [5, 3], the state dict has [10, 3]', 'head.bias is [5], the state dict has [10]'] });
    expect(String(report)).toBe('unexpected, not used: extra\nmismatched, as before: head.weight is [5, 3], the state dict has [10, 3], head.bias is [5], the state dict has [10]');
    expect(await five.at(0).parameters()[0]!.toArray()).toEqual(await ten.at(0).parameters()[0]!.toArray());
    expect(await five.at(1).parameters()[0]!.toArray()).toEqual(head);
    expect(String(five.loadStateDict(five.stateDict()))).toBe('all keys matched');
    expect(() => five.loadStateDict(state, { strict: false })).toThrow('Nothing was changed. { ignoreMismatched: true } passes over other shapes.');
  });
});
