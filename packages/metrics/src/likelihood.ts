import { fail, fuse, type Scalar, show, stack, type Tensor, where } from '@nn/tensor';
import { Accumulated } from './accumulated.ts';
import { checkPair, summable } from './regression.ts';

/** The mean of negative log-likelihoods: the state is [2], their sum and their number. */
abstract class NegativeLogLikelihood extends Accumulated<[outputs: Tensor, targets: Tensor]> {
  protected readonly ignoreIndex: number | undefined;
  constructor({ ignoreIndex }: { readonly ignoreIndex?: number } = {}) {
    super();
    this.ignoreIndex = ignoreIndex;
  }
  protected blank(): number { return NaN; }
  protected score(state: Tensor): Tensor {
    const [sum, n] = state.unbind(0) as [Tensor, Tensor];
    return sum.div(n);
  }
  /** The sum of those of `targets` [...], given logarithms [..., C]. */
  protected picked(logarithms: Tensor, targets: Tensor): Tensor {
    if (show(logarithms.shape.slice(0, -1)) !== show(targets.shape)) fail(this.typeName, `the outputs are ${show(logarithms.shape)}, the targets ${show(targets.shape)}`, 'Give outputs with one more axis, the last, of classes.');
    const counts = this.ignoreIndex === undefined ? targets.newFull(targets.shape, 1, { dtype: 'bool' }) : targets.ne(this.ignoreIndex);
    const own = logarithms.gather(-1, where(counts, targets.cast('int32'), 0).unsqueeze(-1)).squeeze(-1);
    return stack([where(counts, own, 0).sum().neg(), counts.cast(logarithms.dtype).sum()]);
  }
}

/**
 * How many words a language model hesitates between: exp of the mean negative log-likelihood of the targets.
 * Shapes: outputs [N, T, V] scores before softmax, targets [N, T] int32; any axes before the last will do.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/text/perplexity.html
 *
 * @example
 * const perplexity = new Perplexity({ ignoreIndex: -100 });
 * perplexity.update(zeros([1, 3, 7]), tensor([[0, 4, -100]], { dtype: 'int32' }));
 * await perplexity.compute(); // 7
 */
export class Perplexity extends NegativeLogLikelihood {
  readonly typeName = 'Perplexity';
  protected count(outputs: Tensor, targets: Tensor): Tensor { return this.picked(summable(outputs).logSoftmax(-1), targets); }
  protected override score(state: Tensor): Tensor { return super.score(state).exp(); }
}

const binary = fuse((p: Scalar, y: Scalar) => p.where(y.gt(0), p.rsub(1)).log().neg());

/**
 * The mean negative log-likelihood of probabilities, -log p(target), clipped to [eps, 1 - eps] where eps is that of the dtype.
 * Shapes: outputs [N, C] with targets [N]; rows are taken as they are, so they must sum to 1; or outputs [N], the probability of 1, with targets [N] of 0 and 1.
 *
 * Source: https://scikit-learn.org/stable/modules/generated/sklearn.metrics.log_loss.html
 *
 * @example
 * const loss = new LogLoss();
 * loss.update(tensor([0.9, 0.2]), tensor([1, 0], { dtype: 'int32' }));
 * await loss.compute(); // 0.1643
 */
export class LogLoss extends NegativeLogLikelihood {
  readonly typeName = 'LogLoss';
  protected count(outputs: Tensor, targets: Tensor): Tensor {
    const given = summable(outputs);
    const eps = given.dtype === 'float64' ? 2 ** -52 : 2 ** -23;
    const clipped = given.clamp(eps, 1 - eps);
    if (outputs.shape.length === targets.shape.length) {
      checkPair('LogLoss', outputs, targets);
      const counts = this.ignoreIndex === undefined ? targets.newFull(targets.shape, 1, { dtype: 'bool' }) : targets.ne(this.ignoreIndex);
      return stack([where(counts, binary(clipped, targets), 0).sum(), counts.cast(given.dtype).sum()]);
    }
    return this.picked(clipped.log(), targets);
  }
}
