/** What an estimator minimizes: the network, how it starts, and its loss. */
import type { RandomSource } from '@nn/data';
import { noGrad } from '@nn/autograd';
import { binaryCrossEntropyWithLogits, crossEntropy, l2Penalty, Linear, mseLoss, ReLU, Sequential, Sigmoid, Tanh } from '@nn/layers';
import { type Device, type DType, Generator, type Tensor, tensor } from '@nn/tensor';
import type { MLPSettings } from './mlp-options.ts';

/** What becomes of the last layer: nothing, or probabilities. */
export type OutActivation = 'identity' | 'logistic' | 'softmax';

/** A network, and the loss of rows under it. */
export interface Objective {
  readonly network: Sequential;
  readonly linears: readonly Linear[];
  readonly device: Device;
  readonly dtype: DType;
  /**
   * `sum(loss) / rows + alpha / 2 * sum w^2 / rows`, where a row's loss is that of the task: cross-entropy, or half the squared error, summed over its outputs.
   *
   * @param x [rows, features]
   * @param y [rows, outputs]
   */
  loss(x: Tensor, y: Tensor): Tensor;
}

const ACTIVATIONS = { identity: undefined, logistic: Sigmoid, tanh: Tanh, relu: ReLU } as const;

const losses: Readonly<Record<OutActivation, (outputs: Tensor, y: Tensor) => Tensor>> = {
  identity: (outputs, y) => mseLoss(outputs, y, { reduction: 'sum' }).div(2),
  logistic: (outputs, y) => binaryCrossEntropyWithLogits(outputs, y, { reduction: 'sum' }),
  softmax: (outputs, y) => crossEntropy(outputs, y, { reduction: 'sum' }),
};

/** @param sizes units of all layers, input and output included */
export function makeObjective(sizes: readonly number[], { activation, alpha }: MLPSettings, end: OutActivation, device: Device): Objective {
  const dtype = device.limits.dtypes.includes('float64') ? 'float64' : 'float32';
  const generator = new Generator(0); // of values that `initialize` overwrites
  const linears = sizes.slice(1).map((size, i) => new Linear(sizes[i]!, size, { device, dtype, generator }));
  const Activation = ACTIVATIONS[activation];
  const network = new Sequential(...linears.flatMap((layer, i) => (Activation && i < linears.length - 1 ? [layer, new Activation()] : [layer])));
  const weights = linears.map(({ weight }) => weight);
  return { network, linears, device, dtype, loss: (x, y) => losses[end](network.forward(x), y).div(x.shape[0]!).add(l2Penalty(weights, alpha / 2 / x.shape[0]!)) };
}

/**
 * Weights and biases uniform on +-sqrt(6 / (in + out)), of logistic layers +-sqrt(2 / (in + out)); drawn in scikit-learn's order.
 *
 * Source: Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks
 */
export function initialize({ linears, device, dtype }: Objective, { activation }: MLPSettings, random: RandomSource): void {
  noGrad(() => {
    for (const { inFeatures, outFeatures, weight, bias } of linears) {
      const bound = Math.sqrt((activation === 'logistic' ? 2 : 6) / (inFeatures + outFeatures));
      const draw = (...shape: number[]): Tensor => tensor(Float64Array.from(random.uniform(shape.reduce((a, b) => a * b)), (u) => -bound + 2 * bound * u), { shape, dtype, device });
      weight.assign(draw(inFeatures, outFeatures).T);
      bias!.assign(draw(outFeatures));
    }
  });
}
