import { linear, type Tensor, zeros } from '@nn/tensor';
import { kaimingUniform, uniform } from './init.ts';
import { Module } from './module.ts';
import { Parameter, type ParameterOptions } from './parameter.ts';

/** `bias`: whether a learned vector is added. Default true. */
export interface LinearOptions extends ParameterOptions { readonly bias?: boolean }

/**
 * `y = x W^T + b`. Weight [out, in] and bias [out] start uniform on +-1 / sqrt(in).
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
 *
 * @param inFeatures last size of the input, [..., in] or [in]
 * @param outFeatures last size of the output, [..., out] or [out]
 * @throws by `forward` where the last size of the input is not `inFeatures`
 * @example
 * new Linear(784, 10).forward(zeros([32, 784])).shape; // [32, 10]
 */
export class Linear extends Module {
  static override readonly typeName = 'Linear';
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    const { bias = true, generator, ...where } = options;
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(zeros([outFeatures, inFeatures], where));
    this.bias = bias ? new Parameter(zeros([outFeatures], where)) : null;
    this.resetParameters(generator ? { generator } : {});
  }

  /** Draws the parameters anew, as the constructor does. */
  resetParameters(options: Pick<ParameterOptions, 'generator'> = {}): void {
    kaimingUniform(this.weight, { ...options, a: Math.sqrt(5) });
    const bound = this.inFeatures > 0 ? 1 / Math.sqrt(this.inFeatures) : 0;
    if (this.bias) uniform(this.bias, -bound, bound, options);
  }

  forward(x: Tensor): Tensor { return linear(x, this.weight, this.bias ?? undefined); }
}
