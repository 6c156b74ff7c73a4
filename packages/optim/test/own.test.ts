/** An activation and an optimizer of one's own, on every device that the list has. */
import { Linear, MSELoss, Module } from '@nn/layers';
import { type Device, fuse, Generator, rand, reference, type Scalar, scope, type Tensor, zerosLike } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import { Optimizer } from '../src/index.ts';

/** An activation is one line. */
const softsign = fuse((x: Scalar) => x.div(x.abs().add(1)));

/** An optimizer is five. */
const signStep = fuse((p: Scalar, gradient: Scalar, lr: Scalar) => [p.sub(gradient.sign().mul(lr))]);
class SignSGD extends Optimizer<{ lr: number }> {
  protected update(p: Tensor, gradient: Tensor, { lr }: { lr: number }): void { signStep.into([p], p, gradient, lr); }
}

/** The same in plain tensor operations, with a memory. */
class Plain extends Optimizer<{ lr: number }, { velocity: Tensor; last: Tensor }> {
  protected update(p: Tensor, gradient: Tensor, { lr }: { lr: number }, state: { velocity?: Tensor; last?: Tensor }): void {
    state.velocity = (state.velocity ?? zerosLike(p)).mul(0.9).add(gradient);
    state.last = gradient;
    p.assign(p.sub(state.velocity.mul(lr)));
  }
}

class Net extends Module {
  readonly fc1: Linear;
  readonly fc2: Linear;
  constructor(device: Device) {
    super();
    const options = { device, generator: new Generator(0) };
    this.fc1 = new Linear(3, 8, options);
    this.fc2 = new Linear(8, 1, options);
  }
  forward(x: Tensor): Tensor { return this.fc2.forward(softsign(this.fc1.forward(x))); }
}

const devices: readonly (() => Device | Promise<Device>)[] = [reference];

for (const open of devices) {
  const device = await open();
  describe(`on ${device.name}`, () => {
    const inputs = rand([16, 3], { device, generator: new Generator(1) });
    const targets = inputs.sum(1, { keepDim: true });
    const criterion = new MSELoss();

    const train = async (make: (net: Net) => Optimizer<{ lr: number }, object>, steps: number) => {
      const net = new Net(device);
      const optimizer = make(net);
      const losses: number[] = [];
      for (let step = 0; step < steps; step++) {
        const loss = scope(() => {
          const result = criterion.forward(net.forward(inputs), targets);
          optimizer.zeroGrad();
          result.backward();
          optimizer.step();
          return result;
        });
        losses.push(await loss.item());
        loss.release();
      }
      return losses;
    };

    it('they train', async () => {
      const losses = await train((net) => new SignSGD(net.parameters(), { lr: 0.005 }), 60);
      expect(losses.at(-1)).toBeLessThan(losses[0]! / 10);
    });

    it('a memory stays, and what it replaces is freed', async () => {
      const before = device.memory().storages;
      const losses = await train((net) => new Plain(net.parameters(), { lr: 0.02 }), 60);
      expect(losses.at(-1)).toBeLessThan(losses[0]! / 10);
      // 4 parameters, each with a gradient, a velocity and a last gradient.
      expect(device.memory().storages - before).toBeLessThanOrEqual(16);
    });

    it('changing numbers compile nothing', async () => {
      const net = new Net(device);
      const optimizer = new SignSGD(net.parameters(), { lr: 0.1 });
      const kernels = new Set<string>();
      const { map } = device.backend;
      device.backend.map = (f, ...rest) => {
        kernels.add(f.key);
        map.call(device.backend, f, ...rest);
      };
      scope(() => { criterion.forward(net.forward(inputs), targets).backward(); });
      kernels.clear();
      for (let i = 1; i <= 10_000 / net.parameters().length; i++) {
        optimizer.paramGroups[0]!.lr = 1e-6 / i;
        optimizer.step();
      }
      device.backend.map = map;
      expect(kernels.size).toBe(1);
    });
  });
}
