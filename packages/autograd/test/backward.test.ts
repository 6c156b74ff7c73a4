import { describe, expect, it } from 'vitest';
import { enableGrad, isRecording, noGrad } from '@nn/autograd';
import { fuse, ones, type Scalar, scope, tensor, type Tensor, zeros } from '@nn/tensor';
import { handle } from '@nn/tensor/trace';

const leaf = (values: Parameters<typeof tensor>[0]) => tensor(values, { requiresGrad: true });

describe('backward', () => {
  it('accumulates in the leaves', async () => {
    const x = leaf([[1, 2], [3, 4]]);
    expect(x.grad).toBeNull();
    x.mul(x).sum().backward();
    expect(await x.grad!.toArray()).toEqual([[2, 4], [6, 8]]);
    x.sum().backward();
    expect(await x.grad!.toArray()).toEqual([[3, 5], [7, 9]]);
    x.grad = null;
    x.sum().backward();
    expect(await x.grad!.toArray()).toEqual([[1, 1], [1, 1]]);
  });
  it('a gradient that somebody holds does not change under his hands', async () => {
    const x = leaf([1, 2]);
    x.sum().backward();
    const held = x.grad!;
    x.sum().backward();
    expect(await held.toArray()).toEqual([1, 1]);
    expect(await x.grad!.toArray()).toEqual([2, 2]);
  });
  it('adds up over all paths', async () => {
    const x = leaf([2]);
    const y = x.mul(3);
    y.mul(y).add(y).add(x).backward();
    expect(await x.grad!.toArray()).toEqual([2 * 6 * 3 + 3 + 1]);
  });
  it('takes the gradient of what is not a scalar', async () => {
    const x = leaf([1, 2, 3]);
    x.square().backward(tensor([1, 0, -1]));
    expect(await x.grad!.toArray()).toEqual([2, 0, -6]);
  });
  it('of a leaf itself', async () => {
    const x = leaf(3);
    x.backward();
    expect(await x.grad!.item()).toBe(1);
  });
  it('gradients have the shape and dtype of their leaf', async () => {
    const [x, y] = [leaf([[1], [2]]), tensor([1, 2, 3], { dtype: 'float64', requiresGrad: true })];
    x.mul(y).sum().backward();
    expect([x.grad!.shape, x.grad!.dtype, y.grad!.shape, y.grad!.dtype]).toEqual([[2, 1], 'float32', [3], 'float64']);
    expect(await x.grad!.toArray()).toEqual([[6], [6]]);
  });
  it('leaves apart what no gradient reaches', () => {
    const [x, y, z] = [leaf([1]), leaf([1]), tensor([1])];
    x.mul(y.detach()).add(z).add(y.floor()).sum().backward();
    expect([x.grad !== null, y.grad, z.grad]).toEqual([true, null, null]);
  });
  it('passes through results that require gradients, only leaves keep them', () => {
    const x = leaf([1]);
    const y = x.mul(2);
    y.sum().backward();
    expect([x.isLeaf, y.isLeaf, y.requiresGrad, y.grad]).toEqual([true, false, true, null]);
  });
  it('a gradient can be set', async () => {
    const x = leaf([1, 2]);
    x.grad = tensor([5, 5]);
    x.sum().backward();
    expect(await x.grad.toArray()).toEqual([6, 6]);
    expect(() => { x.grad = ones([3]); }).toThrow('grad: [3] for a tensor of [2]');
  });
  it('gradients outlive the scope that they were made in', async () => {
    const [x, y] = [leaf([1, 2]), leaf([3, 4])];
    scope(() => {
      x.mul(y).sum().backward();
      void y.grad;
    });
    expect([await x.grad!.toArray(), await y.grad!.toArray()]).toEqual([[3, 4], [1, 2]]);
  });
  it('the gradient may be overwritten without changing another leaf', async () => {
    const [x, y] = [leaf([1, 2]), leaf([3, 4])];
    x.add(y).sum().backward();
    x.grad!.assign(zeros([2]));
    expect(await y.grad!.toArray()).toEqual([1, 1]);
  });
  it('of several results of one function, some unused', async () => {
    const split = fuse((x: Scalar) => [x.mul(2), x.exp(), x.square()]);
    const x = leaf([1, 2]);
    split(x)[2].sum().backward();
    expect(await x.grad!.toArray()).toEqual([2, 4]);
  });
});

describe('a fused function of sixty tensors', () => {
  it('has the gradients of those that take one, whichever they are', async () => {
    const weighted = fuse((...xs: Scalar[]) => xs.map((x, i) => x.mul(i + 1)).reduce((sum, x) => sum.add(x)));
    for (const takes of [(i: number) => i % 7 === 0, (i: number) => i > 52, () => true]) {
      const xs = Array.from({ length: 60 }, (_, i) => tensor([i], { requiresGrad: takes(i) }));
      weighted(...xs).backward();
      const gradients = await Promise.all(xs.map(async ({ grad }) => (grad ? grad.item() : 0)));
      expect(gradients).toEqual(xs.map((_, i) => (takes(i) ? i + 1 : 0)));
    }
  });
  it('tells dtypes apart at the end of a long list', async () => {
    const sum = fuse((...xs: Scalar[]) => xs.reduce((a, b) => a.add(b)));
    const ones = (last: 'int32' | 'float32') => Array.from({ length: 20 }, (_, i) => tensor([1], { dtype: i < 19 ? 'int32' : last }));
    expect([sum(...ones('int32')), sum(...ones('float32')), sum(...ones('int32'))].map(({ dtype }) => dtype)).toEqual(['int32', 'float32', 'int32']);
    expect(await sum(...ones('float32')).item()).toBe(20);
  });
});

