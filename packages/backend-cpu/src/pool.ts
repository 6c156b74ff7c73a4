/**
 * Runs jobs on all threads. A job is a number of chunks, cut by shapes alone; every thread claims them one after the other, so a thread that is late, asleep or
 * busy elsewhere costs nothing. The caller writes down what is to be done and goes on; helping threads do it, one job after the other, and the caller takes part where
 * it has to wait: for values, for room, or before it writes into memory itself. A job that is not worth sharing and uses nothing that others in line use (see {@link Pool.begin})
 * it does at once: so a small value, as a loss or an accuracy, need not wait for the update of a step.
 */
import type { BlasSource } from './blas.ts';
import type { Heap } from './heap.ts';
import type { Kernel } from './kernel.ts';
import { CONTROL, JOB_WORDS, JOBS, MOST_JOBS, parametersOf, scratchOf } from './memory.ts';
import { maySleep, type StartThread } from './threads.ts';
import { JOB, JOB_MASK, MOST_PARTS, WORD } from './worker.ts';

/** Looks at the count of finished parts before the caller sleeps. */
const PATIENCE = 5000;
/**
 * Parts of jobs that the caller asks ahead; when there are more, or the ring is full, it takes part until half of them are done. A ring of 128 jobs without this bound made steps
 * of width 128 faster than one of 32, and those of width 512 slower.
 */
const AHEAD = 300;

interface Published { readonly id: number; readonly address: number; readonly length: number }

export class Pool {
  readonly threads: number;
  readonly #heap: Heap;
  readonly #helpers: { stop(): void }[] = [];
  readonly #published = new Map<Kernel, Published>();
  readonly #sleeps = maySleep();
  /** The kernels of the jobs in the ring. */
  readonly #kernels = new Array<Kernel | undefined>(MOST_JOBS);
  readonly #ends = new Array<Kernel | undefined>(MOST_JOBS);
  /** The memory's words that the control words were last taken from, and those. */
  #source: Int32Array | undefined;
  #control!: Int32Array;
  /** The last job that was asked for; numbers wrap around. */
  #job = 0;
  /** The parts of all jobs that have been asked for, and of those up to each in the ring; numbers wrap around. */
  #parts = 0;
  readonly #partsUpTo = new Int32Array(MOST_JOBS);
  #copies = 0;
  /** Jobs that were not done when the operation began. */
  #before = 0;
  /** Whether the operation may be done before those. */
  #ready = false;
  #asked: number | undefined;

  /** `start` is undefined for one thread. */
  constructor(heap: Heap, threads: number, start: StartThread | undefined, blas?: BlasSource) {
    this.#heap = heap;
    this.threads = start ? threads : 1;
    for (let thread = 1; thread < this.threads; thread++) this.#helpers.push(start!(heap.memory, thread, blas));
  }

