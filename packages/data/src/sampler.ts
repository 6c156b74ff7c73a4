/** Samplers: which rows an epoch draws, and in which order; as `torch.utils.data`'s. */
import { fail, type Generator } from '@nn/tensor';
import { generatorOf, type Seeding } from './seeding.ts';

/** Rows, or batches of rows, in the order in which they are drawn. Each iteration is an epoch. An array of row numbers is one. */
export interface Sampler<Drawn = number> extends Iterable<Drawn> {
  /** How many it draws in an epoch. */
  readonly length: number;
  /** The random stream that it draws from; a loader's state tells where it stands. */
  readonly generator?: Generator | undefined;
}

const count = (operation: string, name: string, value: number, least: number): number =>
  Number.isInteger(value) && value >= least ? value : fail(operation, `${name} is ${value}`, `Give a whole number from ${least} on.`);

/** All rows in order; as `SequentialSampler`. */
export class SequentialSampler implements Sampler {
  readonly #data: { readonly length: number };
  constructor(data: { readonly length: number }) { this.#data = data; }
  get length(): number { return this.#data.length; }
  *[Symbol.iterator](): globalThis.Generator<number, void, undefined> { for (let row = 0; row < this.length; row++) yield row; }
}

/** Options of {@link RandomSampler}. */
export interface RandomSamplerOptions extends Seeding {
  /** Rows may be drawn more than once. Default false. */
  readonly replacement?: boolean;
  /** How many are drawn in an epoch. Default: as many as there are rows. Without replacement, more than those begin another random order. */
  readonly numSamples?: number;
}

/**
 * Rows at random; as `RandomSampler`.
 *
 * @throws where numSamples is not a positive whole number
 * @example
 * const loader = new DataLoader(data, { batchSize: 32, sampler: new RandomSampler(data, { replacement: true, numSamples: 1000, seed: 0 }) });
 */
export class RandomSampler implements Sampler {
  readonly generator: Generator;
  readonly #data: { readonly length: number };
  readonly #options: RandomSamplerOptions;

  constructor(data: { readonly length: number }, options: RandomSamplerOptions = {}) {
    if (options.numSamples !== undefined) count('RandomSampler', 'numSamples', options.numSamples, 1);
    this.generator = generatorOf(options, 'RandomSampler');
    this.#data = data;
    this.#options = options;
  }

  get length(): number { return this.#options.numSamples ?? this.#data.length; }

  *[Symbol.iterator](): globalThis.Generator<number, void, undefined> {
    const rows = this.#data.length;
    if (rows === 0) return;
    if (this.#options.replacement) return yield* this.generator.integers(0, rows, this.length);
    for (let left = this.length; left > 0; left -= rows) yield* this.generator.permutation(rows).subarray(0, left);
  }
}

/** The given rows, in random order; as `SubsetRandomSampler`. */
export class SubsetRandomSampler implements Sampler {
  readonly generator: Generator;
  readonly #rows: ArrayLike<number>;

  constructor(rows: ArrayLike<number>, seeding: Seeding = {}) {
    this.generator = generatorOf(seeding, 'SubsetRandomSampler');
    this.#rows = rows;
  }

  get length(): number { return this.#rows.length; }
  *[Symbol.iterator](): globalThis.Generator<number, void, undefined> { for (const at of this.generator.permutation(this.length)) yield this.#rows[at]!; }
}

/** Options of {@link WeightedRandomSampler}. */
export interface WeightedRandomSamplerOptions extends Seeding {
  /** Rows may be drawn more than once. Default true. */
  readonly replacement?: boolean;
}

/**
 * Rows with probabilities in proportion to their weights, which need not sum to 1; as `WeightedRandomSampler`. Without replacement
 * each draw is in proportion to the weights that are left (Efraimidis and Spirakis 2006, doi:10.1016/j.ipl.2005.11.003).
 *
 * @throws where a weight is negative or not finite, all are 0, or more rows are to be drawn than have a weight
 * @example
 * const sampler = new WeightedRandomSampler([0.1, 0.9, 0.4], 5, { seed: 0 }); // mostly row 1
 */
export class WeightedRandomSampler implements Sampler {
  readonly generator: Generator;
  readonly length: number;
  readonly #weights: ArrayLike<number>;
  readonly #replacement: boolean;

  constructor(weights: ArrayLike<number>, numSamples: number, options: WeightedRandomSamplerOptions = {}) {
    const operation = 'WeightedRandomSampler';
    this.generator = generatorOf(options, operation);
    this.length = count(operation, 'numSamples', numSamples, 1);
    this.#weights = weights;
    this.#replacement = options.replacement ?? true;
    const all = Array.from(weights);
    const wrong = all.findIndex((weight) => !(weight >= 0 && weight < Infinity));
    if (wrong >= 0) fail(operation, `weight ${wrong} is ${all[wrong]}`, 'Weights are finite and not negative.');
    const drawable = all.filter((weight) => weight > 0).length;
    if (drawable === 0) fail(operation, 'no weight is above 0', 'Then nothing can be drawn.');
    if (!this.#replacement && numSamples > drawable) fail(operation, `${numSamples} rows are to be drawn without replacement, and ${drawable} have a weight above 0`, 'Draw fewer, or with replacement.');
  }

  *[Symbol.iterator](): globalThis.Generator<number, void, undefined> { yield* this.#replacement ? this.#withReplacement() : this.#without(); }

  /** The first row whose weights up to it exceed a uniform share of all. */
  *#withReplacement(): globalThis.Generator<number, void, undefined> {
    let sum = 0;
    const sums = Float64Array.from(this.#weights, (weight) => (sum += weight));
    let last = sums.length - 1;
    while (this.#weights[last] === 0) last--;
    for (const share of fractions(this.generator, this.length)) {
      let [low, high] = [0, last];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sums[middle]! > share * sum) high = middle;
        else low = middle + 1;
      }
      yield low;
    }
  }

  /** The largest u^(1/w), by their logarithms. */
  *#without(): globalThis.Generator<number, void, undefined> {
    const u = fractions(this.generator, this.#weights.length);
    const keys = Float64Array.from(this.#weights, (weight, row) => (weight > 0 ? Math.log(1 - u[row]!) / weight : -Infinity));
    const rows = Array.from(keys.keys()).sort((a, b) => keys[b]! - keys[a]! || a - b);
    yield* rows.slice(0, this.length);
  }
}

/** Uniform numbers in [0, 1), finer than those of float32. */
const fractions = (generator: Generator, length: number): Float64Array => generator.integers(0, 2 ** 32, length).map((whole) => whole / 2 ** 32);

/**
 * The rows of a sampler, `batchSize` at a time; as `BatchSampler`.
 *
 * @throws where batchSize is not a positive whole number
 * @example
 * [...new BatchSampler(new SequentialSampler({ length: 5 }), 2, false)]; // [[0, 1], [2, 3], [4]]
 */
export class BatchSampler implements Sampler<number[]> {
  readonly sampler: Sampler;
  readonly dropLast: boolean;
  #batchSize: number;

  constructor(sampler: Sampler, batchSize: number, dropLast = false) {
    this.sampler = sampler;
    this.#batchSize = count('BatchSampler', 'batchSize', batchSize, 1);
    this.dropLast = dropLast;
  }

  /** Another one holds for the iterations that begin then. */
  get batchSize(): number { return this.#batchSize; }
  set batchSize(size: number) { this.#batchSize = count('BatchSampler', 'batchSize', size, 1); }

  get length(): number { return Math[this.dropLast ? 'floor' : 'ceil'](this.sampler.length / this.batchSize); }
  get generator(): Generator | undefined { return this.sampler.generator; }

  *[Symbol.iterator](): globalThis.Generator<number[], void, undefined> {
    const size = this.#batchSize;
    let batch: number[] = [];
    for (const row of this.sampler) {
      if (batch.push(row) < size) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}
