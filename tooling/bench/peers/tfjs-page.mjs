// TensorFlow.js on WebGPU, in a page: see gpu.mjs.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { cnn } from './tfjs-cnn.mjs';
import { lecture } from './tfjs-lecture.mjs';

await tf.setBackend('webgpu');
await tf.ready();

/** Reads a result and lets go of it. */
async function read(/** @type {tf.Tensor} */ x) {
  await x.data();
  x.dispose();
}

/** @type {Record<string, (request: any) => () => Promise<unknown>>} */
const cases = {
  step({ batch }) {
    const train = lecture(batch);
    return () => read(train());
  },
  cnn({ batch }) {
    const train = cnn(batch);
    return () => read(train());
  },
  gemm({ m, n, k }) {
    const [a, b] = [tf.randomNormal([m, k]), tf.randomNormal([k, n])];
    return () => read(tf.matMul(a, b));
  },
  unary({ op, size }) {
    const x = tf.randomNormal([size]);
    return () => read(tf[/** @type {'exp'} */ (op)](x));
  },
  add({ size }) {
    const [x, y] = [tf.randomNormal([size]), tf.randomNormal([size])];
    return () => read(x.add(y));
  },
  sum({ rows, columns, axis }) {
    const x = tf.randomNormal([rows, columns]);
    return () => read(x.sum(axis));
  },
  softmax({ rows, columns }) {
    const x = tf.randomNormal([rows, columns]);
    return () => read(tf.softmax(/** @type {tf.Tensor2D} */ (x)));
  },
};

Object.assign(globalThis, { contestant: { about: `tfjs ${tf.version['tfjs-core']} webgpu`, cases } });
