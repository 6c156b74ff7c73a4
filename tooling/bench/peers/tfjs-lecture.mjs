// The lecture's training step in TensorFlow.js, on whatever backend is set.
import * as tf from '@tensorflow/tfjs';

const layer = (/** @type {number} */ inputs, /** @type {number} */ outputs) => {
  const bound = 1 / Math.sqrt(inputs);
  return { weight: tf.variable(tf.randomUniform([inputs, outputs], -bound, bound)), bias: tf.variable(tf.randomUniform([outputs], -bound, bound)) };
};

/** A function that takes one step with the same batch of so many and answers its loss, to be disposed of. */
export function lecture(/** @type {number} */ batch) {
  const layers = [layer(784, 512), layer(512, 512), layer(512, 10)];
  const optimizer = tf.train.rmsprop(0.001, 0.99, 0, 1e-8);
  const inputs = tf.randomUniform([batch, 784]);
  const labels = tf.oneHot(tf.tensor1d(Array.from({ length: batch }, (_, i) => i % 10), 'int32'), 10).cast('float32');
  const targets = labels.mul(0.99).add(0.001);
  return () => /** @type {tf.Scalar} */ (optimizer.minimize(() => {
    let x = /** @type {tf.Tensor} */ (inputs);
    for (const [i, { weight, bias }] of layers.entries()) {
      x = x.matMul(weight).add(bias);
      if (i < 2) x = x.relu();
    }
    return tf.logSoftmax(x).mul(targets).sum().div(-batch).asScalar();
  }, true));
}
