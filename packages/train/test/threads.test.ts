/** Work is cut by shapes alone, so a training is the same for any number of threads, to the last bit. */
import { describe, expect, it } from 'vitest';
import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { DataLoader, TensorDataset } from '@nn/data';
import { BatchNorm2d, Conv2d, CrossEntropyLoss, Dropout, Flatten, Linear, LSTM, MaxPool2d, Module, ReLU, Sequential } from '@nn/layers';
import { Adam, clipGradNorm, RMSprop } from '@nn/optim';
import { Generator, manualSeed, setDefaultDevice, type Tensor } from '@nn/tensor';

class Reader extends Module {
  lstm = new LSTM(28, 64, { batchFirst: true });
  head = new Linear(64, 10);
  forward(x: Tensor): Tensor { return this.head.forward(this.lstm.forward(x)[0].sum(1)); }
}

interface Program { readonly shape: readonly number[]; readonly batches: number; model(): Module & { forward(x: Tensor): Tensor }; optimizer(model: Module): RMSprop | Adam }
const programs: Readonly<Record<string, Program>> = {
  'the lecture\'s network with dropout': {
    shape: [784], batches: 6, optimizer: (model) => new RMSprop(model.parameters(), { lr: 0.001 }),
    model: () => new Sequential(new Linear(784, 512), new ReLU(), new Dropout(0.3), new Linear(512, 512), new ReLU(), new Linear(512, 10)),
  },
  'a convolutional network': {
    shape: [1, 28, 28], batches: 3, optimizer: (model) => new Adam(model.parameters(), { lr: 0.01 }),
    model: () => new Sequential(new Conv2d(1, 8, 3, { padding: 1 }), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(8 * 14 * 14, 10)),
  },
  'an LSTM, its gradients clipped': { shape: [28, 28], batches: 2, optimizer: (model) => new Adam(model.parameters(), { lr: 0.01 }), model: () => new Reader() },
};

/** The bytes of all that was learned, and of every loss. */
async function trained({ shape, batches, model: make, optimizer: choose }: Program, threads: number, blas: string): Promise<Buffer> {
  const device = await cpu({ threads, blas });
  setDefaultDevice(device);
  manualSeed(3);
  const rows = 64 * batches;
  const pixels = new Generator(1).uniform(rows * shape.reduce((a, b) => a * b, 1));
  const loader = new DataLoader(new TensorDataset({ data: pixels, shape: [rows, ...shape] }, { data: Int32Array.from({ length: rows }, (_, i) => i % 10) }), { batchSize: 64, shuffle: true });
  const model = make();
  const criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
  const optimizer = choose(model);
  const kept: Buffer[] = [];
  for await (const [inputs, labels] of loader) {
    const loss = criterion.forward(model.forward(inputs), labels);
    optimizer.zeroGrad();
    loss.backward();
    clipGradNorm(model.parameters(), 1);
    optimizer.step();
    kept.push(Buffer.from(Float64Array.of(await loss.item()).buffer));
  }
  for (const tensor of Object.values(model.stateDict())) {
    const { buffer, byteOffset, byteLength } = await tensor.data();
    kept.push(Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength));
  }
  await device.destroy();
  return Buffer.concat(kept);
}

describe('1, 2 and 3 threads learn the same bits', () => {
  for (const [name, program] of Object.entries(programs)) {
    for (const blas of ['off', ...(process.env.NN_BLAS ? [process.env.NN_BLAS] : [])]) {
      it(`${name}${blas === 'off' ? '' : ', with a BLAS'}`, async () => {
        const first = await trained(program, 1, blas);
        for (const threads of [2, 3]) expect(Buffer.compare(await trained(program, threads, blas), first)).toBe(0);
        expect(first.length).toBeGreaterThan(1000);
      });
    }
  }
});
