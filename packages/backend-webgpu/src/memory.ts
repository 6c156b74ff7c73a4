/**
 * The device's memory: few large arenas, so that what a kernel binds does not depend on the tensors that it works on.
 * The first arena grows by moving into a larger buffer; where that would move too much, further ones are made, each as large as all before.
 */
import { fail } from '@nn/tensor/backend';
import { Arena, type Block, blockBytes, type Kind, LARGE } from './arena.ts';
import type { Failures } from './failures.ts';
import type { Recorder } from './recorder.ts';

// Named by number: Node has no GPUBufferUsage unless Dawn's globals are installed.
const USAGE = 0x80 | 0x4 | 0x8; // STORAGE | COPY_SRC | COPY_DST
/** The first arena: room for what gathers until finalizers run, too. */
const SMALLEST = 32 * 2 ** 20;
/** Most bytes that growth moves. */
const MOST_MOVED = 128 * 2 ** 20;
/** An empty arena is let go when this many batches did not use it. */
const IDLE_BATCHES = 64;

export class Memory {
  readonly arenas: Arena[] = [];
  /** Largest arena, and so the largest storage. */
  readonly largest: number;
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  readonly #recorder: Recorder;
  readonly #gone: (id: number) => void;
  /** How many buffers were ever made. */
  made = 0;

  /** `gone` is told the id of each buffer that is let go. */
  constructor(device: GPUDevice, failures: Failures, recorder: Recorder, gone: (id: number) => void, most = Infinity) {
    this.#device = device;
    this.#failures = failures;
    this.#recorder = recorder;
    this.#gone = gone;
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    this.largest = Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize, most) / LARGE) * LARGE;
  }

  get bytes(): number { return this.arenas.reduce((sum, { bytes }) => sum + bytes, 0); }

  /** A block for kernels to write. */
  take(bytes: number, kind: Kind): Block { return this.#take(bytes, kind, Infinity); }

  /** A block for the host to write: none that recorded kernels still use. */
  takeIdle(bytes: number, kind: Kind): Block {
    for (const arena of this.arenas) {
      const block = arena.kind === kind && arena.take(blockBytes(bytes), this.#recorder.batch);
      if (block) return block;
    }
    this.#recorder.flush();
    return this.#take(bytes, kind, this.#recorder.batch);
  }

  give(block: Block): void { block.arena.give(block); }

  /** Lets go of arenas that have been empty for long. Only after a submission. */
  trim(): void {
    for (let i = this.arenas.length - 1; i > 0; i--) {
      const arena = this.arenas[i]!;
      if (arena.used > 0 || this.#recorder.batch - arena.lastBatch < IDLE_BATCHES) continue;
      arena.gpu.destroy();
      this.#gone(arena.id);
      this.arenas.splice(i, 1);
    }
  }

  /** A new arena with room for `bytes`. */
  open(bytes: number, kind: Kind): Arena {
    const size = Math.min(this.largest, Math.max(bytes, SMALLEST, this.bytes));
    const arena = new Arena(this.made, this.#buffer(size), size, kind);
    this.arenas.push(arena);
    return arena;
  }

  #take(bytes: number, kind: Kind, idleBefore: number): Block {
    const size = blockBytes(bytes);
    if (size > this.largest) fail('allocate', `${size} bytes in one tensor, the adapter takes ${this.largest}`, 'Use smaller batches.');
    for (const arena of this.arenas) {
      const block = arena.kind === kind && arena.take(size, idleBefore);
      if (block) return block;
    }
    return (this.#grown(size, kind) ?? this.open(size, kind)).take(size, idleBefore)!;
  }

  /** The last arena of a kind, moved to where it has room for `bytes` more; undefined where that would be too large or move too much. */
  #grown(bytes: number, kind: Kind): Arena | undefined {
    const arena = this.arenas.filter((each) => each.kind === kind).at(-1);
    if (!arena || arena.bytes > MOST_MOVED) return undefined;
    const size = Math.min(this.largest, Math.max(2 * arena.bytes, arena.bytes + bytes));
    if (size < arena.bytes + bytes) return undefined;
    this.#recorder.flush();
    const gpu = this.#buffer(size);
    this.#failures.watch({ operation: 'allocate' }, () => {
      const encoder = this.#device.createCommandEncoder();
      encoder.copyBufferToBuffer(arena.gpu, 0, gpu, 0, arena.bytes);
      this.#device.queue.submit([encoder.finish()]);
    });
    arena.gpu.destroy();
    this.#gone(arena.id);
    arena.grow(this.made - 1, gpu, size);
    return arena;
  }

  #buffer(size: number): GPUBuffer {
    this.made++;
    return this.#failures.watch({ operation: 'allocate', bytes: size }, () => this.#device.createBuffer({ size, usage: USAGE }));
  }
}