  /** The last job that was asked for. */
  get job(): number { return this.#job; }
  /** Where the parameters of the next job belong. */
  get parameters(): number { return parametersOf(this.#job + 1); }

  /** The last job that the operation has put in line; undefined where all of it is done. */
  get asked(): number | undefined { return this.#asked; }

  /** Begins an operation: {@link after} says what it has to wait for. Whether there is anything. */
  begin(): boolean {
    this.#asked = undefined;
    this.#before = this.threads > 1 ? this.#waiting() : 0;
    this.#ready = this.#before > 0;
    return this.#ready;
  }

  /** What the operation reads is there, or what it writes is in use no more, when `job` is done. */
  after(job: number): void {
    if (((this.#job - job) & JOB_MASK) < this.#before) this.#ready = false;
  }

  /** Does chunks 0 to `count` of the job whose parameters have been written, after all that was asked for before; `end` is run after each chunk, by the same thread. A thread claims at least `together`. */
  run(kernel: Kernel, count: number, end?: Kernel, together = 1): void {
    const shared = this.threads > 1 && isPortable(kernel) && (!end || isPortable(end));
    if (!shared) this.drain();
    const group = Math.max(together, Math.ceil(count / MOST_PARTS));
    const parts = Math.ceil(count / group);
    if (!shared || (parts === 1 && this.#idle())) {
      runChunks(kernel, end, this.parameters, 0, count, scratchOf(0));
      return;
    }
    if (parts === 1 && this.#ready) {
      // Working space of its own: the caller may be in the midst of a job.
      runChunks(kernel, end, this.parameters, 0, count, scratchOf(this.threads));
      return;
    }
    const [first, second] = [this.#publish(kernel), end && this.#publish(end)];
    const words = this.#words();
    const job = (this.#job + 1) & JOB_MASK;
    const slot = job & (MOST_JOBS - 1);
    const at = ((JOBS - CONTROL) >> 2) + slot * JOB_WORDS;
    announce(words, at + JOB.kernel, first);
    announce(words, at + JOB.end, second);
    words[at + JOB.chunks] = count;
    words[at + JOB.group] = group;
    words[at + JOB.parts] = parts;
    this.#kernels[slot] = kernel;
    this.#ends[slot] = end;
    this.#job = this.#heap.job = this.#asked = job;
    this.#ready = false;
    Atomics.store(words, WORD.published, job);
    this.#begin(words, job);
    this.#parts = this.#partsUpTo[slot] = (this.#parts + parts) | 0;
    if (this.#crowded(MOST_JOBS - 2, AHEAD)) this.#helpUntil(MOST_JOBS / 2, AHEAD / 2);
  }

  /** Returns when all is done that was asked for. */
  drain(): void {
    if (this.threads > 1 && !this.#idle()) this.#helpUntil(0);
  }

  /** Returns when a job is done, and all that was asked for before it. */
  wait(job: number): void {
    const later = (this.#job - job) & JOB_MASK;
    if (this.threads > 1 && later < this.#waiting()) this.#helpUntil(later);
  }

  /** Forgets a kernel that will not be used again. */
  forget(kernel: Kernel): void {
    const published = this.#published.get(kernel);
    if (!published) return;
    this.drain();
    this.#published.delete(kernel);
    this.#heap.free(published.address, published.length);
  }

  /** Ends the helping threads. */
  stop(): void {
    this.drain();
    if (this.threads > 1) {
      const words = this.#words();
      Atomics.store(words, WORD.stop, 1);
      Atomics.add(words, WORD.signal, 1);
      Atomics.notify(words, WORD.signal);
    }
    for (const helper of this.#helpers) helper.stop();
    this.#helpers.length = 0;
  }

  /** Jobs that are not done. */
  #waiting(): number { return (this.#job - Atomics.load(this.#words(), WORD.finished)) & JOB_MASK; }
  #idle(): boolean { return Atomics.load(this.#words(), WORD.finished) === this.#job; }

  /** Whether more than `jobs` are not done, or more than `parts` of them; the others always have two jobs left. */
  #crowded(jobs: number, parts: number): boolean {
    const finished = Atomics.load(this.#words(), WORD.finished);
    const waiting = (this.#job - finished) & JOB_MASK;
    return waiting > jobs || (waiting > 2 && ((this.#parts - this.#partsUpTo[finished & (MOST_JOBS - 1)]!) | 0) > parts);
  }

  /** Takes part until at most `jobs`, and of those at most `parts`, are not done. */
  #helpUntil(jobs: number, parts = Infinity): void {
    const words = this.#words();
    for (let looks = 0; this.#crowded(jobs, parts);) {
      if (this.#help(words)) looks = 0;
      else if (++looks > PATIENCE && this.#sleeps) {
        const finished = Atomics.load(words, WORD.finished);
        Atomics.store(words, WORD.waiting, 1);
        if (this.#crowded(jobs, parts)) Atomics.wait(words, WORD.finished, finished, 1);
        Atomics.store(words, WORD.waiting, 0);
      }
    }
  }

  /** Does a part of the job that is being done, if one is left. */
  #help(words: Int32Array): boolean {
    const claim = Atomics.load(words, WORD.claim);
    const part = (claim >> 8) & 255;
    if (part >= (claim & 255)) return false;
    const job = claim >>> 16;
    const slot = job & (MOST_JOBS - 1);
    const at = ((JOBS - CONTROL) >> 2) + slot * JOB_WORDS;
    const [kernel, ending] = [this.#kernels[slot]!, this.#ends[slot]];
    const [count, group, parts] = [words[at + JOB.chunks]!, words[at + JOB.group]!, words[at + JOB.parts]!];
    if (Atomics.compareExchange(words, WORD.claim, claim, claim + 256) !== claim) return true;
    runChunks(kernel, ending, parametersOf(job), part * group, Math.min((part + 1) * group, count), scratchOf(0));
    if (Atomics.add(words, WORD.done, 1) === parts - 1) {
      Atomics.store(words, WORD.done, 0);
      Atomics.store(words, WORD.finished, job);
      this.#begin(words, (job + 1) & JOB_MASK);
    }
    return true;
  }

  /** Begins a job if it has been asked for and the one before it is done: the same as threads do, see worker.ts. */
  #begin(words: Int32Array, job: number): void {
    const before = (job - 1) & JOB_MASK;
    if (((Atomics.load(words, WORD.published) - job) & JOB_MASK) > MOST_JOBS || Atomics.load(words, WORD.finished) !== before) return;
    const parts = words[((JOBS - CONTROL) >> 2) + (job & (MOST_JOBS - 1)) * JOB_WORDS + JOB.parts]!;
    const idle = Atomics.load(words, WORD.claim);
    if (idle >>> 16 !== before || Atomics.compareExchange(words, WORD.claim, idle, (job << 16) | parts) !== idle) return;
    Atomics.add(words, WORD.signal, 1);
    if (Atomics.load(words, WORD.parked) > 0) Atomics.notify(words, WORD.signal);
  }

  /** Puts the kernel's module where other threads find it. Every copy has its own number: what was read half-overwritten is never taken for another. */
  #publish(kernel: Kernel): Published {
    let published = this.#published.get(kernel);
    if (!published) {
      const { module } = kernel;
      // What a block holds may still be needed by what was asked for before.
      if (module) this.drain();
      const address = module ? this.#heap.allocate(module.length) : 0;
      if (module) this.#heap.bytes.set(module, address);
      published = { id: ++this.#copies, address, length: module?.length ?? 0 };
      this.#published.set(kernel, published);
    }
    return published;
  }

  /** The control words, seen through the memory as it is now. */
  #words(): Int32Array {
    const { ints } = this.#heap;
    if (this.#source !== ints) {
      this.#source = ints;
      this.#control = ints.subarray(CONTROL >> 2, (JOBS >> 2) + MOST_JOBS * JOB_WORDS);
    }
    return this.#control;
  }
}

/** Whether other threads can run it. */
const isPortable = (kernel: Kernel): boolean => kernel.module !== undefined || kernel.library === true;

function runChunks(kernel: Kernel, end: Kernel | undefined, parameters: number, from: number, to: number, scratch: number): void {
  for (let i = from; i < to; i++) {
    kernel.chunk(parameters, i, scratch);
    end?.chunk(parameters, i, scratch);
  }
}

/** Writes into a job where a kernel is found. */
function announce(words: Int32Array, at: number, kernel: Published | undefined): void {
  words[at] = kernel?.id ?? 0;
  words[at + 1] = kernel?.address ?? 0;
  words[at + 2] = kernel?.length ?? 0;
}
