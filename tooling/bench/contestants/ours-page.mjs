// @nn on WebGPU, in a page: see gpu.mjs.
import '@nn/autograd';
import { webgpu } from '@nn/backend-webgpu';
import { CrossEntropyLoss, Linear, Module, relu } from '@nn/layers';
import { RMSprop } from '@nn/optim';
import { manualSeed, rand, randn, setDefaultDevice, tensor } from '@nn/tensor';

const device = await webgpu();
setDefaultDevice(device);
manualSeed(0);

/** The lecture's network. */
class Net extends Module {
  fc1 = new Linear(784, 512);
  fc2 = new Linear(512, 512);
  fc3 = new Linear(512, 10);
  forward(/** @type {import('@nn/tensor').Tensor} */ x) { return this.fc3.forward(relu(this.fc2.forward(relu(this.fc1.forward(x))))); }
}

/** Reads a result and lets go of it. */
async function read(/** @type {import('@nn/tensor').Tensor} */ x) {
  await x.data();
  x.release();
}

/** @type {Record<string, (request: any) => () => Promise<unknown>>} */
const cases = {
  step({ batch }) {
    const model = new Net();
    const criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
    const optimizer = new RMSprop(model.parameters(), { lr: 0.001 });
    const inputs = rand([batch, 784]);
    const labels = tensor(Array.from({ length: batch }, (_, i) => i % 10), { dtype: 'int32' });
    return async () => {
      const loss = criterion.forward(model.forward(inputs), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      await read(loss);
    };
  },
  gemm({ m, n, k }) {
    const [a, b] = [randn([m, k]), randn([k, n])];
    return () => read(a.matmul(b));
  },
  unary({ op, size }) {
    const x = randn([size]);
    return () => read(x[/** @type {'exp'} */ (op)]());
  },
  add({ size }) {
    const [x, y] = [randn([size]), randn([size])];
    return () => read(x.add(y));
  },
  sum({ rows, columns, axis }) {
    const x = randn([rows, columns]);
    return () => read(x.sum(axis));
  },
  softmax({ rows, columns }) {
    const x = randn([rows, columns]);
    return () => read(x.softmax(1));
  },
};

/** What the kernels of one iteration take on the device itself, in milliseconds, by timestamp queries; undefined where not all could be timed. */
async function onDevice(/** @type {() => Promise<unknown>} */ iterate) {
  const { engine } = /** @type {{ engine: { run(work: object): void } }} */ (/** @type {unknown} */ (device.backend));
  const run = engine.run.bind(engine);
  const times = { asked: 0, told: 0, nanoseconds: 0 };
  engine.run = (work) => {
    times.asked++;
    run({ ...work, done: (/** @type {number} */ time) => { times.nanoseconds += time; times.told++; } });
  };
  await iterate();
  engine.run = run;
  for (let i = 0; i < 50 && times.told < times.asked; i++) await new Promise((resolve) => { setTimeout(resolve, 10); });
  return times.told === times.asked ? times.nanoseconds / 1e6 : undefined;
}

Object.assign(globalThis, { contestant: { about: device.describe(), cases, onDevice } });
