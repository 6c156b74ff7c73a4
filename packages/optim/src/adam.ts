import { fuse, type Scalar, type Tensor } from '@nn/tensor';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import { inRange } from './settings.ts';

/** What {@link Adam} takes. */
export interface AdamOptions {
  /** Learning rate. Default 0.001. */
  readonly lr?: number;
  /** How slowly the mean of the gradient and that of its square follow. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added outside of the root. Default 1e-8. */
  readonly eps?: number;
  /** L2 penalty. Default 0. */
  readonly weightDecay?: number;
  /** Divides by the largest mean square so far. Default false. */
  readonly amsgrad?: boolean;
  /** Ascends instead. Default false. */
  readonly maximize?: boolean;
}

/** What {@link Adam} remembers of a parameter. */
export interface AdamState {
  step: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
  maxExpAvgSq: Tensor;
}

const rule = (amsgrad: boolean) => fuse((
  p: Scalar, gradient: Scalar, mean: Scalar, square: Scalar, most: Scalar,
  rate: Scalar, sign: Scalar, decay: Scalar, beta1: Scalar, rest1: Scalar, beta2: Scalar, rest2: Scalar, root: Scalar, eps: Scalar,
) => {
  const g = gradient.mul(sign).add(p.mul(decay));
  const m = mean.mul(beta1).add(g.mul(rest1));
  const v = square.mul(beta2).add(g.square().mul(rest2));
  const largest = most.maximum(v);
  const step = m.div((amsgrad ? largest : v).sqrt().div(root).add(eps));
  return [p.sub(step.mul(rate)), m, v, ...(amsgrad ? [largest] : [])];
});
const rules = { plain: rule(false), amsgrad: rule(true) };

/**
 * Steps by the running mean of the gradient, divided by the root of its running mean square; both corrected for their start at 0.
 *
 *     g = gradient + weightDecay p;   m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g^2
 *     p = p - lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)
 *
 * Source: Kingma & Ba 2015, Adam, algorithm 1; https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html; amsgrad: Reddi et al. 2018.
 *
 * @throws where an option is out of its range
 * @example
 * const optimizer = new Adam(model.parameters(), { lr: 0.001 });
 */
export class Adam extends Optimizer<AdamOptions, AdamState> {
  constructor(params: Params<AdamOptions>, options: AdamOptions = {}) {
    super(params, { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false, maximize: false, ...options });
  }

  protected override check({ lr, betas: [beta1, beta2], eps, weightDecay }: Settings<AdamOptions>): void {
    inRange('Adam', { lr, eps, weightDecay }, 0);
    inRange('Adam', { 'betas[0]': beta1, 'betas[1]': beta2 }, 0, 1);
  }

  protected update(p: Tensor, gradient: Tensor, settings: Settings<AdamOptions>, state: Partial<AdamState>): void {
    const { lr, betas: [beta1, beta2], eps, weightDecay, amsgrad, maximize } = settings;
    const zeros = () => p.newFull(p.shape, 0);
    const t = (state.step = (state.step ?? 0) + 1);
    const mean = (state.expAvg ??= zeros());
    const square = (state.expAvgSq ??= zeros());
    const most = amsgrad ? (state.maxExpAvgSq ??= zeros()) : undefined;
    rules[most ? 'amsgrad' : 'plain'].into([p, mean, square, ...(most ? [most] : [])], p, gradient, mean, square, most ?? 0,
      lr / (1 - beta1 ** t), maximize ? -1 : 1, weightDecay, beta1, 1 - beta1, beta2, 1 - beta2, Math.sqrt(1 - beta2 ** t), eps);
  }
}
