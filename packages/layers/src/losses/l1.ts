import { fuse, type Scalar, type Tensor } from '@nn/tensor';
import { Loss, type LossOptions, reduced, requireFloat, requireSameShape } from './loss.ts';

const absoluteError = fuse((x: Scalar, y: Scalar) => x.sub(y).abs());

/**
 * The absolute error `|input - target|`, by default its mean over all elements. Its gradient is 0 where they are equal.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.L1Loss.html
 *
 * @param input any shape
 * @param target the same shape; see {@link mseLoss} on why other shapes are refused
 * @throws where shapes differ or the input is not a float
 * @example
 * l1Loss(tensor([1, 2]), tensor([1, 4])); // 1
 */
export function l1Loss(input: Tensor, target: Tensor, { reduction = 'mean' }: LossOptions = {}): Tensor {
  requireSameShape('l1Loss', input, target);
  requireFloat('l1Loss', input);
  return reduced('l1Loss', reduction, absoluteError, input, target);
}

/**
 * {@link l1Loss} with its option set once.
 *
 * @example
 * new L1Loss().forward(tensor([1, 2]), tensor([1, 4])); // 1
 */
export class L1Loss extends Loss {
  static override readonly typeName = 'L1Loss';
  forward(input: Tensor, target: Tensor): Tensor { return l1Loss(input, target, this); }
}
