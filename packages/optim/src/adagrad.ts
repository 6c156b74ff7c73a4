import { type Scalar, type Tensor } from '@nn/tensor';
import { byChoice, followed } from './choices.ts';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import type { FormulaLine } from './explain.ts';
import { inRange } from './settings.ts';
import type { Formula, Variant } from './variant.ts';

/** What {@link Adagrad} takes. */
export interface AdagradOptions {
  /** Learning rate. Default 0.01 (0.001 in the other variants). */
  readonly lr?: number;
  /** The rate falls as lr / (1 + lrDecay (t - 1)). Default 0. */
  readonly lrDecay?: number;
  /** L2 penalty. Default 0. */
  readonly weightDecay?: number;
  /** Where the sum of squares starts. Default 0 (Keras: 0.1). */
  readonly initialAccumulatorValue?: number;
  /** Keeps from dividing by 0. Default 1e-10 (1e-7 in the other variants). */
  readonly eps?: number;
  /** Ascends instead. Default false. */
  readonly maximize?: boolean;
}

/** What {@link Adagrad} remembers of a parameter. */
export interface AdagradState {
  step: number;
  sum: Tensor;
}

const rule = byChoice(({ inside, penalized }: { inside: boolean; penalized: boolean }) => (p: Scalar, gradient: Scalar, sum: Scalar, rate: Scalar, sign: Scalar, decay: Scalar, eps: Scalar) => {
  const g = followed(gradient, p, sign, decay, penalized);
  const s = sum.add(g.square());
  return [p.sub(g.div(inside ? s.add(eps).sqrt() : s.sqrt().add(eps)).mul(rate)), s];
});

/**
 * Divides the gradient by the root of the sum of all its squares so far.
 *
 *     g = gradient + weightDecay p;   s = s + g^2
 *     p = p - lr / (1 + lrDecay (t - 1)) g / (sqrt(s) + eps)
 *
 * Variants 'keras' and 'lecture' have epsilon inside: `sqrt(s + eps)`; Keras's s starts at 0.1.
 *
 * Source: Duchi et al. 2011; https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html; https://keras.io/api/optimizers/adagrad/
 *
 * @throws where an option is out of its range
 * @example
 * const optimizer = new Adagrad(model.parameters(), { lr: 0.1 });
 */
export class Adagrad extends Optimizer<AdagradOptions, AdagradState> {
  /** Whose formula this is. */
  readonly variant: Variant;

  constructor(params: Params<AdagradOptions>, { variant = 'torch', ...options }: AdagradOptions & Formula = {}) {
    const own = variant === 'torch' ? { lr: 0.01, eps: 1e-10 } : { lr: 0.001, eps: 1e-7 };
    super(params, { lrDecay: 0, weightDecay: 0, initialAccumulatorValue: variant === 'keras' ? 0.1 : 0, maximize: false, ...own }, options);
    this.variant = variant;
  }

  protected override check({ lr, lrDecay, weightDecay, initialAccumulatorValue, eps }: Settings<AdagradOptions>): void {
    inRange('Adagrad', { lr, lrDecay, weightDecay, initialAccumulatorValue, eps }, 0);
  }

  protected override formula({ initialAccumulatorValue }: Settings<AdagradOptions>, { sum }: Partial<AdagradState>): readonly FormulaLine[] {
    return [['s', `${sum ? 's' : initialAccumulatorValue} + g^2`, 'sum'], ['p', `p - lr / (1 + lrDecay * (t - 1)) * g / ${this.variant === 'torch' ? '(sqrt(s) + eps)' : 'sqrt(s + eps)'}`]];
  }

  protected update(p: Tensor, gradient: Tensor, settings: Settings<AdagradOptions>, state: Partial<AdagradState>): void {
    const { lr, lrDecay, weightDecay, initialAccumulatorValue, eps, maximize } = settings;
    const t = (state.step = (state.step ?? 0) + 1);
    const sum = (state.sum ??= p.newFull(p.shape, initialAccumulatorValue));
    rule({ inside: this.variant !== 'torch', penalized: weightDecay !== 0 }).into([p, sum], p, gradient, sum, lr / (1 + (t - 1) * lrDecay), maximize ? -1 : 1, weightDecay, eps);
  }
}
