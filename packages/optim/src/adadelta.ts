import { type Scalar, type Tensor } from '@nn/tensor';
import { byChoice, followed } from './choices.ts';
import type { FormulaLine } from './explain.ts';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import { inRange, upTo } from './settings.ts';
import { settled } from './settled.ts';

/** What {@link Adadelta} takes. */
export interface AdadeltaOptions {
  /** Scales the step. Default 1. */
  readonly lr?: number;
  /** How slowly the mean squares follow. Default 0.9. */
  readonly rho?: number;
  /** Added inside of the roots. Default 1e-6. */
  readonly eps?: number;
  /** L2 penalty. Default 0. */
  readonly weightDecay?: number;
  /** Ascends instead. Default false. */
  readonly maximize?: boolean;
}

/** What {@link Adadelta} remembers of a parameter. */
export interface AdadeltaState {
  step: number;
  squareAvg: Tensor;
  accDelta: Tensor;
}

const rule = byChoice(({ penalized }: { penalized: boolean }) => (
  p: Scalar, gradient: Scalar, square: Scalar, steps: Scalar,
  lr: Scalar, sign: Scalar, decay: Scalar, rho: Scalar, rest: Scalar, eps: Scalar,
) => {
  const g = followed(gradient, p, sign, decay, penalized);
  const v = settled(square.mul(rho).add(g.square().mul(rest)));
  const delta = steps.add(eps).sqrt().div(v.add(eps).sqrt()).mul(g);
  return [p.sub(delta.mul(lr)), v, settled(steps.mul(rho).add(delta.square().mul(rest)))];
});

/**
 * Steps by the gradient times the root mean square of the last steps, over that of the last gradients: no learning rate to find.
 *
 *     g = gradient + weightDecay p;   v = rho v + (1 - rho) g^2
 *     d = sqrt(u + eps) / sqrt(v + eps) g;   u = rho u + (1 - rho) d^2
 *     p = p - lr d
 *
 * Source: Zeiler 2012; https://docs.pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
 *
 * @throws where an option is out of its range
 * @example
 * const optimizer = new Adadelta(model.parameters());
 */
export class Adadelta extends Optimizer<AdadeltaOptions, AdadeltaState> {
  constructor(params: Params<AdadeltaOptions>, options: AdadeltaOptions = {}) {
    super(params, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false }, options);
  }

  protected override check({ lr, rho, eps, weightDecay }: Settings<AdadeltaOptions>): void {
    inRange('Adadelta', { lr, eps, weightDecay }, 0);
    upTo('Adadelta', { rho }, 0, 1);
  }

  protected override formula(): readonly FormulaLine[] {
    const step = 'sqrt(u + eps) / sqrt(v + eps) * g';
    return [['v', 'rho * v + (1 - rho) * g^2', 'squareAvg'], ['p', `p - lr * ${step}`], ['u', `rho * u + (1 - rho) * (${step})^2`, 'accDelta']];
  }

  protected update(p: Tensor, gradient: Tensor, { lr, rho, eps, weightDecay, maximize }: Settings<AdadeltaOptions>, state: Partial<AdadeltaState>): void {
    state.step = (state.step ?? 0) + 1;
    const square = (state.squareAvg ??= p.newFull(p.shape, 0));
    const steps = (state.accDelta ??= p.newFull(p.shape, 0));
    rule({ penalized: weightDecay !== 0 }).into([p, square, steps], p, gradient, square, steps, lr, maximize ? -1 : 1, weightDecay, rho, 1 - rho, eps);
  }
}
