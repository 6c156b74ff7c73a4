import { fuse, type Scalar, type Tensor } from '@nn/tensor';
import type { FormulaLine } from './explain.ts';
import { Optimizer, type Params, type Settings } from './optimizer.ts';
import { inRange } from './settings.ts';

/** What {@link Adafactor} takes. */
export interface AdafactorOptions {
  /** The largest rate. Default 0.01. */
  readonly lr?: number;
  /** The mean square forgets as t^beta2Decay. Default -0.8. */
  readonly beta2Decay?: number;
  /** The least root mean square that is divided by (null: the dtype's epsilon), and the least size of a parameter. Default [null, 0.001]. */
  readonly eps?: readonly [number | null, number];
  /** The largest root mean square of a step. Default 1. */
  readonly d?: number;
  /** Decay of the parameter, not in the gradient. Default 0. */
  readonly weightDecay?: number;
  /** Ascends instead. Default false. */
  readonly maximize?: boolean;
}

/** What {@link Adafactor} remembers of a parameter: of matrices and stacks of them rows and columns, of others all. */
export interface AdafactorState {
  step: number;
  rowVar: Tensor;
  colVar: Tensor;
  variance: Tensor;
}

const squares = fuse((x: Scalar) => x.square());
const follow = fuse((v: Scalar, now: Scalar, share: Scalar, count: Scalar) => [v.add(now.div(count).sub(v).mul(share))]);
const own = fuse((v: Scalar, g: Scalar, share: Scalar) => [v.add(g.square().sub(v).mul(share))]);
const outer = fuse((row: Scalar, column: Scalar, mean: Scalar, eps: Scalar) => row.mul(column).div(mean.maximum(eps)));
const scaled = fuse((g: Scalar, v: Scalar, sign: Scalar, eps: Scalar) => g.mul(sign).div(v.maximum(eps.square()).sqrt()));
const rule = fuse((p: Scalar, step: Scalar, size: Scalar, length: Scalar, rate: Scalar, least: Scalar, root: Scalar, d: Scalar, kept: Scalar) => {
  const alpha = size.sqrt().div(root).maximum(least).mul(rate);
  return [p.mul(kept).sub(step.mul(alpha).div(length.sqrt().div(root.mul(d)).maximum(1)))];
});

/**
 * {@link Adam} without a mean of gradients, whose mean squares of a matrix are kept by row and column only: memory for m + n numbers instead of m n.
 *
 *     share = t^beta2Decay;   rows, columns = running means of g^2 over the other axis
 *     v = rows columns / mean(rows);   u = g / max(sqrt(v), eps1)
 *     p = p - lr weightDecay p - max(eps2, rms(p)) min(lr, 1 / sqrt(t)) u / max(1, rms(u) / d)
 *
 * Source: Shazeer & Stern 2018, algorithm 6; https://docs.pytorch.org/docs/stable/generated/torch.optim.Adafactor.html
 *
 * @throws where an option is out of its range
 * @example
 * const optimizer = new Adafactor(model.parameters());
 */
export class Adafactor extends Optimizer<AdafactorOptions, AdafactorState> {
  constructor(params: Params<AdafactorOptions>, options: AdafactorOptions = {}) {
    super(params, { lr: 0.01, beta2Decay: -0.8, eps: [null, 1e-3], d: 1, weightDecay: 0, maximize: false }, options);
  }

  protected override check({ lr, beta2Decay, eps: [eps1, eps2], d, weightDecay }: Settings<AdafactorOptions>): void {
    inRange('Adafactor', { lr, 'eps[0]': eps1 ?? 0, 'eps[1]': eps2, weightDecay, '-beta2Decay': -beta2Decay }, 0);
    inRange('Adafactor', { d }, 1);
  }

  protected override penalizes(): boolean { return false; }

  protected override formula({ eps: [, least] }: Settings<AdafactorOptions>): readonly FormulaLine[] {
    return [['p', `p * (1 - lr * weightDecay) - max(${least}, rms(P)) * min(lr, 1 / sqrt(t)) * g / sqrt(V) / max(1, rms(U) / d)`]];
  }

  protected update(p: Tensor, gradient: Tensor, settings: Settings<AdafactorOptions>, state: Partial<AdafactorState>): void {
    const { lr, beta2Decay, eps: [given, least], d, weightDecay, maximize } = settings;
    const t = (state.step = (state.step ?? 0) + 1);
    const eps = given ?? (p.dtype === 'float64' ? 2 ** -52 : 2 ** -23);
    const variance = this.#variance(p, gradient, t ** beta2Decay, eps, state);
    const step = scaled(gradient, variance, maximize ? -1 : 1, eps);
    const [size, length] = [squares.reduce('sum', undefined, p), squares.reduce('sum', undefined, step)];
    rule.into([p], p, step, size, length, Math.min(lr, 1 / Math.sqrt(t)), least, Math.sqrt(p.numel), d, 1 - lr * weightDecay);
  }

  #variance(p: Tensor, gradient: Tensor, share: number, eps: number, state: Partial<AdafactorState>): Tensor {
    if (p.shape.length < 2) {
      const all = (state.variance ??= p.newFull(p.shape, 0));
      own.into([all], all, gradient, share);
      return all;
    }
    const [rows, columns] = p.shape.slice(-2) as [number, number];
    const rest = p.shape.slice(0, -2);
    const row = (state.rowVar ??= p.newFull([...rest, rows, 1], 0));
    const column = (state.colVar ??= p.newFull([...rest, 1, columns], 0));
    follow.into([row], row, squares.reduce('sum', -1, gradient).unsqueeze(-1), share, columns);
    follow.into([column], column, squares.reduce('sum', -2, gradient).unsqueeze(-2), share, rows);
    return outer(row, column, row.mean(-2, { keepDim: true }), eps);
  }
}
