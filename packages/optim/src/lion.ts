import { fuse, type Scalar, type Tensor } from '@nn/tensor';
import type { FormulaLine } from './explain.ts';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import { inRange } from './settings.ts';

/** What {@link Lion} takes. */
export interface LionOptions {
  /** Learning rate; a third to a tenth of AdamW's. Default 0.0001. */
  readonly lr?: number;
  /** How much of the mean is in a step, and how slowly it follows. Default [0.9, 0.99]. */
  readonly betas?: readonly [number, number];
  /** Decay of the parameter, not in the gradient. Default 0. */
  readonly weightDecay?: number;
  /** Ascends instead. Default false. */
  readonly maximize?: boolean;
}

/** What {@link Lion} remembers of a parameter. */
export interface LionState { expAvg: Tensor }

const rule = fuse((p: Scalar, gradient: Scalar, mean: Scalar, lr: Scalar, sign: Scalar, kept: Scalar, beta1: Scalar, rest1: Scalar, beta2: Scalar, rest2: Scalar) => {
  const g = gradient.mul(sign);
  return [p.mul(kept).sub(mean.mul(beta1).add(g.mul(rest1)).sign().mul(lr)), mean.mul(beta2).add(g.mul(rest2))];
});

/**
 * Steps by the sign of the running mean of the gradient: all elements move by `lr`.
 *
 *     p = (1 - lr weightDecay) p - lr sign(beta1 m + (1 - beta1) g);   m = beta2 m + (1 - beta2) g
 *
 * Source: Chen et al. 2023, Symbolic discovery of optimization algorithms, algorithm 2
 *
 * @throws where an option is out of its range
 * @example
 * const optimizer = new Lion(model.parameters(), { lr: 1e-4, weightDecay: 0.1 });
 */
export class Lion extends Optimizer<LionOptions, LionState> {
  constructor(params: Params<LionOptions>, options: LionOptions = {}) {
    super(params, { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0, maximize: false }, options);
  }

  protected override check({ lr, betas: [beta1, beta2], weightDecay }: Settings<LionOptions>): void {
    inRange('Lion', { lr, weightDecay }, 0);
    inRange('Lion', { 'betas[0]': beta1, 'betas[1]': beta2 }, 0, 1);
  }

  protected override penalizes(): boolean { return false; }

  protected override formula(): readonly FormulaLine[] {
    return [['p', 'p * (1 - lr * weightDecay) - lr * sign(beta1 * m + (1 - beta1) * g)'], ['m', 'beta2 * m + (1 - beta2) * g', 'expAvg']];
  }

  protected update(p: Tensor, gradient: Tensor, { lr, betas: [beta1, beta2], weightDecay, maximize }: Settings<LionOptions>, state: Partial<LionState>): void {
    const mean = (state.expAvg ??= p.newFull(p.shape, 0));
    rule.into([p, mean], p, gradient, mean, lr, maximize ? -1 : 1, 1 - lr * weightDecay, beta1, 1 - beta1, beta2, 1 - beta2);
  }
}
