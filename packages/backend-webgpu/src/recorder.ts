/** Records dispatches into one encoder and one pass; submits them when asked, or past a bound. Parameters lie in one ring, at dynamic offsets. */
import type { Failures } from './failures.ts';
import type { Compiled } from './pipelines.ts';
import { Stopwatch } from './stopwatch.ts';

const MOST_DISPATCHES = 128;
/** Dispatches that are timed at once. */
const MOST_STOPWATCHES = 8;
const RING_BYTES = 256 * 1024;
/** What is bound of the ring, for kernels of few parameters and of many. */
export const PARAMS = [1024, 64 * 1024] as const;

export class Recorder {
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  readonly #submitted: () => void;
  /** What is on the host until a flush; the device's copy can be rewritten then, since submissions are ordered. */
  readonly #params = new Uint32Array(RING_BYTES / 4);
  readonly #alignment: number;
  readonly #place = [0];
  readonly ring: GPUBuffer;
  readonly #stopwatches: Stopwatch[] = [];
  readonly #mostStopwatches: number;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #pipeline: GPUComputePipeline | undefined;
  #used = 0;
  #pending = 0;
  /** The number of the batch being recorded. */
  batch = 1;
  dispatches = 0;
  submits = 0;

  /** `submitted` is called after each submission. */
  constructor(device: GPUDevice, failures: Failures, submitted: () => void) {
    this.#device = device;
    this.#failures = failures;
    this.#submitted = submitted;
    this.#alignment = device.limits.minUniformBufferOffsetAlignment;
    this.#mostStopwatches = device.features.has('timestamp-query') ? MOST_STOPWATCHES : 0;
    this.ring = device.createBuffer({ size: RING_BYTES + PARAMS[1], usage: 0x40 | 0x8 }); // UNIFORM | COPY_DST
  }

  /** Makes room for a dispatch: call it before anything that depends on `batch`. */
  prepare(words: number): void {
    if (this.#pending >= MOST_DISPATCHES || this.#used + words * 4 > RING_BYTES) this.flush();
  }

  /** What can time a dispatch now, if anything can. */
  get stopwatch(): Stopwatch | undefined {
    const idle = this.#stopwatches.find(({ busy }) => !busy);
    if (idle || this.#stopwatches.length >= this.#mostStopwatches) return idle;
    this.#stopwatches.push(new Stopwatch(this.#device));
    return this.#stopwatches.at(-1);
  }

  /** `done` is told how long it took, some time later; only where there is a {@link stopwatch}. */
  dispatch({ pipeline }: Compiled, group: GPUBindGroup, words: Uint32Array, x: number, y: number, done?: (nanoseconds: number) => void): void {
    const stopwatch = done && this.stopwatch;
    if (stopwatch) this.#endPass();
    this.#encoder ??= this.#device.createCommandEncoder();
    this.#pass ??= this.#encoder.beginComputePass(stopwatch ? { timestampWrites: stopwatch.writes } : {});
    if (this.#pipeline !== pipeline) this.#pass.setPipeline((this.#pipeline = pipeline));
    this.#params.set(words, this.#used / 4);
    this.#place[0] = this.#used;
    this.#pass.setBindGroup(0, group, this.#place);
    this.#pass.dispatchWorkgroups(x, y);
    this.#used += Math.ceil(words.byteLength / this.#alignment) * this.#alignment;
    this.#pending++;
    this.dispatches++;
    if (!stopwatch) return;
    this.#endPass();
    stopwatch.stop(this.#encoder, done);
  }

  copy(from: GPUBuffer, offset: number, to: GPUBuffer, at: number, bytes: number): void {
    this.#endPass();
    this.#encoder ??= this.#device.createCommandEncoder();
    this.#encoder.copyBufferToBuffer(from, offset, to, at, bytes);
  }

  /** Submits what was recorded. */
  flush(): void {
    const encoder = this.#encoder;
    if (!encoder) return;
    this.#endPass();
    const { queue } = this.#device;
    this.#failures.watch({ operation: 'submit' }, () => {
      if (this.#used > 0) queue.writeBuffer(this.ring, 0, this.#params, 0, this.#used / 4);
      queue.submit([encoder.finish()]);
    });
    this.#encoder = undefined;
    this.#used = 0;
    this.#pending = 0;
    this.batch++;
    this.submits++;
    for (const stopwatch of this.#stopwatches) stopwatch.submitted();
    this.#submitted();
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
    this.#pipeline = undefined;
  }
}
