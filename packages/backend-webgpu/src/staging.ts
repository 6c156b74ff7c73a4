/** Buffers that the host reads results from, by size class, used again and again. */
import type { Failures } from './failures.ts';

const USAGE = 0x1 | 0x8; // MAP_READ | COPY_DST
const SMALLEST = 256;
/** Free buffers kept beyond this many bytes are destroyed, the oldest first. */
const MOST_FREE_BYTES = 64 * 2 ** 20;

/** The next of 4, 5, 6, 7 times a power of two: at most a quarter is wasted. */
export function sizeClass(bytes: number): number {
  if (bytes <= SMALLEST) return SMALLEST;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}

export class Staging {
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  readonly #free: GPUBuffer[] = [];
  made = 0;
  bytes = 0;

  constructor(device: GPUDevice, failures: Failures) {
    this.#device = device;
    this.#failures = failures;
  }

  take(bytes: number): GPUBuffer {
    const size = Math.max(bytes, Math.min(sizeClass(bytes), this.#device.limits.maxBufferSize));
    const at = this.#free.findIndex((buffer) => buffer.size === size);
    if (at >= 0) return this.#free.splice(at, 1)[0]!;
    this.made++;
    this.bytes += size;
    return this.#failures.watch({ operation: 'read', bytes: size }, () => this.#device.createBuffer({ size, usage: USAGE }));
  }

  give(buffer: GPUBuffer): void {
    this.#free.push(buffer);
    let free = this.#free.reduce((sum, { size }) => sum + size, 0);
    while (free > MOST_FREE_BYTES) {
      const oldest = this.#free.shift()!;
      free -= oldest.size;
      this.bytes -= oldest.size;
      oldest.destroy();
    }
  }
}
