import { describe, expect, it } from 'vitest';
import '@nn/autograd';
import { DataLoader, digits, trainTestSplit } from '@nn/data';
import { CrossEntropyLoss, Dropout, Linear, Module, ReLU, Sequential } from '@nn/layers';
import { Accuracy } from '@nn/metrics';
import { Optimizer, RMSprop } from '@nn/optim';
import { type Device, type Elementwise, fuse, Generator, manualSeed, rand, randint, randn, reference, type Scalar, setDefaultDevice, type Tensor, tensor, zerosLike } from '@nn/tensor';
import { engines, open } from './engines.ts';

/** Largest difference, relative to the larger values. */
async function distance(a: Tensor, b: Tensor): Promise<number> {
  const [x, y] = [await a.data(), await b.data()];
  const scale = Math.max(...y.map(Math.abs), 1e-6);
  return Math.max(...x.map((value, i) => Math.abs(value - y[i]!))) / scale;
}

/** One step; everything that it changes or finds. */
async function step(device: Device): Promise<Tensor[]> {
  setDefaultDevice(device);
  manualSeed(3);
  const model = new Sequential(new Linear(12, 24), new ReLU(), new Dropout(0.4), new Linear(24, 5));
  const optimizer = new RMSprop(model.parameters(), { lr: 0.01, momentum: 0.9 });
  const inputs = randn([16, 12]);
  const labels = randint(0, 5, [16]);
  const loss = new CrossEntropyLoss({ labelSmoothing: 0.01 }).forward(model.forward(inputs), labels);
  loss.backward();
  const gradients = [...model.parameters()].map((parameter) => parameter.grad!.clone());
  optimizer.step();
  return [loss, ...gradients, ...model.parameters()];
}

/** A strided, padded, dilated convolution by views: windows, then one product. No rule of its own. */
function convolve(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const [out, channels, height, width] = weight.shape as [number, number, number, number];
  const windows = x.pad([1, 1, 1, 1]).unfold(2, height, 2, { dilation: 2 }).unfold(3, width, 2);
  const [n, , rows, columns] = windows.shape as [number, number, number, number];
  const patches = windows.permute(0, 2, 3, 1, 4, 5).reshape(n * rows * columns, channels * height * width);
  return patches.matmul(weight.reshape(out, -1).T).add(bias).reshape(n, rows, columns, out).permute(0, 3, 1, 2);
}

async function convolution(device: Device): Promise<Tensor[]> {
  const generator = new Generator(5);
  const leaves = [[2, 3, 9, 8], [4, 3, 3, 3], [4]].map((shape) => randn(shape, { device, generator, requiresGrad: true }));
  const [x, weight, bias] = leaves as [Tensor, Tensor, Tensor];
  const y = convolve(x, weight, bias);
  y.mul(rand(y.shape, { device, generator })).sum().backward();
  return [y, ...leaves.map((leaf) => leaf.grad!)];
}

/** A user's activation: one line. */
const mish = <T extends Elementwise<T>>(x: T): T => x.mul(x.exp().log1p().tanh());
const fusedMish = fuse(mish);
class Mish extends Module { forward(x: Tensor): Tensor { return fusedMish(x); } }

/** A user's optimizer: sign descent with momentum. */
const signed = fuse((p: Scalar, g: Scalar, m: Scalar, lr: Scalar) => {
  const next = m.mul(0.9).add(g.mul(0.1));
  return [p.sub(next.sign().mul(lr)), next];
});
class SignDescent extends Optimizer<{ lr: number }, { mean: Tensor }> {
  protected update(p: Tensor, g: Tensor, { lr }: { lr: number }, state: { mean?: Tensor }): void {
    const mean = (state.mean ??= zerosLike(p));
    signed.into([p, mean], p, g, mean, lr);
  }
}

async function own(device: Device): Promise<Tensor[]> {
  setDefaultDevice(device);
  manualSeed(4);
  const model = new Sequential(new Linear(6, 8), new Mish(), new Linear(8, 3));
  const optimizer = new SignDescent(model.parameters(), { lr: 0.01 });
  const inputs = randn([10, 6]);
  const labels = randint(0, 3, [10]);
  const losses: Tensor[] = [];
  for (let i = 0; i < 5; i++) {
    const loss = new CrossEntropyLoss().forward(model.forward(inputs), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(loss);
  }
  return losses;
}

for (const engine of engines) {
  describe(`on ${engine.name}`, () => {
    const agree = (what: (device: Device) => Promise<Tensor[]>, tolerance: number) => async (context: { skip(reason: string): unknown }) => {
      const device = await open(engine, context);
      const [found, expected] = [await what(device), await what(reference())];
      for (const [i, tensor_] of found.entries()) expect(await distance(tensor_, expected[i]!), `value ${i}`).toBeLessThan(tolerance);
    };

    it('takes one step of an MLP with dropout as the reference does', agree(step, 1e-3));
    it('convolves, strided, padded and dilated, with all gradients, by views', agree(convolution, 1e-4));
    it("runs a user's activation and optimizer, fused", agree(own, 1e-3));

    it('trains the digits for three epochs', async (context) => {
      setDefaultDevice(await open(engine, context));
      manualSeed(0);
      const [train, test] = trainTestSplit(digits({ scale: 'unit', shape: [64] }), { stratify: digits().labels, seed: 0 });
      const model = new Sequential(new Linear(64, 32), new ReLU(), new Linear(32, 10));
      const criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
      const optimizer = new RMSprop(model.parameters(), { lr: 0.003 });
      for (let epoch = 0; epoch < 3; epoch++) {
        for await (const [inputs, labels] of new DataLoader(train, { batchSize: 64, shuffle: true })) {
          const loss = criterion.forward(model.forward(inputs), labels);
          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();
        }
      }
      const accuracy = new Accuracy({ task: 'multiclass', numClasses: 10 });
      for await (const [inputs, labels] of new DataLoader(test, { batchSize: 450 })) accuracy.update(model.forward(inputs), labels);
      expect(await accuracy.compute()).toBeGreaterThan(0.85);
    }, 120_000);
  });
}

it('refuses tensors of two devices', () => {
  expect(() => tensor([1], { device: reference() }).add(tensor([1], { device: reference() }))).toThrow('add: tensors of two devices meet');
});