describe('the graph', () => {
  it('is dropped, so that a second backward throws', () => {
    const y = leaf([2]).square();
    y.backward();
    expect(() => y.backward()).toThrow('backward: the graph was dropped by an earlier backward(). Pass { retainGraph: true } to that call, or compute the result again.');
  });
  it('stays with retainGraph', async () => {
    const x = leaf([2]);
    const y = x.square();
    y.backward(undefined, { retainGraph: true });
    y.backward();
    expect(await x.grad!.toArray()).toEqual([8]);
  });
  it('is no longer held by a result that lives on', () => {
    const y = leaf([2]).exp();
    const z = y.square();
    z.backward();
    for (const result of [y, z]) expect(result[handle].node).toMatchObject({ dropped: true, edges: [], layouts: [] });
  });
  it('shared by two results is dropped by the first', () => {
    const y = leaf([2]).exp();
    y.mul(2).backward();
    expect(() => y.mul(3).backward()).toThrow(/dropped/);
  });
  it('can be differentiated again with createGraph', async () => {
    const x = leaf([2]);
    x.pow(3).backward(undefined, { createGraph: true });
    const first = x.grad!;
    expect(first.requiresGrad).toBe(true);
    x.grad = null;
    first.backward();
    expect(await x.grad!.toArray()).toEqual([12]);
  });
  it('notices that a saved value was overwritten', () => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    const y = x.mul(w).sum();
    w.assign(ones([2]));
    expect(() => y.backward()).toThrow('backward: a value saved for mul was overwritten (version 1, saved 0). Call backward() before optimizer.step() or assign().');
  });
  it('does not mind overwriting what is not saved', async () => {
    const x = leaf([1, 2]);
    const y = x.add(1).sum();
    x.assign(zeros([2]));
    y.backward();
    expect(await x.grad!.toArray()).toEqual([1, 1]);
  });
  it('keeps saved values of tensors that were released', async () => {
    const x = leaf([1, 2]);
    const e = x.exp();
    const y = e.mul(e).sum();
    e.release();
    y.backward();
    expect((await x.grad!.data())[0]).toBeCloseTo(2 * Math.exp(2), 4);
  });
  it('notices versions through views', () => {
    const base = ones([2, 2]);
    const x = leaf([[1, 2], [3, 4]]);
    const y = x.mul(base.T).sum();
    base.assign(zeros([2, 2]));
    expect(() => y.backward()).toThrow(/overwritten/);
  });
});

describe('mistakes', () => {
  it.each<[string, () => void]>([
    ['backward: nothing was recorded for this [] tensor. Begin with a tensor made with { requiresGrad: true } or a layer, outside of noGrad().', () => ones([2]).sum().backward()],
    ['backward: a tensor of [2] is not a scalar. Reduce it first, e.g. .sum() or .mean(), or pass its gradient.', () => leaf([1, 2]).exp().backward()],
    ['backward: the gradient is [3], the tensor [2]. Their shapes must be equal.', () => leaf([1, 2]).exp().backward(ones([3]))],
    ['grad: only leaves that require gradients have one. Set requiresGrad first.', () => { ones([2]).grad = ones([2]); }],
    ['registerHook: this tensor has no gradient. Set requiresGrad, or compute it from tensors that have it.', () => ones([2]).registerHook(() => undefined)],
  ])('%s', (text, mistake) => {
    expect(mistake).toThrow(text);
  });
});

describe('hooks', () => {
  it('see and change gradients of leaves and results', async () => {
    const x = leaf([1, 2]);
    const seen: Promise<unknown>[] = [];
    const y = x.mul(2);
    y.registerHook((gradient) => { seen.push(gradient.toArray()); return gradient.mul(10); });
    x.registerHook((gradient) => { seen.push(gradient.toArray()); });
    y.square().sum().backward();
    expect(await Promise.all(seen)).toEqual([[4, 8], [80, 160]]);
    expect(await x.grad!.toArray()).toEqual([80, 160]);
  });
  it('are called once, with the whole gradient', () => {
    const x = leaf([1]);
    let calls = 0;
    const y = x.exp();
    y.registerHook(() => { calls++; });
    y.mul(y).add(y).sum().backward();
    expect(calls).toBe(1);
  });
  it('can be removed', async () => {
    const x = leaf([1]);
    const remove = x.registerHook((gradient) => gradient.mul(5));
    x.sum().backward();
    remove();
    x.sum().backward();
    expect(await x.grad!.toArray()).toEqual([6]);
  });
  it('may keep what they see', async () => {
    const x = leaf([1, 2]);
    let kept: Tensor | undefined;
    const y = x.square();
    y.registerHook((gradient) => { kept = gradient.clone(); });
    y.sum().backward();
    expect(() => kept!.exp()).toThrow(/released by backward\(\)/);
  });
});

describe('noGrad', () => {
  it('records nothing inside, also where it throws', () => {
    const x = leaf([1]);
    expect(noGrad(() => [isRecording(), x.exp().requiresGrad])).toEqual([false, false]);
    expect(() => noGrad(() => { throw new Error('mine'); })).toThrow('mine');
    expect(isRecording()).toBe(true);
    expect(x.exp().requiresGrad).toBe(true);
  });
  it('enableGrad records inside of it', () => {
    const x = leaf([1]);
    expect(noGrad(() => [enableGrad(() => x.exp().requiresGrad), x.exp().requiresGrad])).toEqual([true, false]);
  });
  it('refuses a body that awaits', () => {
    expect(() => noGrad(async () => { await Promise.resolve(); })).toThrow('noGrad: the callback returned a promise. Its extent is synchronous: await outside of it.');
    expect(() => enableGrad(() => Promise.reject(new Error('later')))).toThrow('enableGrad: the callback returned a promise');
    expect(isRecording()).toBe(true);
  });
});
