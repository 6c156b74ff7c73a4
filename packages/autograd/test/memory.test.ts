/** What a graph holds, and when it lets go: counted in live bytes, without a garbage collector. */
import { describe, expect, it } from 'vitest';
import '@nn/autograd';
import { complete, fuse, Generator, linear, ones, randn, ReferenceBackend, reference, type Scalar, scope, tensor, type Tensor } from '@nn/tensor';

const KILO = 4 * 256; // bytes of a [256] tensor
const fresh = () => {
  const device = reference();
  const x = ones([256], { device, requiresGrad: true });
  return { device, x, live: () => device.memory().bytes / KILO };
};

describe('a graph', () => {
  it('of 20,000 steps needs no stack', async () => {
    const x = tensor([1], { requiresGrad: true });
    let y = x.mul(1);
    for (let i = 0; i < 20_000; i++) y = y.add(1e-3);
    y.backward();
    expect(await x.grad!.toArray()).toEqual([1]);
  });
  it('of 20,000 steps that is dropped without a backward needs none either', () => {
    const { x } = fresh();
    let y = x.at(0);
    for (let i = 0; i < 20_000; i++) {
      const next = y.exp();
      y.release();
      y = next;
    }
    y.release();
    expect(x.device.memory().bytes).toBe(KILO);
  });
  it('keeps only what the derivative mentions', () => {
    const { x, live } = fresh();
    scope(() => {
      const y = scope(() => x.add(1).mul(2).sub(3).neg());
      expect(live()).toBe(2);
      const z = scope(() => y.sigmoid().tanh());
      // Of sigmoid and tanh the outputs are kept; z is the second of them.
      expect(live()).toBe(4);
      void z;
    });
  });
  it('lets go of interior values at backward, of gradients as they are consumed', () => {
    const { device, x, live } = fresh();
    const y = scope(() => { let z = x; for (let i = 0; i < 10; i++) z = z.sin(); return z; });
    const result = scope(() => y.sum());
    expect(live()).toBeCloseTo(11, 1);
    device.resetPeak();
    result.backward();
    // Freed with the graph: all but x, y (held here), the result and x.grad.
    expect(live()).toBeCloseTo(3, 1);
    // At no time more than a few gradients at once.
    expect(device.memory().peakBytes / KILO).toBeLessThan(11 + 4);
  });
  it('holds nothing without a gradient', () => {
    const { device, live } = fresh();
    const x = ones([256], { device });
    const y = scope(() => x.exp().sin().sigmoid());
    expect(live()).toBe(3);
    y.release();
    expect(live()).toBe(2);
  });
  it('is freed when its results are, without a backward', () => {
    const { x, live } = fresh();
    const y = scope(() => x.exp().sin().sum());
    expect(live()).toBeGreaterThan(2);
    y.release();
    expect(live()).toBe(1);
  });
});

describe('a plain loop that awaits', () => {
  it('lets gradients go that were looked at', async () => {
    const backend = new ReferenceBackend();
    const device = complete(Object.assign(backend, { limits: { ...backend.limits, memoryBytes: 4 * 2 ** 20 } }));
    const x = ones([64, 256], { device, requiresGrad: true }); // a gradient of 64 KiB
    for (let step = 0; step < 100; step++) {
      x.grad = null;
      x.square().sum().backward();
      await x.grad!.at(0, 0).item();
    }
    expect(device.memory().peakBytes).toBeLessThan(4 * 2 ** 20);
  });
});

describe('a plain loop, no scope, nothing awaited', () => {
  it('XOR, 2,000 steps: only what the variables of the loop held stays', async () => {
    const device = reference();
    const generator = new Generator(1);
    const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]], { device });
    const target = tensor([[0], [1], [1], [0]], { device });
    const parameters = [randn([8, 2], { device, generator }), randn([8], { device, generator }), randn([1, 8], { device, generator }), randn([1], { device, generator })];
    for (const parameter of parameters) parameter.requiresGrad = true;
    const [w1, b1, w2, b2] = parameters as [Tensor, Tensor, Tensor, Tensor];
    const descend = fuse((p: Scalar, g: Scalar, rate: Scalar) => p.sub(g.mul(rate)));
    const forward = () => scope(() => linear(linear(x, w1, b1, 'tanh'), w2, b2, 'sigmoid'));
    const before = device.memory();
    for (let step = 0; step < 2000; step++) {
      const outputs = forward();
      const loss = scope(() => outputs.sub(target).square().mean());
      for (const parameter of parameters) parameter.grad = null;
      loss.backward();
      for (const parameter of parameters) scope(() => { descend.into([parameter], parameter, parameter.grad!, 1); });
    }
    const kept = device.memory();
    // outputs (4), loss (1) and the gradients that were handed out (33) of each step wait for the collector.
    expect((kept.bytes - before.bytes) / 2000).toBeLessThanOrEqual(4 * (4 + 1 + 33));
    const results = await forward().data();
    expect([...results].map(Math.round)).toEqual([0, 1, 1, 0]);
  });
  it('ends at the ceiling with the error that names scope', () => {
    const backend = new ReferenceBackend();
    const device = complete(Object.assign(backend, { limits: { ...backend.limits, memoryBytes: 100 * KILO } }));
    const x = ones([256], { device, requiresGrad: true });
    expect(() => { let sum = x; for (let i = 0; i < 1000; i++) sum = sum.exp().sin(); }).toThrow(/wrap the step in scope/);
  });
});
