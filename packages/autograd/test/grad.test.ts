import { describe, expect, it } from 'vitest';
import { checkpoint, customGradient, grad, noGrad, valueAndGrad } from '@nn/autograd';
import { defaultGenerator, manualSeed, ones, rand, tensor, type Tensor } from '@nn/tensor';

const leaf = (values: Parameters<typeof tensor>[0]) => tensor(values, { requiresGrad: true });

describe('grad', () => {
  it('gives gradients and changes no leaf', async () => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    const [dx, dw] = grad([x.mul(w).sum()], [x, w]) as [Tensor, Tensor];
    expect([await dx.toArray(), await dw.toArray(), x.grad, w.grad]).toEqual([[3, 4], [1, 2], null, null]);
  });
  it('of inputs that are results', async () => {
    const y = leaf([1, 2]).exp().detach();
    y.requiresGrad = true;
    const z = y.mul(3);
    expect(await grad([z.square().sum()], [z])[0]!.toArray()).toEqual(await z.mul(2).toArray());
  });
  it('does not go behind its inputs', () => {
    const x = leaf([2]);
    const y = x.exp();
    let seen = 0;
    x.registerHook(() => { seen++; });
    grad([y.square()], [y]);
    expect(seen).toBe(0);
  });
  it('sums over outputs, with gradients of theirs', async () => {
    const x = leaf([1, 2]);
    expect(await grad([x.square(), x.sum()], [x], { gradOutputs: [tensor([1, 10]), tensor(100)] })[0]!.toArray()).toEqual([102, 140]);
  });
  it('of the third order', async () => {
    const x = leaf([2]);
    let y = x.pow(4);
    for (let order = 0; order < 3; order++) y = grad([y], [x], { createGraph: true })[0]!;
    expect(await y.toArray()).toEqual([48]);
  });
  it('as part of a loss: a penalty on the gradient', async () => {
    const w = leaf([0.5, -1]);
    const x = leaf([[1, 2]]);
    const [slope] = grad([x.mul(w).sum().tanh()], [x], { createGraph: true });
    slope!.square().sum().backward();
    const t = Math.tanh(-1.5);
    // slope = w (1 - t^2), d(1 - t^2)/dw = -2 t (1 - t^2) x
    const [a, b] = [0.5, -1];
    const s = 1 - t * t;
    const common = (a * a + b * b) * 2 * s * -2 * t * s;
    const found = await w.grad!.data();
    expect(found[0]).toBeCloseTo(2 * a * s * s + common * 1, 5);
    expect(found[1]).toBeCloseTo(2 * b * s * s + common * 2, 5);
  });
  it('wants inputs that matter', () => {
    const [x, y] = [leaf([1]), leaf([1])];
    expect(() => grad([x.exp()], [y])).toThrow('grad: the outputs do not depend on input 0. Pass { allowUnused: true } to get null.');
    expect(grad([x.exp()], [y, x], { allowUnused: true })[0]).toBeNull();
    expect(() => grad([x.exp()], [ones([1])])).toThrow('grad: input 0 is not part of a graph. Set requiresGrad on it first.');
    expect(() => grad([ones([1])], [x])).toThrow('grad: nothing was recorded for this [1] tensor');
  });
});

describe('valueAndGrad', () => {
  it('gives both', async () => {
    const [value, [dx, dy]] = valueAndGrad((x: Tensor, y: Tensor) => x.mul(y).sum())(tensor([1, 2]), tensor([3, 4])) as [Tensor, [Tensor, Tensor]];
    expect([await value.item(), await dx.toArray(), await dy.toArray(), value.requiresGrad]).toEqual([11, [3, 4], [1, 2], false]);
  });
  it('gives zeros where an input is not used, and works inside noGrad', async () => {
    const [, [, dy]] = noGrad(() => valueAndGrad((x) => x.sum())(tensor([1, 2]), tensor([[3]])));
    expect(await dy!.toArray()).toEqual([[0]]);
  });
});

describe('customGradient', () => {
  it('replaces the gradient', async () => {
    const through = customGradient({ forward: (x) => x.round(), backward: ([g]) => [g], saves: { inputs: false, outputs: false } });
    const x = leaf([0.4, 1.6]);
    const y = through(x);
    y.mul(3).sum().backward();
    expect([await y.toArray(), await x.grad!.toArray()]).toEqual([[0, 2], [3, 3]]);
  });
  it('of several inputs and outputs', async () => {
    const both = customGradient({
      forward: (x, y) => [x.add(y), x.mul(y)],
      backward: ([sum, product], [x, y]) => [product!.mul(y!).add(sum ?? 0), product!.mul(x!).add(sum ?? 0)],
    });
    const [x, y] = [leaf([2]), leaf([5])];
    const [, product] = both(x, y) as readonly Tensor[];
    product!.backward();
    expect([await x.grad!.toArray(), await y.grad!.toArray()]).toEqual([[5], [2]]);
  });
  it('may hand its input through', async () => {
    const reversed = customGradient({ forward: (x) => x, backward: ([g]) => [g!.neg()] });
    const x = leaf([1, 2]);
    reversed(x).sum().backward();
    expect(await x.grad!.toArray()).toEqual([-1, -1]);
  });
  it('without a gradient for an input', () => {
    const first = customGradient({ forward: (x, y) => x.mul(y), backward: ([g], [, y]) => [g!.mul(y!), undefined] });
    const [x, y] = [leaf([1]), leaf([2])];
    first(x, y).backward();
    expect([x.grad === null, y.grad]).toEqual([false, null]);
  });
});

describe('checkpoint', () => {
  const layer = (w: Tensor) => (x: Tensor) => x.matmul(w).relu().mul(rand([2, 3]).lt(0.5).float());
  it('gives the same gradients, with the same random numbers', async () => {
    const results: unknown[] = [];
    for (const again of [false, true]) {
      manualSeed(3);
      const [x, w] = [leaf([[1, -2], [3, 4]]), leaf([[1, 2, 3], [-1, 0.5, 2]])];
      const y = again ? checkpoint(layer(w), x) : layer(w)(x);
      const after = defaultGenerator.state.counter;
      y.square().sum().backward();
      results.push([await y.toArray(), await x.grad!.toArray(), await w.grad!.toArray(), after, defaultGenerator.state.counter]);
    }
    expect(results[1]).toEqual(results[0]);
  });
  it('keeps less', () => {
    const live = (again: boolean) => {
      const x = ones([100, 100]);
      x.requiresGrad = true;
      const before = x.device.memory().bytes;
      const body = (y: Tensor) => { let z = y; for (let i = 0; i < 10; i++) z = z.sin(); return z; };
      const y = again ? checkpoint(body, x) : body(x);
      const bytes = x.device.memory().bytes - before;
      y.sum().backward();
      return bytes / 40_000;
    };
    expect(live(true)).toBe(1);
    expect(live(false)).toBe(10);
  });
});
