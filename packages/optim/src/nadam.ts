import { type Scalar, type Tensor } from '@nn/tensor';
import { byChoice, followed } from './choices.ts';
import type { FormulaLine } from './explain.ts';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import { inRange } from './settings.ts';
import { settled } from './settled.ts';

/** What {@link NAdam} takes. */
export interface NAdamOptions {
  /** Learning rate. Default 0.002. */
  readonly lr?: number;
  /** How slowly the mean of the gradient and that of its square follow. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added outside of the root. Default 1e-8. */
  readonly eps?: number;
  /** L2 penalty. Default 0. */
  readonly weightDecay?: number;
  /** How fast the momentum rises from half of beta1 to beta1. Default 0.004. */
  readonly momentumDecay?: number;
  /** Takes the decay off the parameter instead of adding it to the gradient. Default false. */
  readonly decoupledWeightDecay?: boolean;
  /** Ascends instead. Default false. */
  readonly maximize?: boolean;
}

/** What {@link NAdam} remembers of a parameter. */
export interface NAdamState {
  step: number;
  muProduct: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
}

const rule = byChoice(({ penalized }: { penalized: boolean }) => (
  p: Scalar, gradient: Scalar, mean: Scalar, square: Scalar,
  ahead: Scalar, rate: Scalar, sign: Scalar, decay: Scalar, kept: Scalar, beta1: Scalar, rest1: Scalar, beta2: Scalar, rest2: Scalar, root: Scalar, eps: Scalar,
) => {
  const g = followed(gradient, p, sign, decay, penalized);
  const m = settled(mean.mul(beta1).add(g.mul(rest1)));
  const v = settled(square.mul(beta2).add(g.square().mul(rest2)));
  const divisor = v.sqrt().div(root).add(eps);
  // Two quotients, as where the divisor is 0 each one counts.
  return [p.mul(kept).sub(g.div(divisor).mul(ahead)).sub(m.div(divisor).mul(rate)), m, v];
});

/**
 * {@link Adam} with Nesterov's momentum: the gradient counts once more, and the mean as it will be at the next step.
 *
 *     g = gradient + weightDecay p;   m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g^2
 *     mu(t) = beta1 (1 - 0.96^(t momentumDecay) / 2);   c(t) = mu(1) ... mu(t)
 *     p = p - lr ((1 - mu(t)) / (1 - c(t)) g + mu(t+1) / (1 - c(t+1)) m) / (sqrt(v / (1 - beta2^t)) + eps)
 *
 * Source: Dozat 2016; https://docs.pytorch.org/docs/stable/generated/torch.optim.NAdam.html
 *
 * @throws where an option is out of its range
 * @example
 * const optimizer = new NAdam(model.parameters());
 */
export class NAdam extends Optimizer<NAdamOptions, NAdamState> {
  constructor(params: Params<NAdamOptions>, options: NAdamOptions = {}) {
    super(params, { lr: 0.002, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, momentumDecay: 0.004, decoupledWeightDecay: false, maximize: false }, options);
  }

  protected override check({ lr, betas: [beta1, beta2], eps, weightDecay, momentumDecay }: Settings<NAdamOptions>): void {
    inRange('NAdam', { lr, eps, weightDecay, momentumDecay }, 0);
    inRange('NAdam', { 'betas[0]': beta1, 'betas[1]': beta2 }, 0, 1);
  }

  protected override formula({ betas: [beta1], momentumDecay, decoupledWeightDecay }: Settings<NAdamOptions>, { step = 0 }: Partial<NAdamState>): readonly FormulaLine[] {
    const [mu, next] = [1, 2].map((ahead) => beta1 * (1 - 0.5 * 0.96 ** ((step + ahead) * momentumDecay))) as [number, number];
    return [
      ['m', 'beta1 * m + (1 - beta1) * g', 'expAvg'],
      ['v', 'beta2 * v + (1 - beta2) * g^2', 'expAvgSq'],
      ['mu', 'beta1 * (1 - 0.96^(t * momentumDecay) / 2)', mu],
      ['next', 'beta1 * (1 - 0.96^((t + 1) * momentumDecay) / 2)', next],
      ['c', step === 0 ? 'mu' : 'c * mu', 'muProduct'],
      ['p', `${decoupledWeightDecay ? 'p * (1 - lr * weightDecay)' : 'p'} - lr * ((1 - mu) / (1 - c) * g + next / (1 - c * next) * m) / (sqrt(v / (1 - beta2^t)) + eps)`],
    ];
  }

  protected update(p: Tensor, gradient: Tensor, settings: Settings<NAdamOptions>, state: Partial<NAdamState>): void {
    const { lr, betas: [beta1, beta2], eps, weightDecay, momentumDecay, decoupledWeightDecay: decoupled, maximize } = settings;
    const t = (state.step = (state.step ?? 0) + 1);
    const momentum = (step: number) => beta1 * (1 - 0.5 * 0.96 ** (step * momentumDecay));
    const [mu, next] = [momentum(t), momentum(t + 1)];
    const product = (state.muProduct = (state.muProduct ?? 1) * mu);
    const mean = (state.expAvg ??= p.newFull(p.shape, 0));
    const square = (state.expAvgSq ??= p.newFull(p.shape, 0));
    rule({ penalized: weightDecay !== 0 && !decoupled }).into([p, mean, square], p, gradient, mean, square, lr * (1 - mu) / (1 - product), lr * next / (1 - product * next), maximize ? -1 : 1,
      weightDecay, decoupled ? 1 - lr * weightDecay : 1, beta1, 1 - beta1, beta2, 1 - beta2, Math.sqrt(1 - beta2 ** t), eps);
  }
}
