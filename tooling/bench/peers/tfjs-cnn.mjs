// Two convolutions and two linear layers on 28 x 28 pixels, with Adam, in TensorFlow.js, on whatever backend is set: what `cnn` of ../contestants/ours-training.mjs is.
import * as tf from '@tensorflow/tfjs';

const weight = (/** @type {number[]} */ shape, /** @type {number} */ fan) => tf.variable(tf.randomUniform(shape, -1 / Math.sqrt(fan), 1 / Math.sqrt(fan)));

/** A function that takes one step with the same batch of so many and answers its loss, to be disposed of. */
export function cnn(/** @type {number} */ batch) {
  const [k1, c1, k2, c2] = [weight([3, 3, 1, 32], 9), weight([32], 9), weight([3, 3, 32, 64], 288), weight([64], 288)];
  const [w1, b1, w2, b2] = [weight([3136, 128], 3136), weight([128], 3136), weight([128, 10], 128), weight([10], 128)];
  const optimizer = tf.train.adam(0.001);
  const inputs = /** @type {tf.Tensor4D} */ (tf.randomUniform([batch, 28, 28, 1]));
  const labels = tf.oneHot(tf.tensor1d(Array.from({ length: batch }, (_, i) => i % 10), 'int32'), 10).cast('float32');
  const convolved = (/** @type {tf.Tensor4D} */ x, /** @type {tf.Variable} */ kernel, /** @type {tf.Variable} */ bias) =>
    tf.maxPool(/** @type {tf.Tensor4D} */ (tf.conv2d(x, /** @type {any} */ (kernel), 1, 'same').add(bias).relu()), 2, 2, 'valid');
  return () => /** @type {tf.Scalar} */ (optimizer.minimize(() => {
    const features = convolved(convolved(inputs, k1, c1), k2, c2).reshape([batch, 3136]);
    const logits = features.matMul(/** @type {any} */ (w1)).add(b1).relu().matMul(/** @type {any} */ (w2)).add(b2);
    return tf.logSoftmax(logits).mul(labels).sum().div(-batch).asScalar();
  }, true));
}
