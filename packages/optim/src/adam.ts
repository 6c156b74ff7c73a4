import { type Scalar, type Tensor } from '@nn/tensor';
import { byChoice, followed } from './choices.ts';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import type { FormulaLine } from './explain.ts';
import { inRange } from './settings.ts';
import { settled } from './settled.ts';
import type { Formula, Variant } from './variant.ts';

/** What {@link Adam} takes. */
export interface AdamOptions {
  /** Learning rate. Default 0.001. */
  readonly lr?: number;
  /** How slowly the mean of the gradient and that of its square follow. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Keeps from dividing by 0. Default 1e-8 (1e-7 in the other variants). */
  readonly eps?: number;
  /** L2 penalty; of {@link AdamW} the decay, 0.01 by default. Default 0. */
  readonly weightDecay?: number;
  /** Divides by the largest mean square so far. Default false. */
  readonly amsgrad?: boolean;
  /** Ascends instead. Default false. */
  readonly maximize?: boolean;
  /** Takes the decay off the parameter instead of adding it to the gradient, as {@link AdamW} does. Default false. */
  readonly decoupledWeightDecay?: boolean;
}

/** What {@link Adam} remembers of a parameter. */
export interface AdamState {
  step: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
  maxExpAvgSq: Tensor;
}

/** The denominator, where `root` = sqrt(1 - beta2^t). */
const denominators: Readonly<Record<Variant, (square: Scalar, root: Scalar, eps: Scalar) => Scalar>> = {
  torch: (square, root, eps) => square.sqrt().div(root).add(eps),
  keras: (square, root, eps) => square.sqrt().add(eps).div(root),
  lecture: (square, root, eps) => square.div(root.square()).add(eps).sqrt(),
};

const rule = byChoice(({ variant, amsgrad, penalized }: { variant: Variant; amsgrad: boolean; penalized: boolean }) => (
  p: Scalar, gradient: Scalar, mean: Scalar, square: Scalar, most: Scalar,
  rate: Scalar, sign: Scalar, decay: Scalar, kept: Scalar, beta1: Scalar, rest1: Scalar, beta2: Scalar, rest2: Scalar, root: Scalar, eps: Scalar,
) => {
  const g = followed(gradient, p, sign, decay, penalized);
  const m = settled(mean.mul(beta1).add(g.mul(rest1)));
  const v = settled(square.mul(beta2).add(g.square().mul(rest2)));
  const largest = most.maximum(v);
  const step = m.div(denominators[variant](amsgrad ? largest : v, root, eps));
  return [p.mul(kept).sub(step.mul(rate)), m, v, ...(amsgrad ? [largest] : [])];
});

/**
 * Steps by the running mean of the gradient, divided by the root of its running mean square; both corrected for their start at 0.
 *
 *     g = gradient + weightDecay p;   m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g^2
 *     p = p - lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)
 *
 * The denominator of variant 'keras' is `(sqrt(v) + eps) / sqrt(1 - beta2^t)`, of 'lecture' `sqrt(v / (1 - beta2^t) + eps)`.
 *
 * Source: Kingma & Ba 2015, Adam, algorithm 1; https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html; amsgrad: Reddi et al. 2018;
 * https://keras.io/api/optimizers/adam/
 *
 * @throws where an option is out of its range
 * @example
 * const optimizer = new Adam(model.parameters(), { lr: 0.001 });
 */
export class Adam extends Optimizer<AdamOptions, AdamState> {
  /** Whose formula this is. */
  readonly variant: Variant;

  constructor(params: Params<AdamOptions>, { variant = 'torch', ...options }: AdamOptions & Formula = {}) {
    const eps = variant === 'torch' ? 1e-8 : 1e-7;
    super(params, { lr: 0.001, betas: [0.9, 0.999], eps, weightDecay: 0, amsgrad: false, maximize: false, decoupledWeightDecay: false }, options);
    this.variant = variant;
  }

  protected override check({ lr, betas: [beta1, beta2], eps, weightDecay }: Settings<AdamOptions>): void {
    inRange(this.constructor.name, { lr, eps, weightDecay }, 0);
    inRange(this.constructor.name, { 'betas[0]': beta1, 'betas[1]': beta2 }, 0, 1);
  }

  protected override formula({ amsgrad, decoupledWeightDecay }: Settings<AdamOptions>): readonly FormulaLine[] {
    const v = amsgrad ? 'vmax' : 'v';
    const divisor = { torch: `(sqrt(${v} / (1 - beta2^t)) + eps)`, keras: `((sqrt(${v}) + eps) / sqrt(1 - beta2^t))`, lecture: `sqrt(${v} / (1 - beta2^t) + eps)` }[this.variant];
    return [
      ['m', 'beta1 * m + (1 - beta1) * g', 'expAvg'],
      ['v', 'beta2 * v + (1 - beta2) * g^2', 'expAvgSq'],
      ...(amsgrad ? [['vmax', 'max(vmax, v)', 'maxExpAvgSq'] as const] : []),
      ['p', `${decoupledWeightDecay ? 'p * (1 - lr * weightDecay)' : 'p'} - lr * m / (1 - beta1^t) / ${divisor}`],
    ];
  }

  protected update(p: Tensor, gradient: Tensor, settings: Settings<AdamOptions>, state: Partial<AdamState>): void {
    const { lr, betas: [beta1, beta2], eps, weightDecay, amsgrad, maximize, decoupledWeightDecay: decoupled } = settings;
    const zeros = () => p.newFull(p.shape, 0);
    const t = (state.step = (state.step ?? 0) + 1);
    const mean = (state.expAvg ??= zeros());
    const square = (state.expAvgSq ??= zeros());
    const most = amsgrad ? (state.maxExpAvgSq ??= zeros()) : undefined;
    rule({ variant: this.variant, amsgrad, penalized: weightDecay !== 0 && !decoupled }).into([p, mean, square, ...(most ? [most] : [])], p, gradient, mean, square, most ?? 0,
      lr / (1 - beta1 ** t), maximize ? -1 : 1, weightDecay, decoupled ? 1 - lr * weightDecay : 1,
      beta1, 1 - beta1, beta2, 1 - beta2, Math.sqrt(1 - beta2 ** t), eps);
  }
}

/**
 * {@link Adam} whose weight decay does not enter the means: `p = p - lr weightDecay p` before each step. Default weightDecay 0.01.
 *
 * Source: Loshchilov & Hutter 2019; https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 *
 * @throws where an option is out of its range
 * @example
 * const optimizer = new AdamW(model.parameters(), { lr: 3e-4, weightDecay: 0.1 });
 */
export class AdamW extends Adam {
  constructor(params: Params<AdamOptions>, { weightDecay = 0.01, decoupledWeightDecay = true, ...options }: AdamOptions & Formula = {}) {
    super(params, { ...options, weightDecay, decoupledWeightDecay });
  }
}
