/**
 * Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): a counter and a key in, four random words out.
 * Being a function of the counter, it gives the same numbers on every device and in any order.
 */

/** High 32 bits of the 64-bit product of two words, by the products of their halves; nothing leaves 32 bits, so that engines compute with integers. */
function mulHigh(a: number, b: number): number {
  const low = a & 0xffff;
  const high = a >>> 16;
  const left = b & 0xffff;
  const right = b >>> 16;
  const middle = (Math.imul(high, left) + (Math.imul(low, left) >>> 16)) >>> 0;
  const other = (Math.imul(low, right) + (middle & 0xffff)) >>> 0;
  return (Math.imul(high, right) + (middle >>> 16) + (other >>> 16)) | 0;
}

/** Writes the four words of block `counter` (a whole number below 2 ** 53) to `out`. */
export function philox(key: readonly [number, number], counter: number, out: Uint32Array, at = 0): void {
  let c0 = counter | 0;
  let c1 = Math.floor(counter / 2 ** 32) | 0;
  let c2 = 0;
  let c3 = 0;
  let k0 = key[0] | 0;
  let k1 = key[1] | 0;
  for (let turn = 0; turn < 10; turn++) {
    const high0 = mulHigh(0xd2511f53, c0);
    const high1 = mulHigh(0xcd9e8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[at] = c0;
  out[at + 1] = c1;
  out[at + 2] = c2;
  out[at + 3] = c3;
}

/** Blocks of four words that `length` draws take. */
export const blocksFor = (length: number): number => Math.ceil(length / 4);

/** `length` words from block `counter` on. */
export function randomWords(key: readonly [number, number], counter: number, length: number): Uint32Array {
  const words = new Uint32Array(4 * blocksFor(length));
  for (let block = 0; 4 * block < length; block++) philox(key, counter + block, words, 4 * block);
  return words.subarray(0, length);
}

/** `length` numbers in [0, 1), each the upper 24 bits of a word: exact in float32. */
export function uniformNumbers(key: readonly [number, number], counter: number, length: number): Float32Array {
  const words = randomWords(key, counter, length);
  const numbers = new Float32Array(length);
  // A loop: `from` goes through an iterator, which takes ten times as long as the drawing.
  for (let i = 0; i < length; i++) numbers[i] = (words[i]! >>> 8) / 2 ** 24;
  return numbers;
}
