/** Smooth activations: x times a smooth gate, and what softplus is made into. */
import { type Elementwise, fail, type Tensor } from '@nn/tensor';
import { elementwise } from '../elementwise.ts';
import { Module } from '../module.ts';

/** `approximate`: `tanh` takes the cheaper form of Hendrycks & Gimpel. Default `none`: exact. */
export interface GELUOptions { readonly approximate?: 'none' | 'tanh' }

const siluOf = elementwise('silu', (x) => x.mul(x.sigmoid()));
/**
 * `x sigmoid(x)`, also called swish.
 *
 * Source: Elfwing et al. 2017, Sigmoid-weighted linear units; https://docs.pytorch.org/docs/stable/generated/torch.nn.SiLU.html
 *
 * @throws for integers
 *
 * @example
 * silu(tensor([-1, 0, 1])); // [-0.2689, 0, 0.7311]
 */
export const silu = <T extends Elementwise<T>>(x: T): T => siluOf(x);

const exactGelu = elementwise('gelu', (x) => x.mul(0.5).mul(x.mul(-Math.SQRT1_2).erfc()));
const tanhGelu = elementwise('gelu', (x) => x.mul(0.5).mul(x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI)).tanh().add(1)));
/**
 * `x Phi(x)` with the normal distribution function Phi; or `x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`.
 *
 * Source: Hendrycks & Gimpel 2016, Gaussian error linear units; https://docs.pytorch.org/docs/stable/generated/torch.nn.GELU.html
 *
 * @throws for integers and an `approximate` that does not exist
 * @example
 * gelu(tensor([-1, 0, 1])); // [-0.1587, 0, 0.8413]
 */
export function gelu<T extends Elementwise<T>>(x: T, { approximate = 'none' }: GELUOptions = {}): T {
  checkApproximation('gelu', approximate);
  return approximate === 'tanh' ? tanhGelu(x) : exactGelu(x);
}
function checkApproximation(operation: string, approximate: string): void {
  if (!['none', 'tanh'].includes(approximate)) fail(operation, `there is no approximation '${approximate}'`, "Use 'none' or 'tanh'.");
}

const mishOf = elementwise('mish', (x) => x.mul(x.softplus().tanh()));
/**
 * `x tanh(log(1 + exp(x)))`. Source: Misra 2019, Mish: a self regularized non-monotonic activation function.
 *
 * @example
 * mish(tensor([-1, 0, 1])); // [-0.3034, 0, 0.8651]
 */
export const mish = <T extends Elementwise<T>>(x: T): T => mishOf(x);

const softplusOf = elementwise('softplus', (x, beta, threshold) => {
  const scaled = x.mul(beta);
  const above = scaled.gt(threshold);
  return x.where(above, scaled.maskedFill(above, 0).exp().log1p().div(beta));
});
/**
 * `log(1 + exp(beta x)) / beta`, and `x` itself where `beta x` is above `threshold`.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Softplus.html
 *
 * @param beta default 1
 * @param threshold default 20
 * @throws for integers
 *
 * @example
 * softplus(tensor([-1, 0, 1])); // [0.3133, 0.6931, 1.3133]
 */
export const softplus = <T extends Elementwise<T>>(x: T, beta = 1, threshold = 20): T => softplusOf(x, beta, threshold);

const logSigmoidOf = elementwise('logSigmoid', (x) => x.minimum(0).sub(x.abs().neg().exp().log1p()));
/**
 * `log(1 / (1 + exp(-x)))`, without overflow. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.LogSigmoid.html
 *
 * @example
 * logSigmoid(tensor([-1, 0, 1])); // [-1.3133, -0.6931, -0.3133]
 */
export const logSigmoid = <T extends Elementwise<T>>(x: T): T => logSigmoidOf(x);
/**
 * {@link logSigmoid} as PyTorch's function spells it.
 *
 * @example
 * logsigmoid(tensor([-1, 0, 1])); // [-1.3133, -0.6931, -0.3133]
 */
export const logsigmoid = <T extends Elementwise<T>>(x: T): T => logSigmoid(x);

const softsignOf = elementwise('softsign', (x) => x.div(x.abs().add(1)), { integers: true });
/**
 * `x / (1 + |x|)`. Integers become float32. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Softsign.html
 *
 * @example
 * softsign(tensor([-1, 0, 3])); // [-0.5, 0, 0.75]
 */
export const softsign = <T extends Elementwise<T>>(x: T): T => softsignOf(x);

/**
 * {@link silu} as a layer. Input and output have any shape.
 *
 * @example
 * new SiLU().forward(tensor([-1, 0, 1])); // [-0.2689, 0, 0.7311]
 */
export class SiLU extends Module {
  static override readonly typeName = 'SiLU';
  forward(x: Tensor): Tensor { return silu(x); }
}

/**
 * {@link gelu} as a layer. Input and output have any shape.
 *
 * @example
 * new GELU({ approximate: 'tanh' }).forward(tensor([-1, 0, 1])); // [-0.1588, 0, 0.8412]
 */
export class GELU extends Module {
  static override readonly typeName = 'GELU';
  readonly approximate: 'none' | 'tanh';
  constructor({ approximate = 'none' }: GELUOptions = {}) {
    super();
    checkApproximation('GELU', approximate);
    this.approximate = approximate;
  }
  forward(x: Tensor): Tensor { return gelu(x, this); }
}

/**
 * {@link mish} as a layer. Input and output have any shape.
 *
 * @example
 * new Mish().forward(tensor([-1, 0, 1])); // [-0.3034, 0, 0.8651]
 */
export class Mish extends Module {
  static override readonly typeName = 'Mish';
  forward(x: Tensor): Tensor { return mish(x); }
}

/**
 * {@link softplus} as a layer. Input and output have any shape.
 *
 * @example
 * new Softplus(2).forward(tensor([-1, 0, 1])); // [0.0635, 0.3466, 1.0635]
 */
export class Softplus extends Module {
  static override readonly typeName = 'Softplus';
  readonly beta: number;
  readonly threshold: number;
  constructor(beta = 1, threshold = 20) {
    super();
    this.beta = beta;
    this.threshold = threshold;
  }
  forward(x: Tensor): Tensor { return softplus(x, this.beta, this.threshold); }
}

/**
 * {@link logSigmoid} as a layer. Input and output have any shape.
 *
 * @example
 * new LogSigmoid().forward(tensor([-1, 0, 1])); // [-1.3133, -0.6931, -0.3133]
 */
export class LogSigmoid extends Module {
  static override readonly typeName = 'LogSigmoid';
  forward(x: Tensor): Tensor { return logSigmoid(x); }
}

/**
 * {@link softsign} as a layer. Input and output have any shape.
 *
 * @example
 * new Softsign().forward(tensor([-1, 0, 3])); // [-0.5, 0, 0.75]
 */
export class Softsign extends Module {
  static override readonly typeName = 'Softsign';
  forward(x: Tensor): Tensor { return softsign(x); }
}
