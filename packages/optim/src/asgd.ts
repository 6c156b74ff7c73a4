import { type Scalar, type Tensor } from '@nn/tensor';
import { byChoice, followed } from './choices.ts';
import type { FormulaLine } from './explain.ts';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import { inRange } from './settings.ts';

/** What {@link ASGD} takes. */
export interface ASGDOptions {
  /** Learning rate at the start. Default 0.01. */
  readonly lr?: number;
  /** Decay: of the parameter, and of the rate. Default 0.0001. */
  readonly lambd?: number;
  /** The power by which the rate falls. Default 0.75. */
  readonly alpha?: number;
  /** The step at which averaging begins. Default 1e6. */
  readonly t0?: number;
  /** L2 penalty. Default 0. */
  readonly weightDecay?: number;
  /** Ascends instead. Default false. */
  readonly maximize?: boolean;
}

/** What {@link ASGD} remembers of a parameter: `ax` is the average. */
export interface ASGDState {
  step: number;
  eta: number;
  mu: number;
  ax: Tensor;
}

const rule = byChoice(({ averaging, penalized }: { averaging: boolean; penalized: boolean }) => (
  p: Scalar, gradient: Scalar, average: Scalar, eta: Scalar, sign: Scalar, decay: Scalar, kept: Scalar, mu: Scalar,
) => {
  const next = p.mul(kept).sub(followed(gradient, p, sign, decay, penalized).mul(eta));
  return [next, averaging ? average.add(next.sub(average).mul(mu)) : next];
});

/**
 * Stochastic gradient descent that keeps the average of the points it was at, as `ax` in its state.
 *
 *     g = gradient + weightDecay p;   p = (1 - lambd eta) p - eta g;   a = a + mu (p - a)
 *     eta = lr / (1 + lambd lr t)^alpha,   mu = 1 / max(1, t - t0):   for the next step; at first lr and 1
 *
 * Source: Polyak & Juditsky 1992; https://docs.pytorch.org/docs/stable/generated/torch.optim.ASGD.html
 *
 * @throws where an option is out of its range
 * @example
 * const optimizer = new ASGD(model.parameters(), { t0: 100 });
 */
export class ASGD extends Optimizer<ASGDOptions, ASGDState> {
  constructor(params: Params<ASGDOptions>, options: ASGDOptions = {}) {
    super(params, { lr: 0.01, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false }, options);
  }

  protected override check({ lr, weightDecay }: Settings<ASGDOptions>): void { inRange('ASGD', { lr, weightDecay }, 0); }

  protected override formula({ lr }: Settings<ASGDOptions>, { eta = lr, mu = 1 }: Partial<ASGDState>): readonly FormulaLine[] {
    return [
      ['eta', 'lr / (1 + lambd * lr * (t - 1))^alpha', eta],
      ['p', '(1 - lambd * eta) * p - eta * g'],
      ['mu', '1 / max(1, t - 1 - t0)', mu],
      ['a', mu === 1 ? 'p' : 'a + mu * (p - a)', 'ax'],
    ];
  }

  protected update(p: Tensor, gradient: Tensor, { lr, lambd, alpha, t0, weightDecay, maximize }: Settings<ASGDOptions>, state: Partial<ASGDState>): void {
    const t = (state.step = (state.step ?? 0) + 1);
    const { eta = lr, mu = 1 } = state;
    const average = (state.ax ??= p.newFull(p.shape, 0));
    rule({ averaging: mu !== 1, penalized: weightDecay !== 0 }).into([p, average], p, gradient, average, eta, maximize ? -1 : 1, weightDecay, 1 - lambd * eta, mu);
    state.eta = lr / (1 + lambd * lr * t) ** alpha;
    state.mu = 1 / Math.max(1, t - t0);
  }
}
