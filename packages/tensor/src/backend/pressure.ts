/**
 * The pressure valve: values that a user's variable may hold are freed when the engine finalizes them, which it does only between tasks and in its own time.
 * At an awaited moment, once enough of them were made, this makes it happen: a task boundary, a collection, two more boundaries.
 */

/** A collection is asked for after this much; less often where the first one shows that it costs more than its share of the time. */
const FIRST_BYTES = 16 * 2 ** 20;
const FIRST_COUNT = 20_000;
const SHARE = 0.03;
/** Later it changes only where many of them together cost far more, so that memory is steady on a machine that is not. */
const MANY = 8;

export class Pressure {
  readonly #ceiling: number;
  #bytes = 0;
  #count = 0;
  #scale = 1;
  #began = performance.now();
  #spent = 0;
  #times = 0;
  #settled = false;

  /** @param ceiling all that the device can hold, in bytes */
  constructor(ceiling: number) { this.#ceiling = ceiling; }

  /** Notes a value that only finalization can free. */
  note(bytes: number): void {
    this.#bytes += bytes;
    this.#count++;
  }

  /** Whether a collection is due. */
  get due(): boolean { return this.#bytes > Math.min(FIRST_BYTES * this.#scale, this.#ceiling / 4) || this.#count > FIRST_COUNT * this.#scale; }

  /** Lets the engine finalize what nobody holds any more. */
  async relieve(): Promise<void> {
    const start = performance.now();
    this.#bytes = 0;
    this.#count = 0;
    await task();
    collect();
    await task();
    await task();
    this.#adapt(start, performance.now());
  }

  #adapt(start: number, now: number): void {
    const room = () => FIRST_BYTES * this.#scale * 4 < this.#ceiling;
    this.#spent += now - start;
    this.#times++;
    const elapsed = now - this.#began;
    if (!this.#settled) {
      for (let share = this.#spent / elapsed; share > SHARE && room(); share /= 2) this.#scale *= 2;
      this.#settled = true;
    } else if (this.#times < MANY) return;
    else if (this.#spent > 2 * SHARE * elapsed && room()) this.#scale *= 2;
    [this.#began, this.#spent, this.#times] = [now, 0, 0];
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
