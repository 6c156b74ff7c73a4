import { fuse, type Scalar, type Tensor } from '@nn/tensor';
import { byChoice } from './choices.ts';
import type { FormulaLine } from './explain.ts';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import { inRange } from './settings.ts';
import { settled } from './settled.ts';

/** What {@link LAMB} takes. */
export interface LAMBOptions {
  /** Learning rate. Default 0.001. */
  readonly lr?: number;
  /** How slowly the mean of the gradient and that of its square follow. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added outside of the root. Default 1e-6. */
  readonly eps?: number;
  /** Decay, which is part of the step that is scaled. Default 0. */
  readonly weightDecay?: number;
  /** Ascends instead. Default false. */
  readonly maximize?: boolean;
}

/** What {@link LAMB} remembers of a parameter. */
export interface LAMBState {
  step: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
}

const means = fuse((gradient: Scalar, mean: Scalar, square: Scalar, sign: Scalar, beta1: Scalar, rest1: Scalar, beta2: Scalar, rest2: Scalar) => {
  const g = gradient.mul(sign);
  return [settled(mean.mul(beta1).add(g.mul(rest1))), settled(square.mul(beta2).add(g.square().mul(rest2)))];
});
type Penalized = { penalized: boolean };
const stepOf = (p: Scalar, mean: Scalar, square: Scalar, corrected: Scalar, root: Scalar, eps: Scalar, decay: Scalar, { penalized }: Penalized) => {
  const step = mean.div(corrected).div(square.sqrt().div(root).add(eps));
  return penalized ? step.add(p.mul(decay)) : step;
};
const stepSquares = byChoice((choice: Penalized) => (p, mean, square, corrected, root, eps, decay) => [stepOf(p, mean, square, corrected, root, eps, decay, choice).square()]);
const squares = fuse((p: Scalar) => p.square());
const rule = byChoice((choice: Penalized) => (p, mean, square, size, stepSize, lr, corrected, root, eps, decay) => {
  const [a, b] = [size.sqrt(), stepSize.sqrt()];
  const trust = a.div(b).where(a.gt(0).logicalAnd(b.gt(0)), 1);
  return [p.sub(stepOf(p, mean, square, corrected, root, eps, decay, choice).mul(trust).mul(lr))];
});

/**
 * {@link Adam} whose step on each tensor is made as long as the tensor, times `lr`: for large batches.
 *
 *     m, v as in Adam;   r = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps) + weightDecay p
 *     p = p - lr |p| / |r| r      (1 for the quotient where either norm is 0)
 *
 * Source: You et al. 2020, Large batch optimization for deep learning, algorithm 2 with phi(z) = z
 *
 * @throws where an option is out of its range
 * @example
 * const optimizer = new LAMB(model.parameters(), { lr: 0.01, weightDecay: 0.01 });
 */
export class LAMB extends Optimizer<LAMBOptions, LAMBState> {
  constructor(params: Params<LAMBOptions>, options: LAMBOptions = {}) {
    super(params, { lr: 0.001, betas: [0.9, 0.999], eps: 1e-6, weightDecay: 0, maximize: false }, options);
  }

  protected override check({ lr, betas: [beta1, beta2], eps, weightDecay }: Settings<LAMBOptions>): void {
    inRange('LAMB', { lr, eps, weightDecay }, 0);
    inRange('LAMB', { 'betas[0]': beta1, 'betas[1]': beta2 }, 0, 1);
  }

  protected override penalizes(): boolean { return false; }

  protected override formula(): readonly FormulaLine[] {
    return [
      ['m', 'beta1 * m + (1 - beta1) * g', 'expAvg'],
      ['v', 'beta2 * v + (1 - beta2) * g^2', 'expAvgSq'],
      ['p', 'p - lr * norm(P) / norm(R) * (m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps) + weightDecay * p)'],
    ];
  }

  protected update(p: Tensor, gradient: Tensor, settings: Settings<LAMBOptions>, state: Partial<LAMBState>): void {
    const { lr, betas: [beta1, beta2], eps, weightDecay, maximize } = settings;
    const t = (state.step = (state.step ?? 0) + 1);
    const mean = (state.expAvg ??= p.newFull(p.shape, 0));
    const square = (state.expAvgSq ??= p.newFull(p.shape, 0));
    means.into([mean, square], gradient, mean, square, maximize ? -1 : 1, beta1, 1 - beta1, beta2, 1 - beta2);
    const numbers = [1 - beta1 ** t, Math.sqrt(1 - beta2 ** t), eps, weightDecay] as const;
    const choice = { penalized: weightDecay !== 0 };
    const size = squares.reduce('sum', undefined, p);
    const stepSize = stepSquares(choice).reduce('sum', undefined, p, mean, square, ...numbers);
    rule(choice).into([p], p, mean, square, size, stepSize, lr, ...numbers);
  }
}
