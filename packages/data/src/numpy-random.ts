/**
 * The random numbers of `numpy.random.RandomState(seed)`, which scikit-learn draws from: the Mersenne Twister (Matsumoto and Nishimura 1998,
 * doi:10.1145/272991.272995) as NumPy seeds it and makes floats, normal numbers and orders of it. With the same seed the same numbers come.
 */
import { fail } from '@nn/tensor';

const LENGTH = 624;
const MIDDLE = 397;

/**
 * NumPy's legacy stream of random numbers, for results that are to be scikit-learn's number for number.
 *
 * @throws where the seed is not a whole number from 0 to 2 ** 32 - 1
 * @example
 * new NumpyRandom(42).permutation(5); // [1, 4, 2, 0, 3]
 */
export class NumpyRandom {
  readonly #words = new Uint32Array(LENGTH);
  #at = LENGTH;
  /** The second of two normal numbers, which come in pairs. */
  #spare: number | undefined;

  /** @param seed a whole number from 0 to 2 ** 32 - 1 */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) fail('randomState', `${seed} is not a seed of NumPy's`, 'Use a whole number from 0 to 2 ** 32 - 1.');
    this.#words[0] = seed;
    for (let i = 1; i < LENGTH; i++) {
      const before = this.#words[i - 1]!;
      this.#words[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
    }
  }

  /** `length` numbers in [0, 1), of 53 bits. */
  uniform(length: number): Float64Array { return Float64Array.from({ length }, () => this.#fraction()); }

  /** `length` standard normal numbers, by the polar method (Marsaglia and Bray 1964). */
  normal(length: number): Float64Array { return Float64Array.from({ length }, () => this.#gauss()); }

  /** 0 to `length` - 1 in random order (Fisher and Yates). */
  permutation(length: number): Int32Array {
    const order = Int32Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = this.#upTo(i);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  #word(): number {
    if (this.#at === LENGTH) this.#twist();
    let word = this.#words[this.#at++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #twist(): void {
    const words = this.#words;
    for (let i = 0; i < LENGTH; i++) {
      const joined = (words[i]! & 0x80000000) | (words[(i + 1) % LENGTH]! & 0x7fffffff);
      words[i] = words[(i + MIDDLE) % LENGTH]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }

  #fraction(): number {
    const [high, low] = [this.#word() >>> 5, this.#word() >>> 6];
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  #gauss(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.#fraction() - 1;
      const y = 2 * this.#fraction() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = factor * x;
      return factor * y;
    }
  }

  /** A whole number from 0 to `largest`: words of as many bits until one is not above it. */
  #upTo(largest: number): number {
    const mask = 2 ** (32 - Math.clz32(largest)) - 1;
    for (;;) {
      const value = (this.#word() & mask) >>> 0;
      if (value <= largest) return value;
    }
  }
}
