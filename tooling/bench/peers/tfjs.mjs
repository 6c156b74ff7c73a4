// TensorFlow.js on its wasm or cpu backend, as the first argument says.
import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import os from 'node:os';
import { serve } from '../contestants/protocol.mjs';

const backend = process.argv[2] ?? 'wasm';
setThreadsCount(os.availableParallelism());
await tf.setBackend(backend);
await tf.ready();

const layer = (/** @type {number} */ inputs, /** @type {number} */ outputs) => {
  const bound = 1 / Math.sqrt(inputs);
  return { weight: tf.variable(tf.randomUniform([inputs, outputs], -bound, bound)), bias: tf.variable(tf.randomUniform([outputs], -bound, bound)) };
};

function step(/** @type {{ batch: number }} */ { batch }) {
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
    await loss?.data();
    loss?.dispose();
  };
}

function gemm(/** @type {{ m: number, n: number, k: number, left?: boolean, right?: boolean }} */ { m, n, k, left = false, right = false }) {
  const a = tf.randomNormal(left ? [k, m] : [m, k]);
  const b = tf.randomNormal(right ? [n, k] : [k, n]);
  return () => tf.matMul(a, b, left, right).dispose();
}

function unary(/** @type {{ op: 'exp' | 'tanh', size: number }} */ { op, size }) {
  const x = tf.randomNormal([size]);
  return () => tf[op](x).dispose();
}

/** @type {Record<string, (request: any) => () => unknown>} */
const cases = { step, gemm, unary };
await serve({ name: `tfjs ${backend}`, version: version_wasm, engine: `Node ${process.versions.node}` }, (request) => cases[request.case]?.(request));
