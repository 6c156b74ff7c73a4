// @nn on WebGPU, in a page: see gpu.mjs.
import '@nn/autograd';
import { webgpu } from '@nn/backend-webgpu';
import { manualSeed, randn, setDefaultDevice } from '@nn/tensor';
import { cnn, step } from './ours-training.mjs';

const device = await webgpu();
setDefaultDevice(device);
manualSeed(0);

/** Reads a result and lets go of it. */
async function read(/** @type {import('@nn/tensor').Tensor} */ x) {
  await x.data();
  x.release();
}

/** @type {Record<string, (request: any) => () => Promise<unknown>>} */
const cases = {
  step(request) {
    const train = step(request);
    return () => read(train());
  },
  cnn(request) {
    const train = cnn(request);
    return () => read(train());
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
  const { engine } = /** @type {{ engine: { run(call: object): void } }} */ (/** @type {unknown} */ (device.backend));
  const run = engine.run.bind(engine);
  const times = { asked: 0, told: 0, nanoseconds: 0 };
  engine.run = (call) => {
    times.asked++;
    run({ ...call, done: (/** @type {number} */ time) => { times.nanoseconds += time; times.told++; } });
  };
  await iterate();
  engine.run = run;
  for (let i = 0; i < 50 && times.told < times.asked; i++) await new Promise((resolve) => { setTimeout(resolve, 10); });
  return times.told === times.asked ? times.nanoseconds / 1e6 : undefined;
}

Object.assign(globalThis, { contestant: { about: device.describe(), cases, onDevice } });
