import { fuse, type Scalar, type Tensor } from '@nn/tensor';
import { Loss, type LossOptions, reduced, requireFloat, requireSameShape } from './loss.ts';

const squaredError = fuse((x: Scalar, y: Scalar) => x.sub(y).square());

/**
 * The squared error `(input - target)^2`, by default its mean over all elements.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
 *
 * @param input any shape
 * @param target the same shape. PyTorch warns and broadcasts where they differ; this throws, since [N, 1] against [N] is nearly always a mistake.
 * @throws where shapes differ or the input is not a float
 * @example
 * mseLoss(tensor([1, 2]), tensor([1, 4])); // 2
 */
export function mseLoss(input: Tensor, target: Tensor, { reduction = 'mean' }: LossOptions = {}): Tensor {
  requireSameShape('mseLoss', input, target);
  requireFloat('mseLoss', input);
  return reduced('mseLoss', reduction, squaredError, input, target);
}

/**
 * {@link mseLoss} with its option set once.
 *
 * @example
 * new MSELoss().forward(tensor([1, 2]), tensor([1, 4])); // 2
 */
export class MSELoss extends Loss {
  static override readonly typeName = 'MSELoss';
  forward(input: Tensor, target: Tensor): Tensor { return mseLoss(input, target, this); }
}
