import { defaultGenerator, fail, Generator } from '@nn/tensor';

/** How the random choices of a function are fixed: by a seed of its own, or by a stream that others draw from too. */
export interface Seeding {
  /** Starts a stream of its own. Default: draws from `generator`. */
  readonly seed?: number;
  /** Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator;
}

/** The stream that the options name. */
export function generatorOf({ seed, generator }: Seeding, operation: string): Generator {
  if (seed !== undefined && generator) fail(operation, 'both a seed and a generator were given', 'Leave out one of them.');
  return seed === undefined ? (generator ?? defaultGenerator) : new Generator(seed);
}
