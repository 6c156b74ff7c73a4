/** What PyTorch does at the edges: options that switch something off, closures, states written by it, wrong arguments. */
import { noGrad } from '@nn/autograd';
import { type Tensor, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { Adadelta, Adagrad, Adam, Adamax, AdamW, ASGD, LAMB, LBFGS, NAdam, type Optimizer, RAdam, RMSprop, Rprop, SGD } from '../src/index.ts';

type Make = (p: Tensor[], options?: object) => Optimizer<object, object>;
const makers: Readonly<Record<string, Make>> = {
  SGD: (p, options) => new SGD(p, options), momentum: (p, options) => new SGD(p, { momentum: 0.9, ...options }), nesterov: (p, options) => new SGD(p, { momentum: 0.9, nesterov: true, variant: 'keras', ...options }),
  RMSprop: (p, options) => new RMSprop(p, options), centered: (p, options) => new RMSprop(p, { centered: true, momentum: 0.9, ...options }),
  Adam: (p, options) => new Adam(p, options), amsgrad: (p, options) => new Adam(p, { amsgrad: true, ...options }), AdamW: (p, options) => new AdamW(p, { weightDecay: 0, ...options }),
  Adagrad: (p, options) => new Adagrad(p, options), Adadelta: (p, options) => new Adadelta(p, options), Adamax: (p, options) => new Adamax(p, options),
  NAdam: (p, options) => new NAdam(p, options), RAdam: (p, options) => new RAdam(p, options), ASGD: (p, options) => new ASGD(p, { lambd: 0, ...options }),
};
const leaf = (values: number[] | number, dtype: 'float32' | 'float64' = 'float64') => tensor(values, { dtype, requiresGrad: true });

describe('without weight decay an infinite parameter stays what it is', () => {
  for (const [name, make] of Object.entries({ ...makers, Rprop: (p: Tensor[]) => new Rprop(p) })) {
    it(`keeps it: ${name}`, async () => {
      const p = leaf([Infinity, -Infinity, 1]);
      const optimizer = make([p]);
      for (let i = 0; i < 3; i++) {
        p.grad = tensor([1, 2, 3], { dtype: 'float64' });
        optimizer.step();
      }
      const [a, b, c] = await p.data();
      expect([a, b]).toEqual([Infinity, -Infinity]);
      expect(c).toBeLessThan(1);
    });
  }

  it('LAMB, whose steps are as long as the parameter', async () => {
    const p = leaf([Infinity]);
    const optimizer = new LAMB([p]);
    p.grad = tensor([1], { dtype: 'float64' });
    optimizer.step();
    expect(await p.item()).toBeNaN(); // inf - lr inf
    expect((optimizer.stateDict().state[0]!['exp_avg'] as Tensor).shape).toEqual([1]);
  });

  it('and one that is switched on later counts', async () => {
    const p = leaf([2]);
    const optimizer = new SGD([p], { lr: 1 });
    p.grad = tensor([0], { dtype: 'float64' });
    optimizer.step();
    expect(await p.item()).toBe(2);
    optimizer.paramGroups[0]!.weightDecay = 0.25;
    optimizer.step();
    expect(await p.item()).toBe(1.5);
  });
});

describe('step(closure)', () => {
  const closureOf = (optimizer: Optimizer<object, object>, p: Tensor) => () => {
    optimizer.zeroGrad();
    const loss = p.square().sum();
    loss.backward();
    return loss;
  };

  for (const [name, make] of Object.entries(makers)) {
    it(`of ${name} gives the loss, and steps as without`, async () => {
      const [p, q] = [leaf([3, -1]), leaf([3, -1])];
      const [one, other] = [make([p]), make([q])];
      const losses: number[] = [];
      for (let i = 0; i < 2; i++) {
        losses.push(await noGrad(() => one.step(closureOf(one, p))).item());
        closureOf(other, q)();
        other.step();
      }
      expect(losses[0]).toBe(10);
      expect(losses[1]).not.toBe(10);
      expect(await p.toArray()).toEqual(await q.toArray());
    });
  }

  it('waits for an asynchronous one', async () => {
    const p = leaf([2]);
    const optimizer = new SGD([p], { lr: 0.25 });
    const loss = optimizer.step(async () => {
      await Promise.resolve();
      return closureOf(optimizer, p)();
    });
    expect(await p.item()).toBe(2);
    expect(await (await loss).item()).toBe(4);
    expect(await p.item()).toBe(1);
  });

  it('gives what else the closure returns, and its error', () => {
    const optimizer = new SGD([leaf([2])]);
    expect(optimizer.step(() => 7)).toBe(7);
    expect(() => optimizer.step(() => { throw new Error('no loss'); })).toThrow('no loss');
  });
});

it('gradients that add up over parts of a batch make one step of the whole', async () => {
  const rows = [[1, -2], [3, 0.5], [0.25, 4], [-1, -1]];
  const after = await Promise.all([1, 2, 4].map(async (parts) => {
    const p = leaf([0.5, -0.25]);
    const optimizer = new Adam([p], { lr: 0.1 });
    for (let step = 0; step < 3; step++) {
      optimizer.zeroGrad();
      const size = rows.length / parts;
      for (let i = 0; i < rows.length; i += size) tensor(rows.slice(i, i + size), { dtype: 'float64' }).sub(p).square().sum(1).mean().div(parts).backward();
      optimizer.step();
    }
    return [...await p.data()];
  }));
  for (const found of after) found.forEach((value, i) => { expect(value).toBeCloseTo(after[0]![i]!, 12); });
});

describe('zeroGrad', () => {
  it('with setToNone: false leaves zeros, which momentum and decay still act on', async () => {
    const p = leaf([2]);
    const optimizer = new SGD([p], { lr: 1, weightDecay: 0.5 });
    p.grad = tensor([5], { dtype: 'float64' });
    optimizer.zeroGrad({ setToNone: false });
    expect(await p.grad.item()).toBe(0);
    optimizer.step();
    expect(await p.item()).toBe(1);
    optimizer.zeroGrad();
    expect(p.grad).toBeNull();
  });
});

describe("PyTorch's state dicts", () => {
  it('have steps as tensors, options that this has not, and no buffer where there is no momentum', async () => {
    const p = leaf([1, 2], 'float32');
    const optimizer = new Adam([p]);
    optimizer.loadStateDict({
      state: { 0: { step: tensor(3), exp_avg: tensor([0.5, 1], { dtype: 'float64' }), exp_avg_sq: tensor([0.25, 1]) }, 7: { step: 1 } },
      param_groups: [{ lr: 0.1, betas: [0.5, 0.75], eps: 0, weight_decay: 0, amsgrad: false, maximize: false, foreach: null, capturable: false, differentiable: false, fused: false, params: [0] }],
    });
    const { state } = optimizer.stateDict();
    expect(Object.keys(state)).toEqual(['0']);
    expect(state[0]!['step']).toBe(3);
    expect((state[0]!['exp_avg'] as Tensor).dtype).toBe('float32');
    p.grad = tensor([0, 0]);
    optimizer.step();
    const size = (m: number, v: number) => 0.1 / (1 - 0.5 ** 4) * m / Math.sqrt(v / (1 - 0.75 ** 4));
    expect((await p.data())[0]).toBeCloseTo(1 - size(0.25, 0.25 * 0.75), 6);

    const q = leaf([1]);
    const sgd = new SGD([q], { lr: 1 });
    sgd.loadStateDict({ state: { 0: { momentum_buffer: null } }, param_groups: [{ lr: 1, momentum: 0.5, dampening: 0.5, weight_decay: 0, nesterov: false, maximize: false, params: [0] }] });
    q.grad = tensor([1], { dtype: 'float64' });
    sgd.step();
    expect(await q.item()).toBe(0);
  });

  it('number parameters as they please', async () => {
    const [p, q] = [leaf([0]), leaf([0])];
    const optimizer = new SGD([p, q]);
    optimizer.loadStateDict({ state: { 5: { momentum_buffer: tensor([1]) }, 9: { momentum_buffer: tensor([2]) } }, param_groups: [{ lr: 1, momentum: 1, dampening: 0, weight_decay: 0, nesterov: false, maximize: false, params: [9, 5] }] });
    for (const parameter of [p, q]) parameter.grad = tensor([0], { dtype: 'float64' });
    optimizer.step();
    expect([await p.item(), await q.item()]).toEqual([-2, -1]);
  });

  it('of LBFGS hold tensors', async () => {
    const p = leaf([5, -3]);
    const optimizer = new LBFGS([p], { maxIter: 1 });
    const half = { dtype: 'float64' } as const;
    optimizer.loadStateDict({
      state: { 0: {
        func_evals: 1, n_iter: 1, d: tensor([-1, 1], half), t: tensor(0.5), old_dirs: [], old_stps: [], ro: [], H_diag: 1, prev_flat_grad: tensor([8, -8], half), prev_loss: 32, al: [null],
      } },
      param_groups: [{ lr: 1, max_iter: 1, max_eval: 1, tolerance_grad: 1e-7, tolerance_change: 1e-9, history_size: 100, line_search_fn: null, params: [0] }],
    });
    await optimizer.step(() => {
      optimizer.zeroGrad();
      const loss = p.square().sum();
      loss.backward();
      return loss;
    });
    // change [2, 2] times step [-0.5, 0.5] is 0: nothing is remembered, and the direction is down the gradient.
    expect(await p.toArray()).toEqual([-5, 3]);
  });
});

describe('wrong arguments', () => {
  const p = leaf([1]);
  const cases: readonly [string, () => unknown, string][] = [
    ['no list', () => new SGD(null as unknown as Tensor[]), 'SGD: the parameters are null. Pass several: model.parameters(), or [tensor].'],
    ['one tensor', () => new Adam(p as unknown as Tensor[]), 'Adam: the parameters are one tensor.'],
    ['options before parameters', () => new Adam(null as unknown as Tensor[], { betas: [1, 0] }), 'Adam: betas[0] is 1.'],
    ['no tensors', () => new SGD([3] as unknown as Tensor[]), 'SGD: a group has no params.'],
    ['a group without', () => new SGD([{ lr: 1 }] as unknown as Tensor[]), 'SGD: a group has no params. Give { params: [...] }, or tensors without groups.'],
    ['NaN', () => new SGD([p], { lr: NaN }), 'SGD: lr is NaN.'],
    ['another name', () => new SGD([p], { learningRate: 1 } as object), 'SGD: there is no option learningRate. There are lr, momentum, dampening, weightDecay, nesterov, maximize.'],
  ];
  for (const [name, make, message] of cases) it(`says so: ${name}`, () => { expect(make).toThrow(message); });

  it('what is undefined is as by default, and ways of computing the same are taken', () => {
    const options = { lr: undefined, weightDecay: undefined, foreach: true } as object;
    expect(new AdamW([p], options).paramGroups[0]).toMatchObject({ lr: 0.001, weightDecay: 0.01 });
    expect('foreach' in new AdamW([p], options).defaults).toBe(false);
    expect(new SGD([{ params: [p], lr: undefined } as object as { params: Tensor[] }], { lr: 0.5 }).paramGroups[0]!.lr).toBe(0.5);
  });

  it('groups can be printed, and what is remembered looked at', () => {
    const q = leaf(1);
    const optimizer = new Adam([q], { lr: 0.1 });
    expect(String(optimizer)).toBe('Adam (\nParameter Group 0\n    amsgrad: false\n    betas: 0.9,0.999\n    decoupledWeightDecay: false\n    eps: 1e-8\n    lr: 0.1\n    maximize: false\n    weightDecay: 0\n)');
    q.grad = tensor(1, { dtype: 'float64' });
    optimizer.step();
    expect(optimizer.state.get(q)).toMatchObject({ step: 1 });
  });

  it('infinity is a number from 0 on, and a group may be one tensor or empty', async () => {
    expect(new SGD([p], { lr: Infinity }).paramGroups[0]!.lr).toBe(Infinity);
    const q = leaf(1);
    const optimizer = new SGD([{ params: q }, { params: [] }], { lr: 1 });
    q.grad = tensor(1, { dtype: 'float64' });
    optimizer.step();
    expect(await q.item()).toBe(0);
  });
});
