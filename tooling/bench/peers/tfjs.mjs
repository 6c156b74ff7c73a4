// TensorFlow.js on its wasm or cpu backend, as the first argument says.
import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import os from 'node:os';
import { serve } from '../contestants/protocol.mjs';
import { lecture } from './tfjs-lecture.mjs';

const backend = process.argv[2] ?? 'wasm';
setThreadsCount(os.availableParallelism());
await tf.setBackend(backend);
await tf.ready();

function step(/** @type {{ batch: number }} */ { batch }) {
  const train = lecture(batch);
  return async () => {
    const loss = train();
    await loss.data();
    loss.dispose();
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

await serve({ name: `tfjs ${backend}`, version: version_wasm, engine: `Node ${process.versions.node}` }, { step, gemm, unary });
