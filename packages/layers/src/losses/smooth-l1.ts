import { fail, fuse, type Scalar, type Tensor } from '@nn/tensor';
import { l1Loss } from './l1.ts';
import { Loss, type LossOptions, reduced, requireFloat, requireSameShape } from './loss.ts';

/** `beta`: below this error the loss is a parabola. Default 1; 0 gives {@link l1Loss}. */
export interface SmoothL1Options extends LossOptions { readonly beta?: number }
/** `delta`: below this error the loss is a parabola. Default 1. */
export interface HuberOptions extends LossOptions { readonly delta?: number }

// A parabola sees no large errors: the square of infinity would make the gradient NaN. It does see NaN, whose gradient is no line's.
const smooth = fuse((x: Scalar, y: Scalar, beta: Scalar) => {
  const error = x.sub(y).abs();
  const small = error.ge(beta).logicalNot();
  return error.where(small, 0).square().mul(0.5).div(beta).where(small, error.sub(beta.mul(0.5)));
});
const huber = fuse((x: Scalar, y: Scalar, delta: Scalar) => {
  const error = x.sub(y).abs();
  const small = error.gt(delta).logicalNot();
  return error.where(small, 0).square().mul(0.5).where(small, delta.mul(error.sub(delta.mul(0.5))));
});

/**
 * The absolute error, with a parabola where it is below `beta`: `0.5 e^2 / beta`, else `e - 0.5 beta`.
 *
 * Source: Girshick 2015, Fast R-CNN; https://docs.pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html
 *
 * @param input any shape
 * @param target the same shape
 * @throws where shapes differ, the input is not a float, or beta is negative
 * @example
 * smoothL1Loss(tensor([0, 3]), tensor([0.5, 0])); // (0.125 + 2.5) / 2 = 1.3125
 */
export function smoothL1Loss(input: Tensor, target: Tensor, { beta = 1, reduction = 'mean' }: SmoothL1Options = {}): Tensor {
  if (!(beta >= 0)) fail('smoothL1Loss', `beta is ${beta}`, 'Use a number from 0 on.');
  if (beta === 0) return l1Loss(input, target, { reduction });
  requireSameShape('smoothL1Loss', input, target);
  requireFloat('smoothL1Loss', input);
  return reduced('smoothL1Loss', reduction, smooth, input, target, beta);
}

/**
 * A parabola where the error is at most `delta`, `0.5 e^2`, and a line beyond, `delta (e - 0.5 delta)`: {@link smoothL1Loss} times delta.
 *
 * Source: Huber 1964, Robust estimation of a location parameter; https://docs.pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html
 *
 * @param input any shape
 * @param target the same shape
 * @throws where shapes differ, the input is not a float, or delta is not positive
 * @example
 * huberLoss(tensor([0, 3]), tensor([0.5, 0])); // 1.3125
 */
export function huberLoss(input: Tensor, target: Tensor, { delta = 1, reduction = 'mean' }: HuberOptions = {}): Tensor {
  if (!(delta > 0)) fail('huberLoss', `delta is ${delta}`, 'Use a number above 0.');
  requireSameShape('huberLoss', input, target);
  requireFloat('huberLoss', input);
  return reduced('huberLoss', reduction, huber, input, target, delta);
}

/**
 * {@link smoothL1Loss} with its options set once.
 *
 * @example
 * new SmoothL1Loss().forward(tensor([0, 3]), tensor([0.5, 0])); // 1.3125
 */
export class SmoothL1Loss extends Loss {
  static override readonly typeName = 'SmoothL1Loss';
  readonly beta: number;

  constructor({ beta = 1, ...options }: SmoothL1Options = {}) {
    super(options);
    this.beta = beta;
  }

  forward(input: Tensor, target: Tensor): Tensor { return smoothL1Loss(input, target, this); }
}

/**
 * {@link huberLoss} with its options set once.
 *
 * @example
 * new HuberLoss({ delta: 2 }).forward(tensor([0, 3]), tensor([0.5, 0])); // 2.0625
 */
export class HuberLoss extends Loss {
  static override readonly typeName = 'HuberLoss';
  readonly delta: number;

  constructor({ delta = 1, ...options }: HuberOptions = {}) {
    super(options);
    this.delta = delta;
  }

  forward(input: Tensor, target: Tensor): Tensor { return huberLoss(input, target, this); }
}
