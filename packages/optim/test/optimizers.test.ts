import { defaultDevice, ones, type Tensor, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/optimizers.json' with { type: 'json' };
import { Adadelta, Adagrad, Adam, Adamax, AdamW, ASGD, NAdam, type Optimizer, RAdam, RMSprop, Rprop, SGD } from '../src/index.ts';
import { beale, walk } from '../../../tooling/reference/beale.ts';

const optimizers = {
  SGD: (p: Tensor[], options: object) => new SGD(p, options),
  RMSprop: (p: Tensor[], options: object) => new RMSprop(p, options),
  Adam: (p: Tensor[], options: object) => new Adam(p, options),
  AdamW: (p: Tensor[], options: object) => new AdamW(p, options),
  Adagrad: (p: Tensor[], options: object) => new Adagrad(p, options),
  Adadelta: (p: Tensor[], options: object) => new Adadelta(p, options),
  Adamax: (p: Tensor[], options: object) => new Adamax(p, options),
  NAdam: (p: Tensor[], options: object) => new NAdam(p, options),
  RAdam: (p: Tensor[], options: object) => new RAdam(p, options),
  ASGD: (p: Tensor[], options: object) => new ASGD(p, options),
  Rprop: (p: Tensor[], options: object) => new Rprop(p, options),
};

const point = () => tensor(fixture.start, { dtype: 'float64', requiresGrad: true });

describe('every step follows PyTorch', () => {
  for (const { optimizer: name, options, points } of fixture.runs) {
    it(`${name} ${JSON.stringify(options)}`, () => walk((p) => optimizers[name as keyof typeof optimizers](p, options), points, { dtype: 'float64' }));
  }
});

describe('in float32 too, as near as rounding lets it', () => {
  for (const { optimizer: name, options, points, drift } of fixture.runs) {
    it(`${name} ${JSON.stringify(options)}`, () => walk((p) => optimizers[name as keyof typeof optimizers](p, options), points, { tolerance: Math.max(1e-5, 4 * drift) }));
  }
});

describe('a state dict', () => {
  const steps = (p: Tensor, optimizer: Optimizer<object, object>, count: number) => {
    for (let i = 0; i < count; i++) {
      optimizer.zeroGrad();
      beale(p).backward();
      optimizer.step();
    }
  };

  it("has PyTorch's layout", async () => {
    const p = point();
    const optimizer = new RMSprop([p], { lr: 0.05, momentum: 0.9, centered: true });
    steps(p, optimizer, 2);
    const { state, param_groups } = optimizer.stateDict();
    expect(param_groups).toEqual([{ lr: 0.05, alpha: 0.99, eps: 1e-8, weight_decay: 0, momentum: 0.9, centered: true, maximize: false, params: [0] }]);
    expect(Object.keys(state[0]!)).toEqual(['step', 'square_avg', 'grad_avg', 'momentum_buffer']);
    expect(state[0]!['step']).toBe(2);
    expect((state[0]!['square_avg'] as Tensor).shape).toEqual([2]);
  });

  for (const [name, make] of Object.entries(optimizers)) {
    it(`lets ${name} go on where it stood`, async () => {
      const options = name === 'Adam' || name === 'AdamW' ? { lr: 0.01, amsgrad: true } : name === 'SGD' || name === 'RMSprop' ? { lr: 1e-3, momentum: 0.9 } : { lr: 0.01 };
      const [p, q] = [point(), point()];
      const optimizer = make([p], options);
      steps(p, optimizer, 3);
      q.assign(p);
      const other = make([q], { lr: 1 });
      other.loadStateDict(optimizer.stateDict());
      steps(p, optimizer, 3);
      steps(q, other, 3);
      expect(await q.toArray()).toEqual(await p.toArray());
    });
  }

  it('of another shape is refused', () => {
    const optimizer = new SGD([point()]);
    const other = new SGD([point(), point()]);
    expect(() => optimizer.loadStateDict(other.stateDict())).toThrow('loadStateDict: the state dict is of groups of 2 parameters, the optimizer has groups of 1. Make the optimizer as the saved one was made.');
  });
});

describe('groups', () => {
  it('have options of their own, which may change', async () => {
    const [a, b] = [tensor([1], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
    const optimizer = new SGD([{ params: [a], lr: 0.5 }, { params: [b] }], { lr: 0.25 });
    const step = () => {
      optimizer.zeroGrad();
      a.add(b).sum().backward();
      optimizer.step();
    };
    step();
    expect([await a.item(), await b.item()]).toEqual([0.5, 0.75]);
    optimizer.paramGroups[1]!.lr = 0.5;
    step();
    expect([await a.item(), await b.item()]).toEqual([0, 0.25]);
    const c = tensor([1], { requiresGrad: true });
    optimizer.addParamGroup({ params: [c], lr: 1 });
    c.sum().backward();
    optimizer.step();
    expect(await c.item()).toBe(0);
  });

  it('are checked', () => {
    const p = tensor([1], { requiresGrad: true });
    expect(() => new SGD([])).toThrow('SGD: there are no parameters. Pass model.parameters().');
    expect(() => new SGD([p, p])).toThrow('SGD: a parameter appears twice. Name each one in one group.');
    expect(() => new SGD([{ params: [p] }, { params: [p] }])).toThrow('a parameter appears twice');
    expect(() => new SGD([p.mul(2)])).toThrow('SGD: a parameter was computed from others. Only leaves can be optimized: pass the tensors that it came from.');
    expect(() => new SGD([p], { lr: -1 })).toThrow('SGD: lr is -1. Use a number from 0 on.');
    expect(() => new SGD([p], { nesterov: true })).toThrow('SGD: nesterov with momentum 0 and dampening 0. It needs a momentum above 0 and no dampening.');
    expect(() => new Adam([p], { betas: [0.9, 1] })).toThrow('Adam: betas[1] is 1. Use a number from 0 on, below 1.');
    expect(() => new RMSprop([{ params: [p], alpha: -1 }])).toThrow('RMSprop: alpha is -1. Use a number from 0 on.');
  });

  it('leave parameters without a gradient as they are', async () => {
    const [p, q] = [tensor([1], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
    const optimizer = new Adam([p, q]);
    p.sum().backward();
    optimizer.step();
    expect(await q.item()).toBe(1);
    expect(Object.keys(optimizer.stateDict().state)).toEqual(['0']);
  });
});

describe('step', () => {
  it('frees its temporaries, and the gradients go at zeroGrad', () => {
    const w = ones([8]);
    w.requiresGrad = true;
    const optimizer = new Adam([w]);
    const step = () => {
      w.square().sum().backward();
      optimizer.step();
      optimizer.zeroGrad();
    };
    step();
    const before = defaultDevice().memory().storages;
    for (let i = 0; i < 10; i++) step();
    expect(defaultDevice().memory().storages - before).toBe(20); // what square() and sum() gave; this loop never waits
  });
});
