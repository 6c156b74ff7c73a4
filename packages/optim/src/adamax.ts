import { type Scalar, type Tensor } from '@nn/tensor';
import { byChoice, followed } from './choices.ts';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import type { FormulaLine } from './explain.ts';
import { inRange } from './settings.ts';
import { settled } from './settled.ts';

/** What {@link Adamax} takes. */
export interface AdamaxOptions {
  /** Learning rate. Default 0.002. */
  readonly lr?: number;
  /** How slowly the mean of the gradient follows, and its largest size falls. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the gradient's size. Default 1e-8. */
  readonly eps?: number;
  /** L2 penalty. Default 0. */
  readonly weightDecay?: number;
  /** Ascends instead. Default false. */
  readonly maximize?: boolean;
}

/** What {@link Adamax} remembers of a parameter. */
export interface AdamaxState {
  step: number;
  expAvg: Tensor;
  expInf: Tensor;
}

const rule = byChoice(({ penalized }: { penalized: boolean }) => (
  p: Scalar, gradient: Scalar, mean: Scalar, largest: Scalar,
  rate: Scalar, sign: Scalar, decay: Scalar, beta1: Scalar, rest1: Scalar, beta2: Scalar, eps: Scalar,
) => {
  const g = followed(gradient, p, sign, decay, penalized);
  const m = settled(mean.mul(beta1).add(g.mul(rest1)));
  const u = largest.mul(beta2).maximum(g.abs().add(eps));
  return [p.sub(m.div(u).mul(rate)), m, u];
});

/**
 * {@link Adam} with the largest size of the gradient, which fades, in place of the root of the mean square.
 *
 *     g = gradient + weightDecay p;   m = beta1 m + (1 - beta1) g;   u = max(beta2 u, |g| + eps)
 *     p = p - lr / (1 - beta1^t) m / u
 *
 * Source: Kingma & Ba 2015, algorithm 2; https://docs.pytorch.org/docs/stable/generated/torch.optim.Adamax.html
 *
 * @throws where an option is out of its range
 * @example
 * const optimizer = new Adamax(model.parameters());
 */
export class Adamax extends Optimizer<AdamaxOptions, AdamaxState> {
  constructor(params: Params<AdamaxOptions>, options: AdamaxOptions = {}) {
    super(params, { lr: 0.002, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false }, options);
  }

  protected override check({ lr, betas: [beta1, beta2], eps, weightDecay }: Settings<AdamaxOptions>): void {
    inRange('Adamax', { lr, eps, weightDecay }, 0);
    inRange('Adamax', { 'betas[0]': beta1, 'betas[1]': beta2 }, 0, 1);
  }

  protected override formula(): readonly FormulaLine[] {
    return [
      ['m', 'beta1 * m + (1 - beta1) * g', 'expAvg'],
      ['u', 'max(beta2 * u, |g| + eps)', 'expInf'],
      ['p', 'p - lr / (1 - beta1^t) * m / u'],
    ];
  }

  protected update(p: Tensor, gradient: Tensor, settings: Settings<AdamaxOptions>, state: Partial<AdamaxState>): void {
    const { lr, betas: [beta1, beta2], eps, weightDecay, maximize } = settings;
    const t = (state.step = (state.step ?? 0) + 1);
    const mean = (state.expAvg ??= p.newFull(p.shape, 0));
    const largest = (state.expInf ??= p.newFull(p.shape, 0));
    rule({ penalized: weightDecay !== 0 }).into([p, mean, largest], p, gradient, mean, largest, lr / (1 - beta1 ** t), maximize ? -1 : 1, weightDecay, beta1, 1 - beta1, beta2, eps);
  }
}
