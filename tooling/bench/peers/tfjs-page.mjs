// TensorFlow.js on WebGPU, in a page: see gpu.mjs.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';

await tf.setBackend('webgpu');
await tf.ready();

const layer = (/** @type {number} */ inputs, /** @type {number} */ outputs) => {
  const bound = 1 / Math.sqrt(inputs);
  return { weight: tf.variable(tf.randomUniform([inputs, outputs], -bound, bound)), bias: tf.variable(tf.randomUniform([outputs], -bound, bound)) };
};

/** Reads a result and lets go of it. */
async function read(/** @type {tf.Tensor} */ x) {
  await x.data();
  x.dispose();
}

/** @type {Record<string, (request: any) => () => Promise<unknown>>} */
const cases = {
  step({ batch }) {
    const layers = [layer(784, 512), layer(512, 512), layer(512, 10)];
    const optimizer = tf.train.rmsprop(0.001, 0.99, 0, 1e-8);
    const inputs = tf.randomUniform([batch, 784]);
    const labels = tf.oneHot(tf.tensor1d(Array.from({ length: batch }, (_, i) => i % 10), 'int32'), 10).cast('float32');
    const targets = labels.mul(0.99).add(0.001);
    return async () => {
      const loss = optimizer.minimize(() => {
        let x = /** @type {tf.Tensor} */ (inputs);
        for (const [i, { weight, bias }] of layers.entries()) {
          x = x.matMul(weight).add(bias);
          if (i < 2) x = x.relu();
        }
        return tf.logSoftmax(x).mul(targets).sum().div(-batch).asScalar();
      }, true);
      await read(/** @type {tf.Scalar} */ (loss));
    };
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
