import { fail, fuse, isFloat, type Scalar, scope, show, type Tensor } from '@nn/tensor';
import { Module } from './module.ts';
import { checkReduction, type Reduction } from './reduction.ts';

/** `reduction`: `mean` (the default), `sum`, or `none` for an error per element. */
export interface MSEOptions { readonly reduction?: Reduction }

const squaredError = fuse((x: Scalar, y: Scalar) => x.sub(y).square());

/**
 * The squared error `(input - target)^2`, by default its mean over all elements.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
 *
 * @param input any shape
 * @param target the same shape. PyTorch warns and broadcasts where they differ; this throws, since [N, 1] against [N] is nearly always a mistake.
 * @example
 * mseLoss(tensor([1, 2]), tensor([1, 4])); // 2
 */
export function mseLoss(input: Tensor, target: Tensor, { reduction = 'mean' }: MSEOptions = {}): Tensor {
  checkReduction('mseLoss', reduction);
  if (show(input.shape) !== show(target.shape)) fail('mseLoss', `the input is ${show(input.shape)}, the target ${show(target.shape)}`, 'Give equal shapes: reshape or expand one of them.');
  if (!isFloat(input.dtype)) fail('mseLoss', `the input is ${input.dtype}`, 'Cast it to float32.');
  if (reduction === 'none') return squaredError(input, target);
  return scope(() => {
    const sum = squaredError.reduce('sum', undefined, input, target);
    return reduction === 'mean' ? sum.div(input.numel) : sum;
  }, 'mseLoss');
}

/** {@link mseLoss} with its option set once. */
export class MSELoss extends Module<[input: Tensor, target: Tensor]> {
  static override readonly typeName = 'MSELoss';
  readonly reduction: Reduction;

  constructor({ reduction = 'mean' }: MSEOptions = {}) {
    super();
    checkReduction('MSELoss', reduction);
    this.reduction = reduction;
  }

  forward(input: Tensor, target: Tensor): Tensor { return mseLoss(input, target, this); }
}
