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
  /** Instead of a seed or generator: draws what scikit-learn draws with this `random_state`. A {@link NumpyRandom} is drawn from where it stands. */
  readonly randomState?: number | NumpyRandom;
}

/** The stream that the options name. */
export function generatorOf({ seed, generator }: Seeding, operation: string): Generator {
  if (seed !== undefined && generator) fail(operation, 'both a seed and a generator were given', 'Leave out one of them.');
  return seed === undefined ? (generator ?? defaultGenerator) : new Generator(seed);
}

/** A random stream of either kind: both give uniform and normal numbers, and orders. */
export type RandomSource = Generator | NumpyRandom;

/**
 * The stream that the options name, NumPy's included.
 *
 * @param operation what errors name
 * @throws where a `randomState` is given beside a seed or a generator, or both of these
 * @example
 * sourceOf({ randomState: 0 }, 'draw').uniform(2); // [0.5488135, 0.71518937]: numpy.random.RandomState(0).uniform(size=2)
 */
export function sourceOf({ randomState, ...seeding }: NumpySeeding, operation: string): RandomSource {
  if (randomState === undefined) return generatorOf(seeding, operation);
  if (seeding.seed !== undefined || seeding.generator) fail(operation, 'a randomState was given beside a seed or a generator', 'Leave out one of them.');
  return randomState instanceof NumpyRandom ? randomState : new NumpyRandom(randomState);
}
