/** Activations: each as a function and as a module without options. */
import type { Elementwise, Tensor } from '@nn/tensor';
import { Module } from './module.ts';

/** `max(0, x)`; its derivative at 0 is 0. */
export const relu = <T extends Elementwise<T>>(x: T): T => x.relu();
/** `1 / (1 + exp(-x))` */
export const sigmoid = <T extends Elementwise<T>>(x: T): T => x.sigmoid();
/** `(exp(x) - exp(-x)) / (exp(x) + exp(-x))` */
export const tanh = <T extends Elementwise<T>>(x: T): T => x.tanh();

/** {@link relu} as a layer. Input and output have any shape. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU.html */
export class ReLU extends Module {
  static override readonly typeName = 'ReLU';
  forward(x: Tensor): Tensor { return relu(x); }
}

/** {@link sigmoid} as a layer. Input and output have any shape. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html */
export class Sigmoid extends Module {
  static override readonly typeName = 'Sigmoid';
  forward(x: Tensor): Tensor { return sigmoid(x); }
}

/** {@link tanh} as a layer. Input and output have any shape. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanh.html */
export class Tanh extends Module {
  static override readonly typeName = 'Tanh';
  forward(x: Tensor): Tensor { return tanh(x); }
}
