import { fail, fuse, type Scalar, type Tensor } from '@nn/tensor';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import { inRange } from './settings.ts';

/** What {@link SGD} takes. */
export interface SGDOptions {
  /** Learning rate. Default 0.001. */
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

const plain = fuse((p: Scalar, gradient: Scalar, lr: Scalar, sign: Scalar, decay: Scalar) => [p.sub(gradient.mul(sign).add(p.mul(decay)).mul(lr))]);

const withMomentum = (nesterov: boolean) =>
  fuse((p: Scalar, gradient: Scalar, buffer: Scalar, lr: Scalar, sign: Scalar, decay: Scalar, momentum: Scalar, share: Scalar) => {
    const g = gradient.mul(sign).add(p.mul(decay));
    const b = buffer.mul(momentum).add(g.mul(share));
    return [p.sub((nesterov ? g.add(b.mul(momentum)) : b).mul(lr)), b];
  });
const heavyBall = withMomentum(false);
const nesterovs = withMomentum(true);

/**
 * Stochastic gradient descent.
 *
 *     g = gradient + weightDecay p;   b = momentum b + (1 - dampening) g   (b = g at first)
 *     p = p - lr b                    (Nesterov: p - lr (g + momentum b))
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
 *
 * @throws where an option is out of its range, and for `nesterov` without momentum or with dampening
 * @example
 * const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 */
export class SGD extends Optimizer<SGDOptions, SGDState> {
  constructor(params: Params<SGDOptions>, options: SGDOptions = {}) {
    super(params, { lr: 0.001, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false, ...options });
  }

  protected override check({ lr, momentum, weightDecay, nesterov, dampening }: Settings<SGDOptions>): void {
    inRange('SGD', { lr, momentum, weightDecay }, 0);
    if (nesterov && (momentum <= 0 || dampening !== 0)) fail('SGD', `nesterov with momentum ${momentum} and dampening ${dampening}`, 'It needs a momentum above 0 and no dampening.');
  }

  protected update(p: Tensor, gradient: Tensor, { lr, momentum, dampening, weightDecay, nesterov, maximize }: Settings<SGDOptions>, state: Partial<SGDState>): void {
    const sign = maximize ? -1 : 1;
    if (momentum === 0) return plain.into([p], p, gradient, lr, sign, weightDecay);
    const share = state.momentumBuffer ? 1 - dampening : 1;
    const buffer = (state.momentumBuffer ??= p.newFull(p.shape, 0));
    (nesterov ? nesterovs : heavyBall).into([p, buffer], p, gradient, buffer, lr, sign, weightDecay, momentum, share);
  }
}
