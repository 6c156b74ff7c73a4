// jax-js on its wasm backend, with jit.
import { readFileSync } from 'node:fs';
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, random, valueAndGrad } from '@jax-js/jax';
import { serve } from '../contestants/protocol.mjs';

await init('wasm');
defaultDevice('wasm');
/** @typedef {import('@jax-js/jax').numpy.Array} JaxArray */

let seed = 0;
const uniform = (/** @type {number[]} */ shape, /** @type {number} */ bound) => random.uniform(random.key(seed++), shape, { minval: -bound, maxval: bound });

/** Every argument is consumed where it is used; `.ref` keeps it for another use. */
function step(/** @type {{ batch: number }} */ { batch }) {
  const sizes = [[784, 512], [512, 512], [512, 10]];
  let params = sizes.flatMap(([inputs, outputs]) => [uniform([inputs, outputs], 1 / Math.sqrt(inputs)), uniform([outputs], 1 / Math.sqrt(inputs))]);
  let squares = params.map((p) => np.zeros(p.shape));
  const x = uniform([batch, 784], 1);
  const rows = Array.from({ length: batch }, (_, i) => Array.from({ length: 10 }, (_unused, c) => (c === i % 10 ? 0.991 : 0.001)));
  const targets = np.array(rows);
  const loss = (/** @type {JaxArray[]} */ [w1, b1, w2, b2, w3, b3], /** @type {JaxArray} */ inputs, /** @type {JaxArray} */ labels) => {
    const hidden = nn.relu(np.dot(inputs, w1).add(b1));
    const second = nn.relu(np.dot(hidden, w2).add(b2));
    return nn.logSoftmax(np.dot(second, w3).add(b3)).mul(labels).sum().mul(-1 / batch);
  };
  const update = jit((/** @type {JaxArray[]} */ ps, /** @type {JaxArray[]} */ vs, /** @type {JaxArray} */ inputs, /** @type {JaxArray} */ labels) => {
    const [value, gradients] = valueAndGrad(loss)(ps.map((p) => p.ref), inputs, labels);
    const next = vs.map((v, i) => v.mul(0.99).add(np.square(gradients[i].ref).mul(0.01)));
    const moved = ps.map((p, i) => p.sub(gradients[i].div(np.sqrt(next[i].ref).add(1e-8)).mul(0.001)));
    return [value, moved, next];
  });
  return async () => {
    const [value, moved, next] = update(params, squares, x.ref, targets.ref);
    [params, squares] = [moved, next];
    await blockUntilReady([...params.map((p) => p.ref), ...squares.map((v) => v.ref)]).then((list) => list?.forEach?.((/** @type {JaxArray} */ each) => each.dispose()));
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

/** @type {Record<string, (request: any) => () => unknown>} */
const cases = { step, gemm, unary };
const { version } = JSON.parse(readFileSync(new URL('node_modules/@jax-js/jax/package.json', import.meta.url), 'utf8'));
await serve({ name: 'jax-js wasm', version, engine: `Node ${process.versions.node}` }, (request) => cases[request.case]?.(request));
