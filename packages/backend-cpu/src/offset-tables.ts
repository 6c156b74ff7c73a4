/** Where the elements of a group of axes lie, for groups that no single stride steps through. Tables stay in the heap: the same shapes come again in each step. */
import type { Heap } from './heap.ts';
import type { Pool } from './pool.ts';

const MOST_TABLES = 128;
/** Readers take several entries at a time. */
const AHEAD = 8;

/** A group of axes, the last one fastest, with strides in bytes. */
export interface Axes { readonly sizes: readonly number[]; readonly strides: readonly number[] }

export class OffsetTables {
  readonly #heap: Heap;
  readonly #pool: Pool;
  readonly #made = new Map<string, { readonly address: number; readonly bytes: number }>();

  constructor(heap: Heap, pool: Pool) {
    this.#heap = heap;
    this.#pool = pool;
  }

  /** The addresses of the tables of all `groups` that one job reads. Behind the last entry of each stand more of the same. */
  of(groups: readonly Axes[]): number[] {
    // Before any of them is looked up: room is made by forgetting all.
    if (this.#made.size + groups.length > MOST_TABLES) this.#clear();
    return groups.map((axes) => this.#one(axes));
  }

  #one({ sizes, strides }: Axes): number {
    const key = `${sizes.join()} ${strides.join()}`;
    let table = this.#made.get(key);
    if (!table) {
      const entries = offsetsOf(sizes, strides);
      const bytes = 4 * (entries.length + AHEAD);
      table = { address: this.#heap.allocate(bytes), bytes };
      this.#pool.wait(this.#heap.used(table.address));
      this.#heap.ints.set(entries, table.address >> 2);
      this.#heap.ints.fill(entries.at(-1)!, (table.address >> 2) + entries.length, (table.address + bytes) >> 2);
      this.#made.set(key, table);
    }
    return table.address;
  }

  #clear(): void {
    for (const { address, bytes } of this.#made.values()) this.#heap.free(address, bytes);
    this.#made.clear();
  }
}

function offsetsOf(sizes: Axes['sizes'], strides: Axes['strides']): Int32Array {
  let all = new Int32Array(1);
  sizes.forEach((size, axis) => {
    const next = new Int32Array(all.length * size);
    for (let i = 0; i < all.length; i++) for (let k = 0; k < size; k++) next[i * size + k] = all[i]! + k * strides[axis]!;
    all = next;
  });
  return all;
}
