/** All storages of a device, in one WebAssembly memory: what kernels of every thread address by plain offsets. */
import { fail } from '@nn/tensor/backend';

const PAGE = 65536;
/** Every block starts at a multiple of this and has a multiple of it as its size. */
const GRAIN = 64;
/** Freed blocks are kept by size for the next of the same size; above this many bytes, neighbours are merged before memory grows. */
const POOL_BYTES = 256 * 2 ** 20;
/** Vector loads may reach this far past a block, and so past the last one. */
const SLACK = 64;

/** The memory of one device, its allocator, and views of it. */
export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  /** Bytes that it can grow to. */
  readonly maximum: number;
  /** The last job that was asked for. */
  job = 0;
  readonly #free = new Map<number, number[]>();
  /** The job after which a freed block is in use no more; beyond the last block, of all that was there. */
  readonly #used = new Map<number, number>();
  #usedBeyond = 0;
  #pooled = 0;
  #top: number;
  #committed = 0;
  #bytes!: Uint8Array;
  #ints!: Int32Array;
  #floats!: Float32Array;
  #doubles!: Float64Array;

  /** `reserved` bytes at the start are left to the caller. */
  constructor(shared: boolean, reserved: number, limit: number) {
    const { memory, maximum } = reserve(shared, Math.ceil((reserved + SLACK) / PAGE), limit);
    this.memory = memory;
    this.shared = shared;
    this.maximum = maximum;
    this.#top = round(reserved);
    this.#refresh();
  }

  get pages(): number { return this.maximum / PAGE; }
  get bytes(): Uint8Array { return this.#bytes; }
  get ints(): Int32Array { return this.#ints; }
  get floats(): Float32Array { return this.#floats; }
  get doubles(): Float64Array { return this.#doubles; }

  /** The address of a block of at least `bytes` bytes. */
  allocate(bytes: number): number {
    const size = round(bytes);
    const blocks = this.#free.get(size);
    if (blocks && blocks.length > 0) {
      this.#pooled -= size;
      return blocks.pop()!;
    }
    if (this.#pooled > POOL_BYTES || this.#top + size + SLACK > this.maximum) {
      const found = this.#merge(size);
      if (found !== undefined) return found;
    }
    const address = this.#top;
    const end = address + size + SLACK;
    if (end > this.maximum || (end > this.#committed && !this.#grow(end))) {
      fail('allocate', `the CPU's heap of ${this.maximum / 2 ** 20} MiB is full (${(this.#top - this.#pooled) / 2 ** 20} MiB live, a block of ${size / 2 ** 20} MiB more)`,
        'Release values, e.g. by scope(() => { ... }), or use smaller batches.');
    }
    this.#top += size;
    return address;
  }

  /** The job after which nothing that was freed uses the block at `address`. */
  used(address: number): number { return this.#used.get(address) ?? this.#usedBeyond; }

  /** `used` is the job after which the block is in use no more: the last that was asked for, unless it is known. */
  free(address: number, bytes: number, used = this.job): void {
    const size = round(bytes);
    this.#used.set(address, used);
    const blocks = this.#free.get(size);
    if (blocks) blocks.push(address);
    else this.#free.set(size, [address]);
    this.#pooled += size;
  }

  /** Joins neighbouring free blocks, gives the last one back to the untouched end, and takes a block of `size` from the smallest that has it. */
  #merge(size: number): number | undefined {
    const all = [...this.#free].flatMap(([bytes, addresses]) => addresses.map((address): [number, number] => [address, bytes])).sort((a, b) => a[0] - b[0]);
    const joined: [number, number][] = [];
    for (const block of all) {
      const last = joined.at(-1);
      if (last && last[0] + last[1] === block[0]) last[1] += block[1];
      else joined.push(block);
    }
    const last = joined.at(-1);
    if (last && last[0] + last[1] === this.#top) this.#top = joined.pop()![0];
    this.#used.clear();
    this.#usedBeyond = this.job;
    let best: [number, number] | undefined;
    for (const block of joined) if (block[1] >= size && (!best || block[1] < best[1])) best = block;
    const address = best?.[0];
    if (best) [best[0], best[1]] = [best[0] + size, best[1] - size];
    this.#free.clear();
    this.#pooled = 0;
    for (const [start, bytes] of joined) this.#keep(start, bytes);
    return address;
  }

  /** Puts a joined block back as the largest sizes that fit into it: rounded up it would reach into its neighbour. */
  #keep(start: number, bytes: number): void {
    for (let [at, left] = [start, bytes]; left > 0;) {
      const size = within(left);
      this.free(at, size);
      at += size;
      left -= size;
    }
  }

  #grow(end: number): boolean {
    // By half of what is there, so that growth is rare; less where that is refused.
    for (const wanted of [Math.max(end, this.#committed * 1.5), end]) {
      const pages = Math.ceil(Math.min(wanted, this.maximum) / PAGE) - this.#committed / PAGE;
      try {
        this.memory.grow(pages);
        this.#refresh();
        return true;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
    return false;
  }

  #refresh(): void {
    const { buffer } = this.memory;
    this.#committed = buffer.byteLength;
    const whole = Math.floor(buffer.byteLength / PAGE) * PAGE;
    this.#bytes = new Uint8Array(buffer, 0, whole);
    this.#ints = new Int32Array(buffer, 0, whole / 4);
    this.#floats = new Float32Array(buffer, 0, whole / 4);
    this.#doubles = new Float64Array(buffer, 0, whole / 8);
  }
}

/** Small sizes by grain, larger ones in steps of an eighth of their power of two: at most 12.5% is wasted. */
function round(bytes: number): number {
  const step = stepOf(bytes);
  return Math.max(1, Math.ceil(bytes / step)) * step;
}
/** The largest size that is not above `bytes`, a multiple of the grain. */
function within(bytes: number): number {
  const step = stepOf(bytes);
  return Math.floor(bytes / step) * step;
}
const stepOf = (bytes: number): number => (bytes <= 8 * GRAIN ? GRAIN : Math.max(GRAIN, 2 ** (Math.floor(Math.log2(bytes)) - 3)));

/** Address space may be refused: tries 4, 2, 1 and 0.5 GiB, or what `limit` allows. */
function reserve(shared: boolean, initial: number, limit: number): { memory: WebAssembly.Memory; maximum: number } {
  for (const gigabytes of [4, 2, 1, 0.5]) {
    const maximum = Math.max(initial, Math.floor(Math.min(gigabytes * 2 ** 30, limit) / PAGE));
    try {
      return { memory: new WebAssembly.Memory({ initial, maximum, shared }), maximum: maximum * PAGE };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return fail('cpu', 'no address space for a heap of 512 MiB', 'Raise the limit (ulimit -v), or close other programs.');
}
