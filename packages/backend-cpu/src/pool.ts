/**
 * Runs jobs on all threads. A job is a number of chunks, cut by shapes alone; every thread, the caller included, claims them one after the other,
 * and the caller waits only for chunks that another thread has claimed. So a thread that is late, asleep or busy elsewhere costs nothing.
 */
import type { BlasSource } from './blas.ts';
import type { Heap } from './heap.ts';
import type { Kernel } from './kernel.ts';
import { CONTROL, PARAMETERS, scratchOf } from './memory.ts';
import { maySleep, type StartThread } from './threads.ts';
import { MOST_PARTS, PART_BITS, WORD } from './worker.ts';

const PART_MASK = 2 ** PART_BITS - 1;
/** Looks at the count of finished parts before the caller sleeps. */
const PATIENCE = 5000;

interface Published { readonly id: number; readonly address: number; readonly length: number }

export class Pool {
  readonly threads: number;
  readonly #heap: Heap;
  readonly #helpers: { stop(): void }[] = [];
  readonly #published = new Map<Kernel, Published>();
  readonly #sleeps = maySleep();
  /** The memory's words that the control words were last taken from, and those. */
  #source: Int32Array | undefined;
  #control: Int32Array | undefined;
  #job = 0;
  #kernels = 0;

  /** `start` is undefined for one thread. */
  constructor(heap: Heap, threads: number, start: StartThread | undefined, blas?: BlasSource) {
    this.#heap = heap;
    this.threads = start ? threads : 1;
    for (let thread = 1; thread < this.threads; thread++) this.#helpers.push(start!(heap.memory, thread, blas));
  }

  /** Does chunks 0 to `count` of the job whose parameters have been written; returns when all are done. */
  run(kernel: Kernel, count: number): void {
    if (this.threads === 1 || count === 1 || !(kernel.module || kernel.library)) {
      for (let i = 0; i < count; i++) kernel.chunk(PARAMETERS, i, scratchOf(0));
      return;
    }
    const { id, address, length } = this.#publish(kernel);
    const group = Math.ceil(count / MOST_PARTS);
    const parts = Math.ceil(count / group);
    const words = this.#words();
    words.set([id, address, length, count, group], WORD.kernel);
    Atomics.store(words, WORD.done, 0);
    this.#job = (this.#job + 1) & (2 ** (32 - PART_BITS) - 1);
    Atomics.store(words, WORD.claim, (this.#job << PART_BITS) | parts);
    Atomics.add(words, WORD.signal, 1);
    if (Atomics.load(words, WORD.parked) > 0) Atomics.notify(words, WORD.signal);
    for (let claim = Atomics.load(words, WORD.claim); claim & PART_MASK; claim = Atomics.load(words, WORD.claim)) {
      if (Atomics.compareExchange(words, WORD.claim, claim, claim - 1) !== claim) continue;
      const first = ((claim & PART_MASK) - 1) * group;
      for (let i = first; i < Math.min(first + group, count); i++) kernel.chunk(PARAMETERS, i, scratchOf(0));
      Atomics.add(words, WORD.done, 1);
    }
    this.#await(words, parts);
  }

  /** Forgets a kernel that will not be used again. */
  forget(kernel: Kernel): void {
    const published = this.#published.get(kernel);
    if (!published) return;
    this.#published.delete(kernel);
    this.#heap.free(published.address, published.length);
  }

  /** Ends the helping threads. */
  stop(): void {
    if (this.threads > 1) {
      const words = this.#words();
      Atomics.store(words, WORD.stop, 1);
      Atomics.add(words, WORD.signal, 1);
      Atomics.notify(words, WORD.signal);
    }
    for (const helper of this.#helpers) helper.stop();
    this.#helpers.length = 0;
  }

  #await(words: Int32Array, parts: number): void {
    for (let i = 0; Atomics.load(words, WORD.done) < parts; i++) {
      if (i < PATIENCE || !this.#sleeps) continue;
      Atomics.store(words, WORD.waiting, 1);
      const done = Atomics.load(words, WORD.done);
      if (done < parts) Atomics.wait(words, WORD.done, done, 1);
      Atomics.store(words, WORD.waiting, 0);
    }
  }

  /** Puts the kernel's module where other threads find it. Every copy has its own number: what was read half-overwritten is never taken for another. */
  #publish(kernel: Kernel): Published {
    let published = this.#published.get(kernel);
    if (!published) {
      if (!kernel.module) {
        this.#published.set(kernel, (published = { id: ++this.#kernels, address: 0, length: 0 }));
        return published;
      }
      const { module } = kernel;
      const address = this.#heap.allocate(module.length);
      this.#heap.bytes.set(module, address);
      published = { id: ++this.#kernels, address, length: module.length };
      this.#published.set(kernel, published);
    }
    return published;
  }

  /** The control words, seen through the memory as it is now. */
  #words(): Int32Array {
    const { ints } = this.#heap;
    if (this.#source !== ints) {
      this.#source = ints;
      this.#control = ints.subarray(CONTROL >> 2, (CONTROL >> 2) + 256);
    }
    return this.#control!;
  }
}
