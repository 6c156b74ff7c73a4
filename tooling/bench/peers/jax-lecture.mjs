// The lecture's training step in jax-js, with jit, on whatever device is the default. Every argument is consumed where it is used; `.ref` keeps it for another use.
import { jit, nn, numpy as np, random, valueAndGrad } from '@jax-js/jax';

/** @typedef {import('@jax-js/jax').numpy.Array} JaxArray */

let seed = 0;
export const uniform = (/** @type {number[]} */ shape, /** @type {number} */ bound) => random.uniform(random.key(seed++), shape, { minval: -bound, maxval: bound });

/** A function that takes one step with the same batch of so many and answers its loss and all that the step wrote. */
export function lecture(/** @type {number} */ batch) {
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
  return () => {
    const [value, moved, next] = update(params, squares, x.ref, targets.ref);
    [params, squares] = [moved, next];
    return { value, written: [...params, ...squares] };
  };
}
