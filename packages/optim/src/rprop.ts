import { fail, fuse, type Scalar, type Tensor } from '@nn/tensor';
import type { FormulaLine } from './explain.ts';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import { inRange } from './settings.ts';

/** What {@link Rprop} takes. */
export interface RpropOptions {
  /** Size of the first step. Default 0.01. */
  readonly lr?: number;
  /** By how much a step shrinks where the gradient changed its sign, and grows where it did not. Default [0.5, 1.2]. */
  readonly etas?: readonly [number, number];
  /** The smallest and the largest step. Default [1e-6, 50]. */
  readonly stepSizes?: readonly [number, number];
  /** Ascends instead. Default false. */
  readonly maximize?: boolean;
}

/** What {@link Rprop} remembers of a parameter. */
export interface RpropState {
  step: number;
  prev: Tensor;
  stepSize: Tensor;
}

const rule = fuse((p: Scalar, gradient: Scalar, last: Scalar, size: Scalar, sign: Scalar, shrink: Scalar, grow: Scalar, least: Scalar, most: Scalar) => {
  const agreement = gradient.mul(sign).mul(last);
  const turned = agreement.lt(0);
  const g = gradient.mul(sign).where(turned.logicalNot(), 0);
  const s = size.mul(shrink.where(turned, grow.where(agreement.gt(0), 1))).maximum(least).minimum(most);
  return [p.sub(g.sign().mul(s)), g, s];
});

/**
 * Resilient backpropagation: uses only the sign of the gradient. Each element has a step of its own, which grows while the sign stays. For full batches.
 *
 *     sign changed:  s = max(s eta-, least), no step;   sign stayed:  s = min(s eta+, most)
 *     p = p - sign(gradient) s
 *
 * Source: Riedmiller & Braun 1993; https://docs.pytorch.org/docs/stable/generated/torch.optim.Rprop.html
 *
 * @throws where an option is out of its range
 * @example
 * const optimizer = new Rprop(model.parameters());
 */
export class Rprop extends Optimizer<RpropOptions, RpropState> {
  constructor(params: Params<RpropOptions>, options: RpropOptions = {}) {
    super(params, { lr: 0.01, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false }, options);
  }

  protected override check({ lr, etas: [shrink, grow] }: Settings<RpropOptions>): void {
    inRange('Rprop', { lr }, 0);
    if (!(0 < shrink && shrink < 1 && 1 < grow)) fail('Rprop', `etas are [${shrink}, ${grow}]`, 'Use a number between 0 and 1, and one above 1.');
  }

  protected override formula({ etas: [shrink, grow], stepSizes: [least, most] }: Settings<RpropOptions>, { stepSize }: Partial<RpropState>): readonly FormulaLine[] {
    return [
      ['s', `min(max(${stepSize ? 's' : 'lr'} * (g * last < 0 ? ${shrink} : g * last > 0 ? ${grow} : 1), ${least}), ${most})`, 'stepSize'],
      ['p', 'p - s * (g * last < 0 ? 0 : sign(g))'],
      ['last', 'g * last < 0 ? 0 : g', 'prev'],
    ];
  }

  protected update(p: Tensor, gradient: Tensor, { lr, etas, stepSizes, maximize }: Settings<RpropOptions>, state: Partial<RpropState>): void {
    state.step = (state.step ?? 0) + 1;
    const last = (state.prev ??= p.newFull(p.shape, 0));
    const size = (state.stepSize ??= p.newFull(p.shape, lr));
    rule.into([p, last, size], p, gradient, last, size, maximize ? -1 : 1, ...etas, ...stepSizes);
  }
}
