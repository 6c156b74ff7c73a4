/** Activations that are linear above 0 and approach a limit exponentially below: the ELU family. */
import type { Elementwise, Tensor } from '@nn/tensor';
import { elementwise } from '../elementwise.ts';
import { Module } from '../module.ts';

/** What an exponential may see of `x`: large values would overflow in the branch that is not taken, and 0 times infinity is NaN in the gradient. */
const notPositive = <T extends Elementwise<T>>(x: T): T => x.maskedFill(x.gt(0), 0);

const eluOf = elementwise('elu', (x, alpha) => x.where(x.gt(0), notPositive(x).expm1().mul(alpha)));
/**
 * `x` where it is positive, else `alpha (exp(x) - 1)`.
 *
 * Source: Clevert et al. 2015, Fast and accurate deep network learning by exponential linear units.
 *
 * @param alpha minus the limit at -infinity, and the derivative at 0. Default 1.
 * @throws for integers
 * @example
 * elu(tensor([-1, 2])); // [-0.6321, 2]
 */
export const elu = <T extends Elementwise<T>>(x: T, alpha = 1): T => eluOf(x, alpha);

/** The fixed point of mean 0 and variance 1 (Klambauer et al. 2017, section 2). */
const [ALPHA, SCALE] = [1.6732632423543772, 1.0507009873554805];
const seluOf = elementwise('selu', (x) => x.where(x.gt(0), notPositive(x).expm1().mul(ALPHA)).mul(SCALE));
/**
 * `scale elu(x, alpha)` with alpha = 1.6732632 and scale = 1.0507010, which keep mean 0 and variance 1 from layer to layer.
 *
 * Source: Klambauer et al. 2017, Self-normalizing neural networks.
 *
 * @example
 * selu(tensor([-1, 0, 2])); // [-1.1113, 0, 2.1014]
 */
export const selu = <T extends Elementwise<T>>(x: T): T => seluOf(x);

const celuOf = elementwise('celu', (x, alpha) => x.where(x.gt(0), notPositive(x).div(alpha).expm1().mul(alpha)));
/**
 * `max(0, x) + min(0, alpha (exp(x / alpha) - 1))`: an ELU whose derivative is continuous for every alpha.
 *
 * Source: Barron 2017, Continuously differentiable exponential linear units.
 *
 * @param alpha default 1
 *
 * @example
 * celu(tensor([-1, 0, 2]), 2); // [-0.7869, 0, 2]
 */
export const celu = <T extends Elementwise<T>>(x: T, alpha = 1): T => celuOf(x, alpha);

/**
 * {@link elu} as a layer. Input and output have any shape. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ELU.html
 *
 * @example
 * new ELU().forward(tensor([-1, 0, 2])); // [-0.6321, 0, 2]
 */
export class ELU extends Module {
  static override readonly typeName = 'ELU';
  readonly alpha: number;
  constructor(alpha = 1) {
    super();
    this.alpha = alpha;
  }
  forward(x: Tensor): Tensor { return elu(x, this.alpha); }
}

/**
 * {@link selu} as a layer. Input and output have any shape. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.SELU.html
 *
 * @example
 * new SELU().forward(tensor([-1, 0, 2])); // [-1.1113, 0, 2.1014]
 */
export class SELU extends Module {
  static override readonly typeName = 'SELU';
  forward(x: Tensor): Tensor { return selu(x); }
}

/**
 * {@link celu} as a layer. Input and output have any shape. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.CELU.html
 *
 * @example
 * new CELU(2).forward(tensor([-1, 0, 2])); // [-0.7869, 0, 2]
 */
export class CELU extends Module {
  static override readonly typeName = 'CELU';
  readonly alpha: number;
  constructor(alpha = 1) {
    super();
    this.alpha = alpha;
  }
  forward(x: Tensor): Tensor { return celu(x, this.alpha); }
}
