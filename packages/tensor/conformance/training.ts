/** Training steps of a small network in core operations, and an optimizer that a user wrote: values, gradients, state and randomness together. */
import { type Device, fuse, Generator, linear, rand, type Scalar, type Tensor } from '../src/index.ts';
import { type Case, compared, input, upload } from './case.ts';

/** RMSprop (Tieleman & Hinton 2012), as a user would write it. */
const rmsprop = fuse((p: Scalar, g: Scalar, average: Scalar, lr: Scalar) => {
  const next = average.mul(0.99).add(g.square().mul(0.01));
  return [p.sub(g.mul(lr).div(next.sqrt().add(1e-8))), next];
});

/** The mean negative log-likelihood of `labels`. */
const crossEntropy = (logits: Tensor, labels: Tensor): Tensor => logits.logSoftmax(1).gather(1, labels.unsqueeze(1)).mean().neg();

/** `steps` of a two-layer network with dropout on a batch of 8: the losses, then the parameters. */
function train(device: Device, steps: number): Tensor[] {
  const generator = new Generator(3);
  const x = upload(device, input([8, 12]));
  const labels = upload(device, { shape: [8], dtype: 'int32', values: [0, 3, 1, 2, 2, 0, 3, 1] });
  const parameters = [input([16, 12], { scale: 0.2 }), input([16], { seed: 1, scale: 0.1 }), input([4, 16], { seed: 2, scale: 0.2 }), input([4], { seed: 3, scale: 0.1 })].map((given) => upload(device, given, true));
  const averages = parameters.map((parameter) => parameter.newFull(parameter.shape, 0));
  const [w1, b1, w2, b2] = parameters as [Tensor, Tensor, Tensor, Tensor];
  const losses = Array.from({ length: steps }, () => {
    const mask = rand([8, 16], { device, generator }).lt(0.75).float().div(0.75);
    const loss = crossEntropy(linear(linear(x, w1, b1, 'relu').mul(mask), w2, b2), labels);
    loss.backward();
    parameters.forEach((parameter, i) => {
      rmsprop.into([parameter, averages[i]!], parameter, parameter.grad!, averages[i]!, 0.001);
      parameter.grad = null;
    });
    return loss;
  });
  return [...losses, ...parameters, ...averages];
}

export const training: readonly Case[] = [
  compared('one step of a network with dropout, cross-entropy and RMSprop', (device) => train(device, 1), { gradients: true, times: 64, smoke: true }),
  compared('five steps', (device) => train(device, 5), { gradients: true, times: 512 }),
];
