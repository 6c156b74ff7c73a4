// Two convolutions and two linear layers on 28 x 28 pixels, with Adam, in jax-js, with jit: what `cnn` of ../contestants/ours-training.mjs is.
import { jit, lax, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { uniform } from './jax-lecture.mjs';

/** @typedef {import('@jax-js/jax').numpy.Array} JaxArray */

/** A function that takes one step with the same batch of so many and answers its loss and all that the step wrote. */
export function cnn(/** @type {number} */ batch) {
  const shapes = [[[32, 1, 3, 3], 9], [[32, 1, 1], 9], [[64, 32, 3, 3], 288], [[64, 1, 1], 288], [[3136, 128], 3136], [[128], 3136], [[128, 10], 128], [[10], 128]];
  let params = shapes.map(([shape, fan]) => uniform(/** @type {number[]} */ (shape), 1 / Math.sqrt(/** @type {number} */ (fan))));
  let [means, squares] = [params.map((p) => np.zeros(p.shape)), params.map((p) => np.zeros(p.shape))];
  const x = uniform([batch, 1, 28, 28], 1);
  const targets = np.array(Array.from({ length: batch }, (_, i) => Array.from({ length: 10 }, (_unused, c) => +(c === i % 10))));
  const pooled = (/** @type {JaxArray} */ y, /** @type {number} */ channels, /** @type {number} */ size) => np.max(y.reshape([batch, channels, size, 2, size, 2]), [3, 5]);
  const loss = (/** @type {JaxArray[]} */ [k1, c1, k2, c2, w1, b1, w2, b2], /** @type {JaxArray} */ inputs, /** @type {JaxArray} */ labels) => {
    const first = pooled(nn.relu(lax.conv(inputs, k1, [1, 1], 'SAME').add(c1)), 32, 14);
    const second = pooled(nn.relu(lax.conv(first, k2, [1, 1], 'SAME').add(c2)), 64, 7);
    const hidden = nn.relu(np.dot(second.reshape([batch, 3136]), w1).add(b1));
    return nn.logSoftmax(np.dot(hidden, w2).add(b2)).mul(labels).sum().mul(-1 / batch);
  };
  const update = jit((/** @type {JaxArray[]} */ ps, /** @type {JaxArray[]} */ ms, /** @type {JaxArray[]} */ vs, /** @type {JaxArray} */ inputs, /** @type {JaxArray} */ labels) => {
    const [value, gradients] = valueAndGrad(loss)(ps.map((p) => p.ref), inputs, labels);
    const nextMeans = ms.map((m, i) => m.mul(0.9).add(gradients[i].ref.mul(0.1)));
    const nextSquares = vs.map((v, i) => v.mul(0.999).add(np.square(gradients[i]).mul(0.001)));
    const moved = ps.map((p, i) => p.sub(nextMeans[i].ref.div(np.sqrt(nextSquares[i].ref).add(1e-8)).mul(0.001)));
    return [value, moved, nextMeans, nextSquares];
  });
  return () => {
    const [value, moved, nextMeans, nextSquares] = update(params, means, squares, x.ref, targets.ref);
    [params, means, squares] = [moved, nextMeans, nextSquares];
    return { value, written: [...params, ...means, ...squares] };
  };
}
