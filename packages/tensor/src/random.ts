/** Seeded streams of numbers: the same on every device, in Node and in browsers. */
import { blocksFor, philox, uniformNumbers } from './backend/philox.ts';
import { fail } from './errors.ts';
import { cosine, logarithm } from './portable-math.ts';

/** Where a stream stands: enough to go on exactly. */
export interface GeneratorState { readonly seed: number; readonly path: string; readonly counter: number }

/** A counter-based generator (Philox 4x32-10). A draw reserves its range of the counter, so it can be drawn again. */
export class Generator {
  #seed = 0;
  #path = '';
  #counter = 0;
  #key: readonly [number, number] = [0, 0];

  /** @param seed a whole number from 0 to 2 ** 53 - 1 */
  constructor(seed = 0) { this.state = { seed, path: '', counter: 0 }; }

  get key(): readonly [number, number] { return this.#key; }
  get state(): GeneratorState { return { seed: this.#seed, path: this.#path, counter: this.#counter }; }
  set state({ seed, path, counter }: GeneratorState) {
    if (!Number.isSafeInteger(seed) || seed < 0) fail('Generator', `${seed} is not a seed`, 'Use a whole number from 0 on.');
    [this.#seed, this.#path, this.#counter] = [seed, path, counter];
    this.#key = path.split('/').filter(Boolean).reduce(derived, [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]);
  }

  /** Starts anew. */
  manualSeed(seed: number): this {
    this.state = { seed, path: '', counter: 0 };
    return this;
  }

  /** An independent stream; the same name gives the same one. */
  fork(name: string): Generator {
    const child = new Generator();
    child.state = { seed: this.#seed, path: `${this.#path}/${encodeURIComponent(name)}`, counter: 0 };
    return child;
  }

  /** Takes the counters of `length` draws out of the stream and returns the first. */
  reserve(length: number): number {
    const first = this.#counter;
    this.#counter += blocksFor(length);
    return first;
  }

  /** `length` host numbers in [0, 1), multiples of 2 ** -24. */
  uniform(length: number): Float32Array { return uniformNumbers(this.#key, this.reserve(length), length); }

  /** `length` standard normal host numbers (Box & Muller 1958), from arithmetic that is the same on every engine. */
  normal(length: number): Float64Array {
    const pairs = Math.ceil(length / 2);
    const u = this.uniform(2 * pairs);
    const out = new Float64Array(2 * pairs);
    for (let i = 0; i < pairs; i++) {
      const radius = Math.sqrt(-2 * logarithm(1 - u[2 * i]!));
      out[2 * i] = radius * cosine(u[2 * i + 1]!);
      out[2 * i + 1] = radius * cosine(u[2 * i + 1]! - 0.25);
    }
    return out.subarray(0, length);
  }

  /** `length` whole numbers in [low, high), a range of up to 2 ** 32. */
  integers(low: number, high: number, length: number): Float64Array {
    if (!(high > low) || high - low > 2 ** 32) fail('randint', `[${low}, ${high}) is not a range of 1 to 2 ** 32 numbers`);
    const words = this.#words(2 * length);
    const out = new Float64Array(length);
    for (let i = 0; i < length; i++) out[i] = low + Math.floor(((words[2 * i]! * 2 ** 21 + (words[2 * i + 1]! >>> 11)) / 2 ** 53) * (high - low));
    return out;
  }

  /** 0 to `length` - 1 in random order (Fisher & Yates). */
  permutation(length: number): Int32Array {
    const order = new Int32Array(length);
    for (let i = 0; i < length; i++) order[i] = i;
    const words = this.#words(2 * length);
    for (let i = length - 1; i > 0; i--) {
      const j = Math.floor(((words[2 * i]! * 2 ** 21 + (words[2 * i + 1]! >>> 11)) / 2 ** 53) * (i + 1));
      const last = order[i]!;
      order[i] = order[j]!;
      order[j] = last;
    }
    return order;
  }

  #words(length: number): Uint32Array {
    const first = this.reserve(length);
    const words = new Uint32Array(4 * blocksFor(length));
    for (let block = 0; 4 * block < length; block++) philox(this.#key, first + block, words, 4 * block);
    return words;
  }
}

/** A key for a name under a key: the name's FNV-1a hash as the counter of one draw. */
function derived(key: readonly [number, number], name: string): readonly [number, number] {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  const words = new Uint32Array(4);
  philox([key[0] ^ 0x5bd1e995, key[1]], hash, words);
  return [words[0]!, words[1]!];
}

/** The stream used where none is given. */
export const defaultGenerator: Generator = /*@__PURE__*/ new Generator(0);

/** Seeds everything that is drawn without a generator of its own. */
export const manualSeed = (seed: number): Generator => defaultGenerator.manualSeed(seed);
