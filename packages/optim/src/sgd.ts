import { fail, type Scalar, type Tensor } from '@nn/tensor';
import { byChoice, followed } from './choices.ts';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import type { FormulaLine } from './explain.ts';
import { inRange } from './settings.ts';
import { settled } from './settled.ts';
import type { Formula, Variant } from './variant.ts';

/** What {@link SGD} takes. */
export interface SGDOptions {
  /** Learning rate. Default 0.001 (0.01 in the other variants). */
  readonly lr?: number;
  /** How much of the last step is repeated. Default 0. */
  readonly momentum?: number;
  /** How much less of the gradient enters the momentum. Default 0. */
  readonly dampening?: number;
  /** L2 penalty. Default 0. */
  readonly weightDecay?: number;
  /** Nesterov's momentum. Default false. */
  readonly nesterov?: boolean;
  /** Ascends instead. Default false. */
  readonly maximize?: boolean;
}

/** What {@link SGD} remembers of a parameter. */
export interface SGDState { momentumBuffer: Tensor }

/** `containing`: the buffer holds the rate. */
const rule = byChoice(({ momentous, nesterov, containing, penalized }: { momentous: boolean; nesterov: boolean; containing: boolean; penalized: boolean }) => (
  p: Scalar, gradient: Scalar, buffer: Scalar, lr: Scalar, sign: Scalar, decay: Scalar, momentum: Scalar, share: Scalar,
) => {
  const g = followed(gradient, p, sign, decay, penalized);
  const added = containing ? g.mul(lr) : g;
  const b = momentous ? settled(buffer.mul(momentum).add(added.mul(share))) : added;
  const step = nesterov ? added.add(b.mul(momentum)) : b;
  return [p.sub(containing ? step : step.mul(lr)), ...(momentous ? [b] : [])];
});

/**
 * Stochastic gradient descent.
 *
 *     g = gradient + weightDecay p;   b = momentum b + (1 - dampening) g   (b = g at first)
 *     p = p - lr b                    (Nesterov: p - lr (g + momentum b))
 *
 * In variants 'keras' and 'lecture' the buffer contains the rate, which matters when the rate changes: `b = momentum b + lr g`, `p = p - b`
 * (Nesterov: `p - (lr g + momentum b)`).
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html; https://keras.io/api/optimizers/sgd/
 *
 * @throws where an option is out of its range, and for `nesterov` without momentum or with dampening
 * @example
 * const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 */
export class SGD extends Optimizer<SGDOptions, SGDState> {
  /** Whose formula this is. */
  readonly variant: Variant;

  constructor(params: Params<SGDOptions>, { variant = 'torch', ...options }: SGDOptions & Formula = {}) {
    super(params, { lr: variant === 'torch' ? 0.001 : 0.01, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false }, options);
    this.variant = variant;
  }

  protected override check({ lr, momentum, weightDecay, nesterov, dampening }: Settings<SGDOptions>): void {
    inRange('SGD', { lr, momentum, weightDecay }, 0);
    if (nesterov && (momentum <= 0 || dampening !== 0)) fail('SGD', `nesterov with momentum ${momentum} and dampening ${dampening}`, 'It needs a momentum above 0 and no dampening.');
  }

  protected override formula({ momentum, nesterov }: Settings<SGDOptions>, state: Partial<SGDState>): readonly FormulaLine[] {
    const added = this.variant === 'torch' ? 'g' : 'lr * g';
    if (momentum === 0) return [['p', 'p - lr * g']];
    const step = nesterov ? `${added} + momentum * b` : 'b';
    return [
      ['b', state.momentumBuffer ? `momentum * b + (1 - dampening) * ${added}` : added, 'momentumBuffer'],
      ['p', this.variant === 'torch' ? `p - lr * ${nesterov ? `(${step})` : step}` : `p - ${nesterov ? `(${step})` : step}`],
    ];
  }

  protected update(p: Tensor, gradient: Tensor, { lr, momentum, dampening, weightDecay, nesterov, maximize }: Settings<SGDOptions>, state: Partial<SGDState>): void {
    const momentous = momentum !== 0;
    const share = state.momentumBuffer ? 1 - dampening : 1;
    const buffer = momentous ? (state.momentumBuffer ??= p.newFull(p.shape, 0)) : undefined;
    rule({ momentous, nesterov: momentous && nesterov, containing: this.variant !== 'torch', penalized: weightDecay !== 0 })
      .into([p, ...(buffer ? [buffer] : [])], p, gradient, buffer ?? 0, lr, maximize ? -1 : 1, weightDecay, momentum, share);
  }
}
