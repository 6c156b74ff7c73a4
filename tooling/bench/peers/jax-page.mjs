// jax-js on WebGPU, with jit, in a page: see gpu.mjs.
import { defaultDevice, init, nn, numpy as np } from '@jax-js/jax';
import { cnn } from './jax-cnn.mjs';
import { lecture, uniform } from './jax-lecture.mjs';

await init('webgpu');
defaultDevice('webgpu');

/** @type {Record<string, (request: any) => () => Promise<unknown>>} */
const cases = {
  step({ batch }) {
    const train = lecture(batch);
    return async () => { await train().value.data(); };
  },
  cnn({ batch }) {
    const train = cnn(batch);
    return async () => { await train().value.data(); };
  },
  gemm({ m, n, k }) {
    const [a, b] = [uniform([m, k], 1), uniform([k, n], 1)];
    return async () => { await np.dot(a.ref, b.ref).data(); };
  },
  unary({ op, size }) {
    const x = uniform([size], 1);
    return async () => { await np[/** @type {'exp'} */ (op)](x.ref).data(); };
  },
  add({ size }) {
    const [x, y] = [uniform([size], 1), uniform([size], 1)];
    return async () => { await x.ref.add(y.ref).data(); };
  },
  sum({ rows, columns, axis }) {
    const x = uniform([rows, columns], 1);
    return async () => { await x.ref.sum(axis).data(); };
  },
  softmax({ rows, columns }) {
    const x = uniform([rows, columns], 1);
    return async () => { await nn.softmax(x.ref, 1).data(); };
  },
};

Object.assign(globalThis, { contestant: { about: 'jax-js webgpu', cases } });
