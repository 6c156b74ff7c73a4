/** What a module owns beside other modules: tensors that are learned, and tensors that only belong to its state. */
import '@nn/autograd';
import { type Device, type DType, fail, type Generator, isFloat, keep, Tensor } from '@nn/tensor';
import { type Handle, handle, isContiguous } from '@nn/tensor/trace';

/** What layers with parameters take. `generator`: the stream that initial values are drawn from (default: the one that `manualSeed` seeds). */
export interface ParameterOptions {
  readonly device?: Device;
  readonly dtype?: DType;
  readonly generator?: Generator;
}

const parameterBrand: unique symbol = Symbol.for('@nn/layers/parameter');
const bufferBrand: unique symbol = Symbol.for('@nn/layers/buffer');

/**
 * A tensor that is learned: a module finds it in its fields, an optimizer changes it. It keeps its identity when the module moves to another device,
 * and no scope releases it.
 *
 * @param values its first values; it shares their storage where it can
 * @throws where `values` are not floats
 * @example
 * class Scale extends Module {
 *   factor = new Parameter(ones([1]));
 *   forward(x: Tensor): Tensor { return x.mul(this.factor); }
 * }
 */
export class Parameter extends Tensor {
  constructor(values: Tensor, { requiresGrad = true }: { readonly requiresGrad?: boolean } = {}) {
    if (!isFloat(values.dtype)) fail('Parameter', `${values.dtype} cannot be learned`, 'Use a float dtype, or a Buffer.');
    super(owned(values));
    if (requiresGrad) this.requiresGrad = true;
    keep(this);
  }

  /** @internal */
  get [parameterBrand](): true { return true; }
}

/**
 * A tensor that belongs to a module's state but is not learned, such as a running mean: saved, loaded and moved with the module.
 * Change it with `assign`.
 *
 * @param values its first values; it shares their storage where it can
 * @param options `persistent: false` keeps it out of the state dict
 *
 * @example
 * new Buffer(zeros([3])).requiresGrad; // false
 */
export class Buffer extends Tensor {
  readonly persistent: boolean;

  constructor(values: Tensor, { persistent = true }: { readonly persistent?: boolean } = {}) {
    super(owned(values));
    this.persistent = persistent;
    keep(this);
  }

  /** @internal */
  get [bufferBrand](): true { return true; }
}

export const isParameter = (value: object): value is Parameter => parameterBrand in value;
export const isBuffer = (value: object): value is Buffer => bufferBrand in value;

/** A hold on a storage that can be overwritten: the one of `values` where they fill it without gaps, else a copy's. */
function owned(values: Tensor): Handle {
  const { allocation, layout } = values[handle];
  if (isContiguous(layout) && allocation.storage.length === values.numel) return values[handle].viewed(layout);
  const copy = values.detach().clone();
  const own = copy[handle].viewed(copy[handle].layout);
  copy.release();
  return own;
}
