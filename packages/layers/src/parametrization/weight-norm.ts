/** Weights as a length times a direction. */
import { fuseRows, type Scalar, scope, type Tensor } from '@nn/tensor';
import { type AnyModule, Module } from '../module.ts';
import { registerParametrization } from './parametrize.ts';

const directed = fuseRows((v: Scalar, length: Scalar) => v.mul(length.div(v.square().rowSum().sqrt())), { perRow: [1] });

class WeightNorm extends Module<[length: Tensor, direction: Tensor]> {
  static override readonly typeName = 'WeightNorm';
  readonly #dim: number | null;
  constructor(dim: number | null) {
    super();
    this.#dim = dim;
  }
  #axes(x: Tensor): number[] {
    const kept = this.#dim === null ? -1 : this.#dim < 0 ? this.#dim + x.ndim : this.#dim;
    return x.shape.map((_, axis) => axis).filter((axis) => axis !== kept);
  }
  forward(length: Tensor, direction: Tensor): Tensor { return directed(this.#axes(direction), direction, length); }
  rightInverse(value: Tensor): Tensor[] {
    return scope(() => {
      const length = value.norm(2, this.#axes(value), { keepDim: true });
      return [this.#dim === null ? length.reshape() : length, value];
    });
  }
}

/**
 * Makes a weight `length * direction / |direction|`: `parametrizations.weight.original0` is the length of each slice along `dim`, `original1` the direction.
 *
 * Source: Salimans & Kingma 2016, Weight normalization; https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.weight_norm.html
 *
 * @param name which parameter. Default `weight`.
 * @param dim the axis with a length for each slice, null for one length in all. Default 0.
 * @returns the module
 * @throws where there is no such parameter
 * @example
 * const layer = weightNorm(new Linear(20, 40));
 */
export function weightNorm<M extends AnyModule>(module: M, name = 'weight', dim: number | null = 0): M {
  return registerParametrization(module, name, new WeightNorm(dim));
}
