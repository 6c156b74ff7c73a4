// jax-js on its wasm backend, with jit.
import { readFileSync } from 'node:fs';
import { blockUntilReady, defaultDevice, init, numpy as np } from '@jax-js/jax';
import { serve } from '../contestants/protocol.mjs';
import { lecture, uniform } from './jax-lecture.mjs';

await init('wasm');
defaultDevice('wasm');

function step(/** @type {{ batch: number }} */ { batch }) {
  const train = lecture(batch);
  return async () => {
    const { value, written } = train();
    await blockUntilReady(written.map((each) => each.ref)).then((list) => list?.forEach?.((each) => each.dispose()));
    await value.data();
  };
}

function gemm(/** @type {{ m: number, n: number, k: number, left?: boolean, right?: boolean }} */ { m, n, k, left = false, right = false }) {
  const a = uniform(left ? [k, m] : [m, k], 1);
  const b = uniform(right ? [n, k] : [k, n], 1);
  return async () => { const c = np.dot(left ? a.ref.transpose() : a.ref, right ? b.ref.transpose() : b.ref); await blockUntilReady(c.ref); c.dispose(); };
}

function unary(/** @type {{ op: 'exp' | 'tanh', size: number }} */ { op, size }) {
  const x = uniform([size], 1);
  return async () => { const y = np[op](x.ref); await blockUntilReady(y.ref); y.dispose(); };
}

const { version } = JSON.parse(readFileSync(new URL('node_modules/@jax-js/jax/package.json', import.meta.url), 'utf8'));
await serve({ name: 'jax-js wasm', version, engine: `Node ${process.versions.node}` }, { step, gemm, unary });
