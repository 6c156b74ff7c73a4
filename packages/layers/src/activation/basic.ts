/** The classic activations: each as a function, for tensors and inside fused kernels, and as a module. */
import type { Elementwise, Tensor } from '@nn/tensor';
import { elementwise } from '../elementwise.ts';
import { Module } from '../module.ts';

/**
 * `max(0, x)`; its derivative at 0 is 0. Integers stay integers.
 * @example
 * relu(tensor([-1, 0, 2])); // [0, 0, 2]
 */
export const relu = <T extends Elementwise<T>>(x: T): T => x.relu();
/**
 * `1 / (1 + exp(-x))`
 *
 * @example
 * sigmoid(tensor([-1, 0, 1])); // [0.2689, 0.5, 0.7311]
 */
export const sigmoid = <T extends Elementwise<T>>(x: T): T => x.sigmoid();
/**
 * `(exp(x) - exp(-x)) / (exp(x) + exp(-x))`
 *
 * @example
 * tanh(tensor([-1, 0, 1])); // [-0.7616, 0, 0.7616]
 */
export const tanh = <T extends Elementwise<T>>(x: T): T => x.tanh();

const leaky = elementwise('leakyRelu', (x, slope) => x.where(x.gt(0), x.mul(slope)));
/**
 * `x` where it is positive, else `negativeSlope * x`.
 *
 * Source: Maas et al. 2013, Rectifier nonlinearities improve neural network acoustic models.
 *
 * @param negativeSlope default 0.01; also the derivative at 0
 * @throws for integers
 * @example
 * leakyRelu(tensor([-1, 0, 2]), 0.1); // [-0.1, 0, 2]
 */
export const leakyRelu = <T extends Elementwise<T>>(x: T, negativeSlope = 0.01): T => leaky(x, negativeSlope);

/**
 * {@link relu} as a layer. Input and output have any shape. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU.html
 *
 * @example
 * new ReLU().forward(tensor([-1, 0, 2])); // [0, 0, 2]
 */
export class ReLU extends Module {
  static override readonly typeName = 'ReLU';
  forward(x: Tensor): Tensor { return relu(x); }
}

/**
 * {@link sigmoid} as a layer. Input and output have any shape. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html
 *
 * @example
 * new Sigmoid().forward(tensor([-1, 0, 1])); // [0.2689, 0.5, 0.7311]
 */
export class Sigmoid extends Module {
  static override readonly typeName = 'Sigmoid';
  forward(x: Tensor): Tensor { return sigmoid(x); }
}

/**
 * {@link tanh} as a layer. Input and output have any shape. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanh.html
 *
 * @example
 * new Tanh().forward(tensor([-1, 0, 1])); // [-0.7616, 0, 0.7616]
 */
export class Tanh extends Module {
  static override readonly typeName = 'Tanh';
  forward(x: Tensor): Tensor { return tanh(x); }
}

/**
 * {@link leakyRelu} as a layer. Input and output have any shape. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html
 *
 * @example
 * new LeakyReLU(0.2).forward(tensor([-1, 0, 2])); // [-0.2, 0, 2]
 */
export class LeakyReLU extends Module {
  static override readonly typeName = 'LeakyReLU';
  readonly negativeSlope: number;
  constructor(negativeSlope = 0.01) {
    super();
    this.negativeSlope = negativeSlope;
  }
  forward(x: Tensor): Tensor { return leakyRelu(x, this.negativeSlope); }
}
