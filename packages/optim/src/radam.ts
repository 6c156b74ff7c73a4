import { type Scalar, type Tensor } from '@nn/tensor';
import { byChoice, followed } from './choices.ts';
import type { FormulaLine } from './explain.ts';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import { inRange } from './settings.ts';
import { settled } from './settled.ts';

/** What {@link RAdam} takes. */
export interface RAdamOptions {
  /** Learning rate. Default 0.001. */
  readonly lr?: number;
  /** How slowly the mean of the gradient and that of its square follow. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added outside of the root. Default 1e-8. */
  readonly eps?: number;
  /** L2 penalty. Default 0. */
  readonly weightDecay?: number;
  /** Takes the decay off the parameter instead of adding it to the gradient. Default false. */
  readonly decoupledWeightDecay?: boolean;
  /** Ascends instead. Default false. */
  readonly maximize?: boolean;
}

/** What {@link RAdam} remembers of a parameter. */
export interface RAdamState {
  step: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
}

/** Divides by the root of the mean square, or does not yet: the numbers of both are given. */
const rule = byChoice(({ adaptive, penalized }: { adaptive: boolean; penalized: boolean }) => (
  p: Scalar, gradient: Scalar, mean: Scalar, square: Scalar,
  rate: Scalar, sign: Scalar, decay: Scalar, kept: Scalar, beta1: Scalar, rest1: Scalar, beta2: Scalar, rest2: Scalar, eps: Scalar,
) => {
  const g = followed(gradient, p, sign, decay, penalized);
  const m = settled(mean.mul(beta1).add(g.mul(rest1)));
  const v = settled(square.mul(beta2).add(g.square().mul(rest2)));
  return [p.mul(kept).sub((adaptive ? m.div(v.sqrt().add(eps)) : m).mul(rate)), m, v];
});

/** Whether the mean square can be trusted at step t, and then by how much. */
function trustAt(t: number, beta2: number): { adaptive: boolean; rectified: number } {
  const most = 2 / (1 - beta2) - 1;
  const r = most - 2 * t * beta2 ** t / (1 - beta2 ** t);
  return { adaptive: r > 5, rectified: Math.sqrt((r - 4) * (r - 2) * most / ((most - 4) * (most - 2) * r)) };
}

/**
 * {@link Adam} that divides by the mean square only once enough gradients were seen to trust it, and then by how much.
 *
 *     g = gradient + weightDecay p;   m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g^2
 *     R = 2 / (1 - beta2) - 1;   r = R - 2 t beta2^t / (1 - beta2^t)
 *     r > 5:      p = p - lr m / (1 - beta1^t) sqrt(1 - beta2^t) / (sqrt(v) + eps) sqrt((r-4) (r-2) R / ((R-4) r))
 *     otherwise:  p = p - lr m / (1 - beta1^t)
 *
 * Source: Liu et al. 2020; https://docs.pytorch.org/docs/stable/generated/torch.optim.RAdam.html
 *
 * @throws where an option is out of its range
 * @example
 * const optimizer = new RAdam(model.parameters());
 */
export class RAdam extends Optimizer<RAdamOptions, RAdamState> {
  constructor(params: Params<RAdamOptions>, options: RAdamOptions = {}) {
    super(params, { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, decoupledWeightDecay: false, maximize: false }, options);
  }

  protected override check({ lr, betas: [beta1, beta2], eps, weightDecay }: Settings<RAdamOptions>): void {
    inRange('RAdam', { lr, eps, weightDecay }, 0);
    inRange('RAdam', { 'betas[0]': beta1, 'betas[1]': beta2 }, 0, 1);
  }

  protected override formula({ betas: [, beta2], decoupledWeightDecay }: Settings<RAdamOptions>, { step = 0 }: Partial<RAdamState>): readonly FormulaLine[] {
    const { adaptive, rectified } = trustAt(step + 1, beta2);
    const p = `${decoupledWeightDecay ? 'p * (1 - lr * weightDecay)' : 'p'} - lr * m / (1 - beta1^t)`;
    return [
      ['m', 'beta1 * m + (1 - beta1) * g', 'expAvg'],
      ['v', 'beta2 * v + (1 - beta2) * g^2', 'expAvgSq'],
      ...(adaptive ? [['trust', 'rectification(t, beta2)', rectified], ['p', `${p} * trust * sqrt(1 - beta2^t) / (sqrt(v) + eps)`]] as const : [['p', p]] as const),
    ];
  }

  protected update(p: Tensor, gradient: Tensor, settings: Settings<RAdamOptions>, state: Partial<RAdamState>): void {
    const { lr, betas: [beta1, beta2], eps, weightDecay, decoupledWeightDecay: decoupled, maximize } = settings;
    const t = (state.step = (state.step ?? 0) + 1);
    const mean = (state.expAvg ??= p.newFull(p.shape, 0));
    const square = (state.expAvgSq ??= p.newFull(p.shape, 0));
    const { adaptive, rectified } = trustAt(t, beta2);
    const trust = adaptive ? rectified * Math.sqrt(1 - beta2 ** t) : 1;
    rule({ adaptive, penalized: weightDecay !== 0 && !decoupled }).into([p, mean, square], p, gradient, mean, square, lr / (1 - beta1 ** t) * trust, maximize ? -1 : 1,
      weightDecay, decoupled ? 1 - lr * weightDecay : 1, beta1, 1 - beta1, beta2, 1 - beta2, eps);
  }
}
