import { defaultGenerator, fail, Generator } from '@nn/tensor';
import { NumpyRandom } from './numpy-random.ts';

/** How the random choices of a function are fixed: by a seed of its own, or by a stream that others draw from too. */
export interface Seeding {
  /** Starts a stream of its own. Default: draws from `generator`. */
  readonly seed?: number;
  /** Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator;
}

/** Seeding that can give scikit-learn's results, number for number. */
export interface NumpySeeding extends Seeding {
  /** Instead of a seed or generator: draws what scikit-learn draws with this `random_state`. */
  readonly randomState?: number;
}

/** The stream that the options name. */
export function generatorOf({ seed, generator }: Seeding, operation: string): Generator {
  if (seed !== undefined && generator) fail(operation, 'both a seed and a generator were given', 'Leave out one of them.');
  return seed === undefined ? (generator ?? defaultGenerator) : new Generator(seed);
}

/** What draws of either kind have in common. */
export type RandomSource = Pick<NumpyRandom, 'permutation'> & { uniform(length: number): ArrayLike<number>; normal(length: number): ArrayLike<number> };

/** The stream that the options name, NumPy's included. */
export function sourceOf({ randomState, ...seeding }: NumpySeeding, operation: string): RandomSource {
  if (randomState === undefined) return generatorOf(seeding, operation);
  if (seeding.seed !== undefined || seeding.generator) fail(operation, 'a randomState was given beside a seed or a generator', 'Leave out one of them.');
  return new NumpyRandom(randomState);
}
