/** What a training step asks of the CPU, counted: operations, storages and kernels. More of any is more JavaScript in every step. */
import { describe, expect, it } from 'vitest';
import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { CrossEntropyLoss, Linear, Module, relu } from '@nn/layers';
import { RMSprop } from '@nn/optim';
import { type Device, manualSeed, profile, rand, randint, setDefaultDevice, type Tensor } from '@nn/tensor';

class Net extends Module {
  fc1 = new Linear(784, 512);
  fc2 = new Linear(512, 512);
  fc3 = new Linear(512, 10);
  forward(x: Tensor): Tensor { return this.fc3.forward(relu(this.fc2.forward(relu(this.fc1.forward(x))))); }
}

/** The lecture's step, after its kernels have been compiled. */
async function lecture(device: Device): Promise<() => Tensor> {
  setDefaultDevice(device);
  manualSeed(0);
  const model = new Net();
  const criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
  const optimizer = new RMSprop(model.parameters(), { lr: 0.001 });
  const [inputs, labels] = [rand([32, 784]), randint(0, 10, [32])];
  const step = (): Tensor => {
    const loss = criterion.forward(model.forward(inputs), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  };
  for (let i = 0; i < 10; i++) await step().item();
  return step;
}

describe('the lecture\'s step', () => {
  it('is so many operations on so many storages, no more at any step, and compiles nothing', async () => {
    const device = await cpu({ threads: 1 });
    const step = await lecture(device);
    const backend = device.backend as unknown as { kernels: number; allocate(...args: unknown[]): unknown; free(...args: unknown[]): void };
    const { allocate, free } = backend;
    const count = { allocated: 0, freed: 0 };
    backend.allocate = (...args) => {
      count.allocated++;
      return allocate.apply(backend, args);
    };
    backend.free = (...args) => {
      count.freed++;
      free.apply(backend, args);
    };
    const { kernels } = backend;
    const { operations } = await profile(() => { step().release(); });
    const calls = (beginning = ''): number => operations.filter(({ name }) => name.startsWith(beginning)).reduce((sum, each) => sum + each.calls, 0);
    // 3 forwards, 3 for weights, 2 for hidden values.
    expect(calls('matmul')).toBe(8);
    expect(calls()).toBeLessThanOrEqual(23);
    expect(count.allocated).toBeLessThanOrEqual(30);
    // The outputs wait for the garbage collector, as everything that a program holds may.
    expect(count.freed).toBe(count.allocated - 1);
    const first = { ...count };
    for (let i = 0; i < 20; i++) step().release();
    expect(count).toEqual({ allocated: 21 * first.allocated, freed: 21 * first.freed });
    expect(backend.kernels).toBe(kernels);
    await device.destroy();
  });

  it('is profiled with threads waited for after each operation, so that none has the time of those before it', async () => {
    const device = await cpu({ threads: 2 });
    const step = await lecture(device);
    const { backend } = device;
    const finish = backend.finish!.bind(backend);
    let waits = 0;
    backend.finish = () => {
      waits++;
      finish();
    };
    const { operations } = await profile(() => step().item());
    expect(waits).toBe(2 * operations.reduce((sum, { calls }) => sum + calls, 0));
    await device.destroy();
  });
});
