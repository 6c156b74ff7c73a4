import { noGrad } from '@nn/autograd';
import { fail, fuse, keep, type Scalar, scope, type Tensor } from '@nn/tensor';
import { together } from '@nn/tensor/trace';
import { inRange } from './settings.ts';

const follow = fuse((average: Scalar, p: Scalar, share: Scalar) => [average.add(p.sub(average).mul(share))]);
const exchange = fuse((a: Scalar, b: Scalar) => [b, a]);

/** What {@link AveragedWeights} takes. */
export interface AveragedWeightsOptions {
  /** How slowly an exponential moving average follows, e.g. 0.999. Without it all updates count alike: stochastic weight averaging. */
  readonly decay?: number;
}

/**
 * The average of parameters over training, often better than the last ones: stochastic weight averaging (SWA), or with `decay` an exponential moving average
 * (EMA). The first update copies.
 *
 *     EMA:  a = decay a + (1 - decay) p;      SWA:  a = a + (p - a) / (n + 1)
 *
 * Source: Izmailov et al. 2018; https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema
 *
 * @throws where decay is not in [0, 1), or there are no parameters
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
  readonly #decay: number | undefined;
  readonly #parameters: readonly Tensor[];
  readonly #averages: readonly Tensor[];

  constructor(parameters: Iterable<Tensor>, { decay }: AveragedWeightsOptions = {}) {
    if (decay !== undefined) inRange('AveragedWeights', { decay }, 0, 1);
    this.#decay = decay;
    this.#parameters = [...parameters];
    if (this.#parameters.length === 0) fail('AveragedWeights', 'there are no parameters', 'Pass model.parameters().');
    this.#averages = noGrad(() => this.#parameters.map((parameter) => keep(parameter.detach().clone())));
  }

  /** The averages, in the order of the parameters. */
  get averages(): readonly Tensor[] { return this.#averages; }

  /** Takes the parameters as they are into the average. */
  update(): void {
    const share = this.nAveraged === 0 ? 1 : this.#decay === undefined ? 1 / (this.nAveraged + 1) : 1 - this.#decay;
    this.#each((parameter, average) => {
      if (share === 1) average.assign(parameter);
      else follow.into([average], average, parameter, share);
    });
    this.nAveraged++;
  }

  /** Exchanges parameters and averages. */
  swap(): void { this.#each((parameter, average) => { exchange.into([parameter, average], parameter, average); }); }

  #each(change: (parameter: Tensor, average: Tensor) => void): void {
    noGrad(() => { scope(() => { together(() => { this.#parameters.forEach((parameter, i) => { change(parameter, this.#averages[i]!); }); }); }, 'AveragedWeights'); });
  }
}
