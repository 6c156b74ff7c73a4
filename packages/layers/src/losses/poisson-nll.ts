import { fuse, type Scalar, type Tensor } from '@nn/tensor';
import { Loss, type LossOptions, reduced, requireFloat } from './loss.ts';

/** What {@link poissonNllLoss} takes. */
export interface PoissonNLLOptions extends LossOptions {
  /** Whether the input is the logarithm of the rate. Default true. */
  readonly logInput?: boolean;
  /** Whether the constant term is added, by Stirling's formula. Default false. */
  readonly full?: boolean;
  /** Keeps the logarithm of a rate of 0 finite where `logInput` is false. Default 1e-8. */
  readonly eps?: number;
}

/** `log t!` by Stirling's formula, for counts above 1. */
const stirling = (t: Scalar): Scalar => {
  const few = t.le(1);
  const count = t.maskedFill(few, 1);
  return count.mul(count.log()).sub(count).add(count.mul(2 * Math.PI).log().mul(0.5)).maskedFill(few, 0);
};
const byLog = (x: Scalar, t: Scalar): Scalar => x.exp().sub(t.mul(x));
const byRate = (x: Scalar, t: Scalar, eps: Scalar): Scalar => x.sub(t.mul(x.add(eps).log()));
const kernels = {
  log: fuse((x: Scalar, t: Scalar) => byLog(x, t)), logFull: fuse((x: Scalar, t: Scalar) => byLog(x, t).add(stirling(t))),
  rate: fuse((x: Scalar, t: Scalar, eps: Scalar) => byRate(x, t, eps)), rateFull: fuse((x: Scalar, t: Scalar, eps: Scalar) => byRate(x, t, eps).add(stirling(t))),
} as const;

/**
 * The negative log-likelihood of counts under Poisson distributions.
 *
 *     loss = exp(x) - t x,             x the logarithm of the rate
 *     loss = x - t log(x + eps),       x the rate (`logInput: false`)
 *            + t log t - t + log(2 pi t) / 2   where t > 1 (`full`)
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.PoissonNLLLoss.html
 *
 * @param input any shape
 * @param target counts, of a shape that broadcasts with the input's
 * @example
 * poissonNllLoss(tensor([0, 1]), tensor([1, 2])); // 0.8591
 */
export function poissonNllLoss(input: Tensor, target: Tensor, options: PoissonNLLOptions = {}): Tensor {
  const { logInput = true, full = false, eps = 1e-8, reduction = 'mean' } = options;
  requireFloat('poissonNllLoss', input);
  return logInput
    ? reduced('poissonNllLoss', reduction, full ? kernels.logFull : kernels.log, input, target)
    : reduced('poissonNllLoss', reduction, full ? kernels.rateFull : kernels.rate, input, target, eps);
}

/**
 * {@link poissonNllLoss} with its options set once.
 *
 * @example
 * new PoissonNLLLoss().forward(tensor([0, 1]), tensor([1, 2])); // 0.8591
 */
export class PoissonNLLLoss extends Loss {
  static override readonly typeName = 'PoissonNLLLoss';
  readonly logInput: boolean;
  readonly full: boolean;
  readonly eps: number;

  constructor({ logInput = true, full = false, eps = 1e-8, ...options }: PoissonNLLOptions = {}) {
    super(options);
    this.logInput = logInput;
    this.full = full;
    this.eps = eps;
  }

  forward(input: Tensor, target: Tensor): Tensor { return poissonNllLoss(input, target, this); }
}
