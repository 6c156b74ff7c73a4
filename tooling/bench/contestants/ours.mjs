// @nn through its public face: `node --conditions=@nn/source ours.mjs '{"threads": 1}'` with what `cpu()` takes.
import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { DataLoader, TensorDataset } from '@nn/data';
import { CrossEntropyLoss, Linear, Module, relu } from '@nn/layers';
import { Accuracy } from '@nn/metrics';
import { RMSprop } from '@nn/optim';
import { manualSeed, rand, randn, setDefaultDevice, tensor } from '@nn/tensor';
import { serve } from './protocol.mjs';

const device = await cpu(JSON.parse(process.argv[2] ?? '{}'));
setDefaultDevice(device);
manualSeed(0);

/** The lecture's network. */
class Net extends Module {
  fc1 = new Linear(784, 512);
  fc2 = new Linear(512, 512);
  fc3 = new Linear(512, 10);
  forward(/** @type {import('@nn/tensor').Tensor} */ x) { return this.fc3.forward(relu(this.fc2.forward(relu(this.fc1.forward(x))))); }
}

/** One training step, as the README writes it. */
function step(/** @type {{ batch: number }} */ { batch }) {
  const model = new Net();
  const criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
  const optimizer = new RMSprop(model.parameters(), { lr: 0.001 });
  const inputs = rand([batch, 784]);
  const labels = tensor(Array.from({ length: batch }, (_, i) => i % 10), { dtype: 'int32' });
  return () => {
    const loss = criterion.forward(model.forward(inputs), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    loss.release();
  };
}

/** The lecture's epoch: shuffled batches, a step, loss and accuracy read after each. */
function epoch(/** @type {{ batch: number, rows: number }} */ { batch, rows }) {
  const model = new Net();
  const criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
  const optimizer = new RMSprop(model.parameters(), { lr: 0.001 });
  const accuracy = new Accuracy({ task: 'multiclass', numClasses: 10 });
  const pixels = Float32Array.from({ length: rows * 784 }, (_, i) => ((i * 7919) % 1009) / 1009);
  const dataset = new TensorDataset({ data: pixels, shape: [rows, 784] }, { data: Int32Array.from({ length: rows }, (_, i) => i % 10) });
  const loader = new DataLoader(dataset, { batchSize: batch, shuffle: true });
  return async () => {
    let [total, correct] = [0, 0];
    for await (const [inputs, labels] of loader) {
      const outputs = model.forward(inputs);
      const loss = criterion.forward(outputs, labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      total += await loss.item();
      correct += (await accuracy.forward(outputs, labels).item()) * labels.size(0);
    }
    if (!Number.isFinite(total + correct)) throw new Error('bench: the loss is not finite');
  };
}

/** [m, k] x [k, n]; `left` and `right` say which operands are transposed views. */
function gemm(/** @type {{ m: number, n: number, k: number, left?: boolean, right?: boolean }} */ { m, n, k, left = false, right = false }) {
  const a = left ? randn([k, m]).T : randn([m, k]);
  const b = right ? randn([n, k]).T : randn([k, n]);
  return () => a.matmul(b).release();
}

/** One operation on `size` numbers. */
function unary(/** @type {{ op: 'exp' | 'tanh', size: number }} */ { op, size }) {
  const x = randn([size]);
  return () => x[op]().release();
}

/** The sum of a matrix over one axis. */
function reduce(/** @type {{ rows: number, columns: number, axis: number }} */ { rows, columns, axis }) {
  const x = randn([rows, columns]);
  return () => x.sum(axis).release();
}

const marker = tensor(0);
/** @type {Record<string, (request: any) => () => unknown>} */
const cases = { step, epoch, gemm, unary, reduce };
await serve({ name: '@nn', version: '0.0.0', engine: `${device.describe()}, Node ${process.versions.node}` }, (request) => cases[request.case]?.(request), () => marker.add(1).item());
