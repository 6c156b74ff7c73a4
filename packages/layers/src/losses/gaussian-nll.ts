import { checkValues, fail, fuse, message, quietly, type Scalar, scope, show, type Tensor } from '@nn/tensor';
import { Loss, type LossOptions, reduced, requireFloat } from './loss.ts';

/** What {@link gaussianNllLoss} takes. */
export interface GaussianNLLOptions extends LossOptions {
  /** Whether the constant `log(2 pi) / 2` is added. Default false. */
  readonly full?: boolean;
  /** Variances below it count as this; their gradient passes nevertheless. Default 1e-6. */
  readonly eps?: number;
}

const loss = fuse((x: Scalar, y: Scalar, variance: Scalar, lift: Scalar, constant: Scalar) => {
  const v = variance.add(lift);
  return v.log().add(x.sub(y).square().div(v)).mul(0.5).add(constant);
});
/** What is missing to the least variance. */
const missing = fuse((variance: Scalar, eps: Scalar) => eps.sub(variance).relu());
const negative = (v: Scalar): Scalar => v.lt(0);

/**
 * The negative log-likelihood of `target` under normal distributions with these means and variances: `(log v + (x - t)^2 / v) / 2`.
 *
 * Source: Nix & Weigend 1994, Estimating the mean and variance of the target probability distribution;
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.GaussianNLLLoss.html
 *
 * @param input means, any shape
 * @param target a shape that broadcasts with the input's
 * @param variance the input's shape; that without the last axis; or that with a last axis of 1
 * @throws where the variance does not fit or is negative
 * @example
 * gaussianNllLoss(tensor([0, 1]), tensor([1, 1]), tensor([1, 4])); // 0.5966
 */
export function gaussianNllLoss(input: Tensor, target: Tensor, variance: Tensor, options: GaussianNLLOptions = {}): Tensor {
  const { full = false, eps = 1e-6, reduction = 'mean' } = options;
  const operation = 'gaussianNllLoss';
  requireFloat(operation, input);
  requireFloat(operation, variance, 'the variance');
  if (!(eps > 0)) fail(operation, `eps is ${eps}`, 'Use a number above 0.');
  const wide = show(variance.shape) === show(input.shape.slice(0, -1)) && input.ndim > 0 && variance.ndim !== input.ndim;
  if (!wide && show(variance.shape) !== show(input.shape) && show(variance.shape) !== show([...input.shape.slice(0, -1), 1])) {
    fail(operation, `the variance is ${show(variance.shape)}, the input ${show(input.shape)}`, 'Give one per element, or one per row.');
  }
  checkValues(negative, variance, message(operation, 'a variance is negative', 'Make it positive, e.g. by exp or softplus.'));
  return scope(() => {
    const v = wide ? variance.unsqueeze(-1) : variance;
    return reduced(operation, reduction, loss, input, target, v, quietly(() => missing(v, eps)), full ? 0.5 * Math.log(2 * Math.PI) : 0);
  }, operation);
}

/**
 * {@link gaussianNllLoss} with its options set once.
 *
 * @example
 * new GaussianNLLLoss().forward(tensor([0, 1]), tensor([1, 1]), tensor([1, 4])); // 0.5966
 */
export class GaussianNLLLoss extends Loss<[input: Tensor, target: Tensor, variance: Tensor]> {
  static override readonly typeName = 'GaussianNLLLoss';
  readonly full: boolean;
  readonly eps: number;

  constructor({ full = false, eps = 1e-6, ...options }: GaussianNLLOptions = {}) {
    super(options);
    this.full = full;
    this.eps = eps;
  }

  forward(input: Tensor, target: Tensor, variance: Tensor): Tensor { return gaussianNllLoss(input, target, variance, this); }
}
