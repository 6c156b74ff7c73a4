/** Times one dispatch at a time on the device itself; the answer comes when it comes, and nobody waits for it. */
const BYTES = 16;

export class Stopwatch {
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #read: GPUBuffer;
  #done: ((nanoseconds: number) => void) | undefined;
  /** Whether a measurement is under way. */
  busy = false;

  constructor(device: GPUDevice) {
    this.#queries = device.createQuerySet({ type: 'timestamp', count: 2 });
    this.#resolved = device.createBuffer({ size: BYTES, usage: 0x200 | 0x4 }); // QUERY_RESOLVE | COPY_SRC
    this.#read = device.createBuffer({ size: BYTES, usage: 0x1 | 0x8 }); // MAP_READ | COPY_DST
  }

  /** For the pass that is measured. */
  get writes(): GPUComputePassTimestampWrites { return { querySet: this.#queries, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 }; }

  /** After that pass. */
  stop(encoder: GPUCommandEncoder, done: (nanoseconds: number) => void): void {
    encoder.resolveQuerySet(this.#queries, 0, 2, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#read, 0, BYTES);
    this.#done = done;
    this.busy = true;
  }

  /** After its submission. */
  submitted(): void {
    const done = this.#done;
    if (!done) return;
    this.#done = undefined;
    void this.#read.mapAsync(0x1).then(() => {
      const [from, to] = new BigUint64Array(this.#read.getMappedRange());
      this.#read.unmap();
      this.busy = false;
      done(Number(to! - from!));
    }, () => {}); // the device is gone
  }
}
