import { fail, fuse, type Scalar, type Tensor } from '@nn/tensor';
import type { FormulaLine } from './explain.ts';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import { inRange } from './settings.ts';
import { settled } from './settled.ts';

/** What {@link Muon} takes. */
export interface MuonOptions {
  /** Learning rate. Default 0.001. */
  readonly lr?: number;
  /** Decay of the parameter, not in the gradient. Default 0.1. */
  readonly weightDecay?: number;
  /** How slowly the mean of the gradient follows. Default 0.95. */
  readonly momentum?: number;
  /** Nesterov's momentum. Default true. */
  readonly nesterov?: boolean;
  /** Of the polynomial a x + b x^3 + c x^5 that is applied to singular values. Default [3.4445, -4.775, 2.0315]. */
  readonly nsCoefficients?: readonly [number, number, number];
  /** The least norm that is divided by. Default 1e-7. */
  readonly eps?: number;
  /** How often the polynomial is applied. Default 5. */
  readonly nsSteps?: number;
  /** How the rate follows the shape: 'original' times sqrt(max(1, rows / columns)); 'match_rms_adamw' times 0.2 sqrt(max(rows, columns)). Default 'original'. */
  readonly adjustLrFn?: 'original' | 'match_rms_adamw';
}

/** What {@link Muon} remembers of a parameter. */
export interface MuonState { momentumBuffer: Tensor }

const follow = fuse((gradient: Scalar, mean: Scalar, momentum: Scalar, rest: Scalar) => [settled(mean.mul(momentum).add(gradient.mul(rest)))]);
const ahead = fuse((gradient: Scalar, mean: Scalar, momentum: Scalar, rest: Scalar) => gradient.mul(rest).add(mean.mul(momentum)));
const squares = fuse((x: Scalar) => x.square());
const normalized = fuse((x: Scalar, sum: Scalar, eps: Scalar) => x.div(sum.sqrt().maximum(eps)));
const weighted = fuse((a: Scalar, b: Scalar, x: Scalar, y: Scalar) => a.mul(x).add(b.mul(y)));
const rule = fuse((p: Scalar, step: Scalar, kept: Scalar, rate: Scalar) => [p.mul(kept).sub(step.mul(rate))]);

/**
 * For matrices, such as the weights of hidden layers: steps by the mean gradient with all its singular values brought to about 1. Use {@link AdamW} for
 * the rest.
 *
 *     m = momentum m + (1 - momentum) g;   u = (1 - momentum) g + momentum m      (without Nesterov: u = m)
 *     x = u / |u|, nsSteps times  x = a x + (b A + c A A) x  with  A = x x^T
 *     p = (1 - lr weightDecay) p - lr s x,   s by the shape
 *
 * Source: Jordan et al. 2024, Muon: an optimizer for hidden layers; https://docs.pytorch.org/docs/stable/generated/torch.optim.Muon.html
 *
 * @throws where a parameter is no matrix, or an option is out of its range
 * @example
 * const optimizer = new Muon(model.parameters().filter((parameter) => parameter.shape.length === 2), { lr: 0.02 });
 */
export class Muon extends Optimizer<MuonOptions, MuonState> {
  constructor(params: Params<MuonOptions>, options: MuonOptions = {}) {
    super(params, {
      lr: 1e-3, weightDecay: 0.1, momentum: 0.95, nesterov: true, nsCoefficients: [3.4445, -4.775, 2.0315], eps: 1e-7, nsSteps: 5, adjustLrFn: 'original',
    }, options);
  }

  protected override check({ lr, weightDecay, momentum, eps, nsSteps, params = [] }: Settings<MuonOptions> & { params?: readonly Tensor[] }): void {
    inRange('Muon', { lr, weightDecay, momentum, eps, nsSteps }, 0);
    for (const { shape } of params) if (shape.length !== 2) fail('Muon', `a parameter is of shape [${shape.join(', ')}]`, 'It works on matrices: give the others to AdamW.');
  }

  protected override penalizes(): boolean { return false; }

  protected override formula({ nesterov }: Settings<MuonOptions>): readonly FormulaLine[] {
    return [
      ['m', 'momentum * m + (1 - momentum) * g', 'momentumBuffer'],
      ['p', `p * (1 - lr * weightDecay) - lr * scale(P) * orthogonal(${nesterov ? '(1 - momentum) * g + momentum * m' : 'm'})`],
    ];
  }

  protected update(p: Tensor, gradient: Tensor, settings: Settings<MuonOptions>, state: Partial<MuonState>): void {
    const { lr, weightDecay, momentum, nesterov, nsCoefficients, eps, nsSteps, adjustLrFn } = settings;
    const [rows, columns] = p.shape as [number, number];
    const mean = (state.momentumBuffer ??= p.newFull(p.shape, 0));
    follow.into([mean], gradient, mean, momentum, 1 - momentum);
    const u = nesterov ? ahead(gradient, mean, momentum, 1 - momentum) : mean;
    const step = rows > columns ? orthogonal(u.T, nsCoefficients, nsSteps, eps).T : orthogonal(u, nsCoefficients, nsSteps, eps);
    const scale = adjustLrFn === 'original' ? Math.sqrt(Math.max(1, rows / columns)) : 0.2 * Math.sqrt(Math.max(rows, columns));
    rule.into([p], p, step, 1 - lr * weightDecay, lr * scale);
  }
}

/** Newton-Schulz iteration: singular values go to about 1. */
function orthogonal(u: Tensor, [a, b, c]: readonly [number, number, number], steps: number, eps: number): Tensor {
  let x = normalized(u, squares.reduce('sum', undefined, u), eps);
  for (let i = 0; i < steps; i++) {
    const gram = x.matmul(x.T);
    const mixed = weighted(gram, gram.matmul(gram), b, c);
    x = weighted(x, mixed.matmul(x), a, 1);
  }
  return x;
}
