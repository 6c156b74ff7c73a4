import { fail, fuse, type Scalar, scope, show, type Tensor, zeros } from '@nn/tensor';
import { uniform } from './init.ts';
import type { LinearOptions } from './linear.ts';
import { Module } from './module.ts';
import { Parameter, type ParameterOptions } from './parameter.ts';

const product = fuse((a: Scalar, b: Scalar) => a.mul(b));

/**
 * `y_o = a^T W_o b + bias_o`.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.bilinear.html
 *
 * @param a [..., in1]
 * @param b [..., in2], the other sizes as in `a`
 * @param weight [out, in1, in2]
 * @param bias [out]
 * @returns [..., out]
 * @throws where these do not fit together
 *
 * @example
 * bilinear(tensor([[1, 2]]), tensor([[3]]), tensor([[[1], [10]]])); // [[63]]
 */
export function bilinear(a: Tensor, b: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  const [out, in1, in2] = weight.shape as [number, number, number];
  const rows = a.shape.slice(0, -1);
  if (a.shape.at(-1) !== in1 || b.shape.at(-1) !== in2 || show(rows) !== show(b.shape.slice(0, -1))) {
    fail('bilinear', `the inputs are ${show(a.shape)} and ${show(b.shape)}, the weight ${show(weight.shape)}`, `Give [..., ${in1}] and [..., ${in2}] with equal sizes before.`);
  }
  return scope(() => {
    const left = a.reshape(rows.reduce((x, y) => x * y, 1), in1).matmul(weight.transpose(0, 1).reshape(in1, out * in2)).reshape(...rows, out, in2);
    const sums = product.reduce('sum', -1, left, b.unsqueeze(-2));
    return bias ? sums.add(bias) : sums;
  }, 'bilinear');
}

/**
 * {@link bilinear} with a learned weight [out, in1, in2] and bias [out], from a uniform distribution on +-1 / sqrt(in1).
 *
 * @example
 * new Bilinear(3, 4, 2).forward(randn([5, 3]), randn([5, 4])).shape; // [5, 2]
 */
export class Bilinear extends Module<[a: Tensor, b: Tensor]> {
  static override readonly typeName = 'Bilinear';
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(in1Features: number, in2Features: number, outFeatures: number, { bias = true, generator, ...where }: LinearOptions = {}) {
    super();
    if (!(in1Features > 0)) fail('Bilinear', `in1Features is ${in1Features}`, 'Use a whole number from 1 on.');
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(zeros([outFeatures, in1Features, in2Features], where));
    this.bias = bias ? new Parameter(zeros([outFeatures], where)) : null;
    this.resetParameters(generator ? { generator } : {});
  }

  /** Draws the parameters anew, as the constructor does. */
  resetParameters(options: Pick<ParameterOptions, 'generator'> = {}): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    for (const parameter of [this.weight, this.bias]) if (parameter) uniform(parameter, -bound, bound, options);
  }

  forward(a: Tensor, b: Tensor): Tensor { return bilinear(a, b, this.weight, this.bias); }
}
