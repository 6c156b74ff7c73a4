import { noGrad } from '@nn/autograd';
import { defaultDevice, keep, ones, reference, scope, type Tensor, tensor, zeros } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { type AnyModule, Buffer, CrossEntropyLoss, Dropout, Linear, Module, Parameter, ReLU, relu, Sequential } from '../src/index.ts';

class Net extends Module {
  fc1 = new Linear(4, 3);
  fc2 = new Linear(3, 2);
  forward(x: Tensor): Tensor { return this.fc2.forward(relu(this.fc1.forward(x))); }
}

/** Every kind of field. */
class Zoo extends Module {
  scale = new Parameter(ones([2]));
  runningMean = new Buffer(zeros([2]));
  scratch = new Buffer(zeros([1]), { persistent: false });
  blocks = [new Linear(2, 2), new ReLU()];
  byName = new Map<string, AnyModule>([['outHead', new Linear(2, 1)]]);
  extra = [new Parameter(zeros([1])), new Parameter(zeros([2]))];
  meter = { update: () => undefined, compute: () => 0, reset: () => undefined };
  readonly options = { width: 2 };
  readonly #secret = new Linear(9, 9);
  forward(x: Tensor): Tensor { return this.#secret ? x : x; }
}

const names = (entries: readonly [string, unknown][]) => entries.map(([name]) => name);

describe('the registry', () => {
  it('is the public fields, with arrays and maps', () => {
    const zoo = new Zoo();
    expect(names(zoo.namedParameters())).toEqual(['scale', 'extra.0', 'extra.1', 'blocks.0.weight', 'blocks.0.bias', 'byName.outHead.weight', 'byName.outHead.bias']);
    expect(names(zoo.namedBuffers())).toEqual(['runningMean', 'scratch']);
    expect(names(zoo.namedModules())).toEqual(['', 'blocks.0', 'blocks.1', 'byName.outHead']);
    expect(names(zoo.namedChildren())).toEqual(['blocks.0', 'blocks.1', 'byName.outHead']);
    expect(names(zoo.namedMetrics())).toEqual(['meter']);
  });

  it('is read when asked, so fields may come and go', () => {
    const net = new Net() as Net & { head?: Linear };
    net.head = new Linear(2, 2);
    expect(net.parameters().length).toBe(6);
    delete net.head;
    expect(net.parameters().length).toBe(4);
  });

  it('counts shared parameters and modules once, and follows no circle', () => {
    const shared = new Linear(2, 2);
    class Tied extends Module {
      a = shared;
      b = shared;
      weight = shared.weight;
      parent: Module = this;
      forward(x: Tensor): Tensor { return x; }
    }
    const tied = new Tied();
    expect(names(tied.namedParameters())).toEqual(['weight', 'a.bias']);
    expect(tied.modules().length).toBe(2);
    expect(tied.children()).toEqual([shared, tied]);
    expect(Object.keys(tied.stateDict())).toEqual(['weight', 'a.weight', 'a.bias', 'b.weight', 'b.bias']);
  });

  it('names types where the class says so, else by the class', () => {
    expect(new Linear(1, 1).typeName).toBe('Linear');
    expect(new Net().typeName).toBe('Net');
    class Mine extends Linear {}
    expect(new Mine(1, 1).typeName).toBe('Mine');
  });

  it('takes any module as AnyModule', () => {
    const all: AnyModule[] = [new Net(), new CrossEntropyLoss(), new Sequential()];
    expect(all.length).toBe(3);
  });
});

describe('Module', () => {
  it('switches between training and evaluation', () => {
    const model = new Sequential(new Dropout(), new Sequential(new Dropout()));
    expect(model.eval().modules().map((module) => module.training)).toEqual([false, false, false, false]);
    expect(model.train().modules().every((module) => module.training)).toBe(true);
  });

  it('freezes and unfreezes', () => {
    const net = new Net();
    net.fc1.freeze();
    net.forward(ones([1, 4])).sum().backward();
    expect(net.fc1.weight.grad).toBeNull();
    expect(net.fc2.weight.grad).not.toBeNull();
    net.fc1.unfreeze();
    net.forward(ones([1, 4])).sum().backward();
    expect(net.fc1.weight.grad).not.toBeNull();
    net.freeze().zeroGrad();
    expect(net.forward(ones([1, 4])).requiresGrad).toBe(false);
  });

  it('forgets gradients', () => {
    const net = new Net();
    net.forward(ones([1, 4])).sum().backward();
    net.zeroGrad();
    expect(net.parameters().every((parameter) => parameter.grad === null)).toBe(true);
  });

  it('visits children before parents', () => {
    const seen: string[] = [];
    new Net().apply((module) => { seen.push(module.typeName); });
    expect(seen).toEqual(['Linear', 'Linear', 'Net']);
  });

  it('moves with its tensors keeping their identity', async () => {
    const net = new Net();
    const elsewhere = reference();
    const weight = net.fc1.weight;
    const before = await weight.toArray();
    const moved: unknown[] = [];
    Object.assign(net, { meter: { update() {}, compute() {}, reset() {}, to: (device: unknown) => Promise.resolve(moved.push(device)) } });
    expect(await net.to(elsewhere)).toBe(net);
    expect(net.fc1.weight).toBe(weight);
    expect(weight.device).toBe(elsewhere);
    expect(weight.requiresGrad).toBe(true);
    expect(await weight.toArray()).toEqual(before);
    expect(net.forward(ones([1, 4], { device: elsewhere })).device).toBe(elsewhere);
    expect(moved).toEqual([elsewhere]);
  });

  it('says which part an error came from', () => {
    class Deep extends Module {
      inner = new Net();
      forward(x: Tensor): Tensor { return this.inner.forward(x); }
    }
    expect(() => new Deep().forward(ones([1, 5]))).toThrow(/^linear: the input is \[1, 5\].* In Deep: inner\.fc1 \(Linear\)\.$/);
    expect(() => new Net().fc1.forward(ones([1, 5]))).toThrow(/make a layer of 5 inputs\.$/);
  });

  it('refuses a forward that returns a promise', () => {
    class Later extends Module<[Tensor], Promise<Tensor>> {
      forward(x: Tensor): Promise<Tensor> { return Promise.resolve(x); }
    }
    expect(() => new Later().forward(ones([1]))).toThrow('Later.forward: the callback returned a promise.');
  });
});

describe('forward', () => {
  const live = () => defaultDevice().memory().storages;

  it('is a scope: private values die at once, or at backward', () => {
    class Busy extends Module {
      forward(x: Tensor): Tensor {
        x.add(1).exp();
        return x.mul(2).add(1).square();
      }
    }
    const x = ones([4]);
    const before = live();
    const y = new Busy().forward(x);
    expect(live() - before).toBe(1);
    x.requiresGrad = true;
    const z = new Busy().forward(x).sum();
    expect(live() - before).toBe(4); // y, z, what square saved, and the result of forward
    z.backward();
    expect(live() - before).toBe(4); // the saved value went, a gradient came
    void y;
  });

  it('keeps what is put into the module, and what is kept', async () => {
    let kept: Tensor | undefined;
    class Looking extends Module {
      attention: Tensor | undefined;
      readonly history: Tensor[] = [];
      forward(x: Tensor): Tensor {
        this.attention = x.mul(2);
        this.history.push(x.mul(3));
        kept = keep(x.mul(4));
        return x.mul(5);
      }
    }
    const model = new Looking();
    scope(() => { model.forward(ones([1])); });
    expect(await model.attention!.toArray()).toEqual([2]);
    expect(await model.history[0]!.toArray()).toEqual([3]);
    expect(await kept!.toArray()).toEqual([4]);
  });

  it('may be written as a field', () => {
    class Arrow extends Module {
      fc = new Linear(2, 2);
      override forward = (x: Tensor): Tensor => this.fc.forward(x.add(1).mul(2));
    }
    const model = new Arrow();
    expect(model.forward(ones([1, 2])).shape).toEqual([1, 2]);
    model.parameters();
    const x = ones([1, 2]);
    const before = live();
    noGrad(() => model.forward(x));
    expect(live() - before).toBe(1);
    expect(Object.keys(model)).not.toContain('forward');
  });

  it('can be extended by super.forward', async () => {
    class Twice extends Linear {
      override forward(x: Tensor): Tensor { return super.forward(x).mul(2); }
    }
    const layer = new Twice(2, 1, { bias: false });
    layer.weight.assign(ones([1, 2]));
    expect(await layer.forward(ones([1, 2])).toArray()).toEqual([[4]]);
  });

  it('calls hooks around it, which may change what passes', async () => {
    const layer = new ReLU();
    const seen: Tensor[] = [];
    const removers = [
      layer.registerForwardPreHook((module, [x]) => [x.add(1)]),
      layer.registerForwardHook((module, [x], y) => {
        expect(module).toBe(layer);
        seen.push(x, y);
        return y.mul(10);
      }),
    ];
    const out = scope(() => layer.forward(tensor([-3, 1])));
    expect(await out.toArray()).toEqual([0, 20]);
    expect(await seen[0]!.toArray()).toEqual([-2, 2]);
    expect(await seen[1]!.toArray()).toEqual([0, 2]);
    for (const remove of removers) remove();
    expect(await layer.forward(tensor([-3, 1])).toArray()).toEqual([0, 1]);
    expect(seen.length).toBe(2);
  });
});

describe('Parameter', () => {
  it('outlives the scope that it is made in', async () => {
    const parameter = scope(() => ({ p: new Parameter(ones([2]).mul(3)) }).p);
    const model = scope(() => [new Linear(2, 2)])[0]!;
    expect(await parameter.toArray()).toEqual([3, 3]);
    expect(await model.weight.toArray()).toHaveLength(2);
    expect(parameter.isLeaf && parameter.requiresGrad).toBe(true);
  });

  it('of a view has a storage of its own', async () => {
    const x = tensor([[1, 2], [3, 4]]);
    const parameter = new Parameter(x.T);
    parameter.assign(zeros([2, 2]));
    expect(await x.toArray()).toEqual([[1, 2], [3, 4]]);
  });

  it('is a float', () => {
    expect(() => new Parameter(tensor([1], { dtype: 'int32' }))).toThrow('Parameter: int32 cannot be learned. Use a float dtype, or a Buffer.');
  });
});

describe('backward hooks', () => {
  class Two extends Module<[Tensor, Tensor]> {
    forward(x: Tensor, y: Tensor): Tensor { return x.mul(y).add(x); }
  }

  it('see the gradients of inputs and outputs, and may keep them', async () => {
    const seen: (number[] | null)[][] = [];
    const module = new Two();
    let kept: readonly (Tensor | null)[] = [];
    module.registerFullBackwardHook((of, gradInputs, gradOutputs) => {
      expect(of).toBe(module);
      kept = [...gradInputs, ...gradOutputs];
    });
    const [x, y] = [tensor([1, 2], { requiresGrad: true }), tensor([3, 4])];
    module.forward(x, y).backward(tensor([1, 10]));
    for (const gradient of kept) seen.push([gradient && await gradient.toArray() as number[]]);
    expect(seen.flat()).toEqual([[4, 50], null, [1, 10]]);
    expect(await x.grad!.toArray()).toEqual([4, 50]);
  });

  it('may put others in their place', async () => {
    const module = new Two();
    module.registerFullBackwardPreHook((_, [gradient]) => [gradient!.mul(2)]);
    const remove = module.registerFullBackwardHook((_, [a, b]) => [a!.add(1), b!]);
    const [x, y] = [tensor([1, 2], { requiresGrad: true }), tensor([3, 4], { requiresGrad: true })];
    module.forward(x, y).sum().backward();
    expect([await x.grad!.toArray(), await y.grad!.toArray()]).toEqual([[9, 11], [2, 4]]);
    remove();
    [x.grad, y.grad] = [null, null];
    module.forward(x, y).sum().backward();
    expect(await x.grad!.toArray()).toEqual([8, 10]);
    module.registerFullBackwardHook(() => [null]);
    expect(() => { module.forward(x, y).sum().backward(); }).toThrow('Two: a backward hook returned 1 gradients');
  });

  it('are called where only parameters take gradients, and not without any', () => {
    const linear = new Linear(2, 3);
    const calls: (boolean | null)[][] = [];
    linear.registerFullBackwardHook((_, gradInputs, gradOutputs) => { calls.push([...gradInputs, ...gradOutputs].map((gradient) => gradient && true)); });
    linear.forward(ones([4, 2])).sum().backward();
    expect(calls).toEqual([[null, true]]);
    linear.freeze();
    expect(linear.forward(ones([4, 2])).requiresGrad).toBe(false);
  });
});
