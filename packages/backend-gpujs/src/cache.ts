/** Compiled kernels by what they compute, the least recently used going first. */

/** A compiled thing and how much memory it keeps, in bytes. */
interface Entry {
  readonly bytes: number;
  retire(): void;
}

/** Kernels keep memory of their own: an array for each argument in WebAssembly, the last result on a graphics card. */
const MOST = 512;
const MOST_BYTES = 512 * 2 ** 20;

export class Cache<E extends Entry> {
  readonly #entries = new Map<string, E>();
  #bytes = 0;

  get size(): number { return this.#entries.size; }

  get(key: string, make: () => E): E {
    let entry = this.#entries.get(key);
    if (entry) this.#entries.delete(key);
    else {
      entry = make();
      this.#bytes += entry.bytes;
    }
    this.#entries.set(key, entry);
    for (const [oldest, { bytes }] of this.#entries) {
      if (oldest === key || (this.#entries.size <= MOST && this.#bytes <= MOST_BYTES)) break;
      this.#entries.get(oldest)!.retire();
      this.#entries.delete(oldest);
      this.#bytes -= bytes;
    }
    return entry;
  }
}
