/** Buffers by size class. A freed buffer may be taken again at once by a kernel (kernels run in the order of recording), but by the host only once its last batch is submitted. */
import { fail } from '@nn/tensor/backend';
import type { Failures } from './failures.ts';
import type { PooledBuffer } from './storage.ts';

// Named by number: Node has no GPUBufferUsage unless Dawn's globals are installed.
const STORAGE = 0x80 | 0x4 | 0x8; // STORAGE | COPY_SRC | COPY_DST
const STAGING = 0x1 | 0x8; // MAP_READ | COPY_DST

const SMALLEST = 256;
/** Free buffers kept beyond this many bytes are destroyed, the oldest first. */
const MOST_FREE_BYTES = 256 * 2 ** 20;

/** The next of 4, 5, 6, 7 times a power of two: at most a quarter is wasted. */
export function sizeClass(bytes: number): number {
  if (bytes <= SMALLEST) return SMALLEST;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}

export class Pool {
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  readonly #usage: number;
  readonly #largest: number;
  readonly #free = new Map<number, PooledBuffer[]>();
  readonly #spent: PooledBuffer[] = [];
  #freeBytes = 0;
  #made = 0;
  #bytes = 0;

  constructor(device: GPUDevice, failures: Failures, use: 'storage' | 'staging') {
    this.#device = device;
    this.#failures = failures;
    this.#usage = use === 'storage' ? STORAGE : STAGING;
    this.#largest = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
  }

  /** Bytes of all buffers, and how many were ever made. */
  get bytes(): number { return this.#bytes; }
  get made(): number { return this.#made; }

  /** A buffer of at least `bytes`; with `idleBefore`, one that no batch from that one on uses. */
  take(bytes: number, idleBefore = Infinity): PooledBuffer {
    const size = Math.max(bytes, Math.min(sizeClass(bytes), this.#largest));
    const free = this.#free.get(size) ?? [];
    let at = free.length - 1;
    while (at >= 0 && free[at]!.batch >= idleBefore) at--;
    if (at < 0) return this.#make(size);
    this.#freeBytes -= size;
    return free.splice(at, 1)[0]!;
  }

  give(buffer: PooledBuffer): void {
    const free = this.#free.get(buffer.bytes);
    if (free) free.push(buffer);
    else this.#free.set(buffer.bytes, [buffer]);
    this.#freeBytes += buffer.bytes;
    for (const [size, buffers] of this.#free) {
      while (this.#freeBytes > MOST_FREE_BYTES && buffers.length > 0) {
        this.#spent.push(buffers.shift()!);
        this.#freeBytes -= size;
      }
      if (this.#freeBytes <= MOST_FREE_BYTES) break;
    }
  }

  /** Destroys what is no longer kept, once nothing recorded uses it. */
  trim(): void {
    for (const { gpu, bytes } of this.#spent.splice(0)) {
      gpu.destroy();
      this.#bytes -= bytes;
    }
  }

  #make(size: number): PooledBuffer {
    if (size > this.#largest) fail('allocate', `${size} bytes in one buffer, the adapter takes ${this.#largest}`, 'Use smaller batches.');
    this.#bytes += size;
    const gpu = this.#failures.watch({ operation: 'allocate' }, () => this.#device.createBuffer({ size, usage: this.#usage }));
    return { gpu, id: this.#made++, bytes: size, batch: 0 };
  }
}
