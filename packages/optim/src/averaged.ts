import { noGrad } from '@nn/autograd';
import { fail, fuse, keep, type Scalar, scope, type Tensor } from '@nn/tensor';
import { together } from '@nn/tensor/trace';
import { inRange } from './settings.ts';

const follow = fuse((average: Scalar, p: Scalar, share: Scalar) => [average.add(p.sub(average).mul(share))]);
const exchange = fuse((a: Scalar, b: Scalar) => [b, a]);

/** The next average, of one parameter: from the average so far, the parameter, and how many updates there were. */
export type AverageFunction = (average: Tensor, parameter: Tensor, nAveraged: number) => Tensor;

/** What {@link AveragedWeights} takes. */
export interface AveragedWeightsOptions {
  /** How slowly an exponential moving average follows, e.g. 0.999. Without it all updates count alike: stochastic weight averaging. */
  readonly decay?: number;
  /** An average of one's own, instead of `decay`. Not asked at the first update, which copies. */
  readonly avgFn?: AverageFunction;
}

/**
 * The average of parameters over training, often better than the last ones: stochastic weight averaging (SWA), or with `decay` an exponential moving average
 * (EMA). The first update copies. {@link AveragedModel} is the same for a whole model.
 *
 *     EMA:  a = decay a + (1 - decay) p;      SWA:  a = a + (p - a) / (n + 1)
 *
 * Source: Izmailov et al. 2018; https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema
 *
 * @throws where decay is not in [0, 1), is given beside avgFn, or there are no parameters
 * @example
 * const average = new AveragedWeights(model.parameters(), { decay: 0.999 });
 * optimizer.step();
 * average.update();
 * average.swap(); // evaluate with the averages
 * average.swap(); // and go on with the parameters
 */
export class AveragedWeights {
  /** How many updates there were. */
  nAveraged = 0;
  readonly #next: AverageFunction | undefined;
  readonly #decay: number | undefined;
  readonly #parameters: readonly Tensor[];
  readonly #averages: readonly Tensor[];

  constructor(parameters: Iterable<Tensor>, { decay, avgFn }: AveragedWeightsOptions = {}) {
    if (decay !== undefined) inRange('AveragedWeights', { decay }, 0, 1);
    if (decay !== undefined && avgFn) fail('AveragedWeights', 'there are decay and avgFn', 'Give one of them.');
    [this.#decay, this.#next] = [decay, avgFn];
    this.#parameters = [...parameters];
    if (this.#parameters.length === 0) fail('AveragedWeights', 'there are no parameters', 'Pass model.parameters().');
    this.#averages = noGrad(() => this.#parameters.map((parameter) => keep(parameter.detach().clone())));
  }

  /** The averages, in the order of the parameters. */
  get averages(): readonly Tensor[] { return this.#averages; }

  /**
   * Takes parameters as they are into the average.
   *
   * @param from others of the same shapes, in the same order. Default: those that it was made with.
   */
  update(from: Iterable<Tensor> = this.#parameters): void {
    const [n, next] = [this.nAveraged, this.#next];
    const share = this.#decay === undefined ? 1 / (n + 1) : 1 - this.#decay;
    this.#each([...from], (parameter, average) => {
      if (n === 0) average.assign(parameter);
      else if (next) average.assign(next(average, parameter, n).cast(average.dtype));
      else if (average.dtype.startsWith('float')) follow.into([average], average, parameter, share);
      else average.assign(average.add(parameter.sub(average).mul(share)).cast(average.dtype)); // counts among buffers
    });
    this.nAveraged++;
  }

  /** Exchanges parameters and averages. */
  swap(): void { this.#each(this.#parameters, (parameter, average) => { exchange.into([parameter, average], parameter, average); }); }

  #each(parameters: readonly Tensor[], change: (parameter: Tensor, average: Tensor) => void): void {
    const averages = this.#averages;
    if (parameters.length !== averages.length) fail('AveragedWeights', `there are ${parameters.length} parameters for ${averages.length} averages`, 'They must be the same.');
    noGrad(() => { scope(() => { together(() => { parameters.forEach((parameter, i) => { change(parameter, averages[i]!); }); }); }, 'AveragedWeights'); });
  }
}
