/** The lecture's eight optimizers and its sweep of rates on Beale's function, in float64: the last of 100 points, each taken before its update. */
import { type Tensor, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { Adagrad, Adam, CyclicLR, ExponentialLR, type Optimizer, RMSprop, SGD } from '../src/index.ts';
import { beale } from '../../../tooling/reference/beale.ts';

const variant = 'keras';
const runs: readonly [name: string, optimizer: (p: Tensor) => Optimizer<{ lr?: number }, object>, x: number, y: number, loss: number, schedule?: (optimizer: Optimizer<{ lr?: number }, object>) => { step(): void }][] = [
  ['sgd', (p) => new SGD([p], { lr: 0.01, variant }), 2.4366, 0.3201, 0.1005],
  ['sgd_decay', (p) => new SGD([p], { lr: 0.02, variant }), 2.6752, 0.4065, 0.02474, (optimizer) => new ExponentialLR(optimizer, 0.96 ** (1 / 100))],
  ['momentum', (p) => new SGD([p], { lr: 0.005, momentum: 0.9, variant }), 3.2596, 0.5534, 0.00884],
  ['nesterov', (p) => new SGD([p], { lr: 0.005, momentum: 0.9, nesterov: true, variant }), 3.1813, 0.5419, 0.00433],
  ['adagrad', (p) => new Adagrad([p], { lr: 0.4, variant }), 2.2523, 0.2303, 0.2285],
  ['rmsprop', (p) => new RMSprop([p], { lr: 0.1, variant }), 2.8982, 0.4727, 0.00188],
  ['adam', (p) => new Adam([p], { lr: 0.2, betas: [0.9, 0.999], eps: 1e-8, variant }), 2.8036, 0.4500, 0.00787],
  ['sgd_cyclic', (p) => new SGD([p], { lr: 1, variant }), 2.9060, 0.4755, 0.00157, (optimizer) => new CyclicLR(optimizer, 1e-4, 0.1, { stepSizeUp: 100, cycleMomentum: false })],
];

const start = () => tensor([0.8, 1.6], { dtype: 'float64', requiresGrad: true });

function walk(p: Tensor, optimizer: Optimizer<{ lr?: number }, object>, updates: number, schedule?: { step(): void }): void {
  for (let i = 0; i < updates; i++) {
    optimizer.zeroGrad();
    beale(p).backward();
    optimizer.step();
    schedule?.step();
  }
}

describe('the eight optimizers', () => {
  for (const [name, make, x, y, loss, schedule] of runs) {
    it(`${name} ends at (${x}, ${y})`, async () => {
      const p = start();
      const optimizer = make(p);
      walk(p, optimizer, 99, schedule?.(optimizer));
      const found = await p.data();
      // RMSprop's path multiplies rounding errors: a start that is off by 1e-16 ends off by 0.003.
      const within = name === 'rmsprop' ? 5e-3 : 6e-5;
      expect(Math.abs(found[0]! - x)).toBeLessThan(within);
      expect(Math.abs(found[1]! - y)).toBeLessThan(within);
      expect(Math.abs(await beale(p).item() / loss - 1)).toBeLessThan(name === 'rmsprop' ? 0.15 : 5e-3);
    });
  }
});

describe('the sweep of rates', () => {
  for (const [lr, loss] of [[0.005, 0.3698], [0.01, 0.1005], [0.015, 0.0438], [0.02, 0.0236], [0.025, 0.0145], [0.03, 0.00919], [0.035, 0.00488]] as const) {
    it(`${lr}`, async () => {
      const p = start();
      walk(p, new SGD([p], { lr }), 99);
      expect(await beale(p).item() / loss).toBeCloseTo(1, 2);
    });
  }

  for (const lr of [0.04, 0.045]) {
    it(`${lr} overflows within 6 steps`, async () => {
      const p = start();
      walk(p, new SGD([p], { lr }), 7);
      expect([...await p.data()].every(Number.isFinite)).toBe(false);
    });
  }
});

it("a buffer that contains the rate keeps its speed when the rate changes, PyTorch's does not", async () => {
  const speeds = ['torch', 'keras'] as const;
  const found = await Promise.all(speeds.map(async (name) => {
    const p = tensor([0], { dtype: 'float64', requiresGrad: true });
    const optimizer = new SGD([p], { lr: 1, momentum: 0.5, variant: name });
    for (const [lr, gradient] of [[1, 1], [0.1, 0]] as const) {
      optimizer.paramGroups[0]!.lr = lr;
      optimizer.zeroGrad();
      p.mul(gradient).sum().backward();
      optimizer.step();
    }
    return p.item();
  }));
  expect(found[0]).toBeCloseTo(-1.05, 12);
  expect(found[1]).toBeCloseTo(-1.5, 12);
});
