import { type Scalar, type Tensor } from '@nn/tensor';
import { byChoice, followed } from './choices.ts';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import type { FormulaLine } from './explain.ts';
import { inRange } from './settings.ts';
import { settled } from './settled.ts';
import type { Formula, Variant } from './variant.ts';

/** What {@link RMSprop} takes. */
export interface RMSpropOptions {
  /** Learning rate. Default 0.01 (0.001 in the other variants). */
  readonly lr?: number;
  /** How slowly the mean square of the gradient follows. Default 0.99 (0.9 in the other variants). */
  readonly alpha?: number;
  /** Keeps from dividing by 0. Default 1e-8 (1e-7 in the other variants). */
  readonly eps?: number;
  /** L2 penalty. Default 0. */
  readonly weightDecay?: number;
  /** How much of the last step is repeated. Default 0. */
  readonly momentum?: number;
  /** Divides by an estimate of the standard deviation instead. Default false. */
  readonly centered?: boolean;
  /** Ascends instead. Default false. */
  readonly maximize?: boolean;
}

/** What {@link RMSprop} remembers of a parameter. */
export interface RMSpropState {
  step: number;
  squareAvg: Tensor;
  gradAvg: Tensor;
  momentumBuffer: Tensor;
}

/** `mean` and `buffer` are used and returned only where they are asked for. `inside`: epsilon under the root, the rate in the buffer. */
const rule = byChoice(({ inside, centered, momentous, penalized }: { inside: boolean; centered: boolean; momentous: boolean; penalized: boolean }) => (
  p: Scalar, gradient: Scalar, square: Scalar, mean: Scalar, buffer: Scalar,
  lr: Scalar, sign: Scalar, decay: Scalar, alpha: Scalar, rest: Scalar, eps: Scalar, momentum: Scalar,
) => {
  const g = followed(gradient, p, sign, decay, penalized);
  const v = settled(square.mul(alpha).add(g.square().mul(rest)));
  const m = settled(mean.mul(alpha).add(g.mul(rest)));
  const spread = centered ? v.sub(m.square()) : v;
  const step = g.div(inside ? spread.add(eps).sqrt() : spread.sqrt().add(eps));
  const b = settled(buffer.mul(momentum).add(inside ? step.mul(lr) : step));
  return [p.sub(momentous && inside ? b : (momentous ? b : step).mul(lr)), v, ...(centered ? [m] : []), ...(momentous ? [b] : [])];
});

/**
 * Divides the gradient by the root of its running mean square.
 *
 *     g = gradient + weightDecay p;   v = alpha v + (1 - alpha) g^2;   m = alpha m + (1 - alpha) g
 *     b = momentum b + g / (sqrt(v) + eps)     (centered: sqrt(v - m^2) + eps)
 *     p = p - lr b
 *
 * Variants 'keras' and 'lecture' have epsilon inside, `sqrt(v + eps)`, and the rate in the buffer: `b = momentum b + lr g / sqrt(v + eps)`, `p = p - b`.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html; https://keras.io/api/optimizers/rmsprop/; Hinton 2012, Coursera lecture 6e; centered: Graves 2013.
 *
 * @throws where an option is out of its range
 * @example
 * const optimizer = new RMSprop(model.parameters(), { lr: 0.001 });
 */
export class RMSprop extends Optimizer<RMSpropOptions, RMSpropState> {
  /** Whose formula this is. */
  readonly variant: Variant;

  constructor(params: Params<RMSpropOptions>, { variant = 'torch', ...options }: RMSpropOptions & Formula = {}) {
    const own = variant === 'torch' ? { lr: 0.01, alpha: 0.99, eps: 1e-8 } : { lr: 0.001, alpha: 0.9, eps: 1e-7 };
    super(params, { weightDecay: 0, momentum: 0, centered: false, maximize: false, ...own }, options);
    this.variant = variant;
  }

  protected override check({ lr, alpha, eps, weightDecay, momentum }: Settings<RMSpropOptions>): void {
    inRange('RMSprop', { lr, alpha, eps, weightDecay, momentum }, 0);
  }

  protected override formula({ momentum, centered }: Settings<RMSpropOptions>): readonly FormulaLine[] {
    const spread = centered ? 'v - m^2' : 'v';
    const step = `g / ${this.variant === 'torch' ? `(sqrt(${spread}) + eps)` : `sqrt(${spread} + eps)`}`;
    const buffer = this.variant === 'torch' ? `momentum * b + ${step}` : `momentum * b + lr * ${step}`;
    return [
      ['v', 'alpha * v + (1 - alpha) * g^2', 'squareAvg'],
      ...(centered ? [['m', 'alpha * m + (1 - alpha) * g', 'gradAvg'] as const] : []),
      ...(momentum > 0 ? [['b', buffer, 'momentumBuffer'] as const, ['p', this.variant === 'torch' ? 'p - lr * b' : 'p - b'] as const] : [['p', `p - lr * ${step}`] as const]),
    ];
  }

  protected update(p: Tensor, gradient: Tensor, settings: Settings<RMSpropOptions>, state: Partial<RMSpropState>): void {
    const { lr, alpha, eps, weightDecay, momentum, centered, maximize } = settings;
    const zeros = () => p.newFull(p.shape, 0);
    state.step = (state.step ?? 0) + 1;
    const square = (state.squareAvg ??= zeros());
    const mean = centered ? (state.gradAvg ??= zeros()) : undefined;
    const buffer = momentum > 0 ? (state.momentumBuffer ??= zeros()) : undefined;
    const kernel = rule({ inside: this.variant !== 'torch', centered, momentous: momentum > 0, penalized: weightDecay !== 0 });
    kernel.into([p, square, ...(mean ? [mean] : []), ...(buffer ? [buffer] : [])], p, gradient, square, mean ?? 0, buffer ?? 0,
      lr, maximize ? -1 : 1, weightDecay, alpha, 1 - alpha, eps, momentum);
  }
}
