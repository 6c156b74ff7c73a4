/**
 * The pressure valve: values that a user's variable may hold are freed when the engine finalizes them, which it does only between tasks and in its own time.
 * At an awaited moment, once enough of them were made, this makes it happen: a task boundary, a collection, two more boundaries.
 */

/**
 * The first collections come early, to learn what one costs and how fast values gather. From then on one comes after BYTES or COUNT, times a factor that keeps its share of
 * the time. A few of those teach too, since a program is slow until its code is compiled; then the factor stays: memory is to be steady on a machine that is not.
 */
const EARLY = 2 * 2 ** 20;
const SOON = 4;
const TRIALS = 8;
const BYTES = 16 * 2 ** 20;
const COUNT = 20_000;
const SHARE = 0.005;
const MOST = 8;

export class Pressure {
  readonly #ceiling: number;
  #bytes = 0;
  #count = 0;
  #openings = 0;
  #factor = 1;
  /** Milliseconds of the cheapest collection so far. */
  #cost = Infinity;
  #since = performance.now();

  /** @param ceiling all that the device can hold, in bytes */
  constructor(ceiling: number) { this.#ceiling = ceiling; }

  /** Notes a value that only finalization may free; answers when that was, for {@link forget}. */
  note(bytes: number): number {
    this.#bytes += bytes;
    this.#count++;
    return this.#openings;
  }

  /** A value that was noted has been freed: no collection is needed for it. */
  forget(bytes: number, noted: number): void {
    if (noted !== this.#openings) return;
    this.#bytes -= bytes;
    this.#count--;
  }

  /** Whether a collection is due. */
  get due(): boolean {
    const bytes = this.#openings < SOON ? EARLY : BYTES * this.#factor;
    return this.#bytes > Math.min(bytes, this.#ceiling / 4) || this.#count > COUNT * this.#factor;
  }

  /** Lets the engine finalize what nobody holds any more. */
  async relieve(): Promise<void> {
    const start = performance.now();
    const rate = this.#bytes / (start - this.#since);
    this.#bytes = 0;
    this.#count = 0;
    this.#openings++;
    await task();
    collect();
    await task();
    await task();
    this.#since = performance.now();
    if (this.#openings <= TRIALS) this.#learn(rate, this.#since - start);
  }

  #learn(rate: number, cost: number): void {
    this.#cost = Math.min(this.#cost, cost);
    if (this.#openings < SOON) return;
    const wanted = (rate * this.#cost) / SHARE / BYTES;
    this.#factor = Math.min(MOST, Math.max(this.#factor, 2 ** Math.ceil(Math.log2(wanted))));
  }
}

interface Host {
  setImmediate?: (done: () => void) => unknown;
  process?: { getBuiltinModule?: (id: string) => { setFlagsFromString?: (flags: string) => void; runInNewContext?: (code: string) => () => void } | undefined };
  gc?: () => void;
}
const host = globalThis as Host;

/** Ends the current task; finalizers run between tasks. */
function task(): Promise<void> {
  return new Promise((done) => {
    if (host.setImmediate) host.setImmediate(done);
    else setTimeout(done, 0);
  });
}

let garbage: (() => void) | undefined;

/** Node has a collector to call; in a page, throwing away a few large buffers brings the engine to it. */
function collect(): void {
  garbage ??= host.gc ?? exposed() ?? (() => { for (let i = 0; i < 4; i++) new ArrayBuffer(64 * 2 ** 20); });
  garbage();
}

function exposed(): (() => void) | undefined {
  const load = host.process?.getBuiltinModule;
  const flags = load?.('node:v8')?.setFlagsFromString;
  const run = load?.('node:vm')?.runInNewContext;
  if (!flags || !run) return undefined;
  flags('--expose-gc');
  return run('gc');
}
