/** What a tensor holds: a counted storage, how it is read, and a place in the recorded graph. */
import type { Device } from './backend/device.ts';
import type { Storage, Target, View } from './backend/interface.ts';
import { bytesOf, type DType } from './dtype.ts';
import { fail } from './errors.ts';
import { contiguous, isContiguous, type Layout, viewOf } from './layout.ts';
import { type Shape, sizeOf } from './shape.ts';
import type { GraphNode } from './tracer.ts';

/** A storage with the number of its holders; freed when the last one lets go. */
export class Allocation {
  readonly device: Device;
  readonly storage: Storage;
  /** Counts overwrites, so that a gradient is never computed from a changed value. */
  version = 0;
  #holders = 1;
  /** When the device was told of it; see {@link linger}. */
  #noted = -1;

  constructor(device: Device, dtype: DType, length: number) {
    this.device = device;
    this.storage = device.allocate(dtype, length);
  }

  /** Whether others hold it too. */
  get shared(): boolean { return this.#holders > 1; }
  get bytes(): number { return bytesOf(this.storage.dtype) * this.storage.length; }

  retain(): this {
    this.#holders++;
    return this;
  }

  release(): void {
    if (--this.#holders !== 0) return;
    this.device.free(this.storage);
    if (this.#noted >= 0) this.device.forget(this.bytes, this.#noted);
  }

  /** Only finalization may let go of a holder: tells the device, once for all of them. */
  linger(): void {
    if (this.#noted < 0) this.#noted = this.device.note(this.bytes);
  }
}

/** One tensor's hold. It is separate from the tensor so that a finalizer can let go of it. */
export class Handle {
  readonly allocation: Allocation;
  readonly layout: Layout;
  node: GraphNode | undefined;
  /** Which output of `node` this is. */
  output = 0;
  /** The scope that will release it, if any. */
  owner: object | undefined;
  /** What released it. */
  releasedBy: string | undefined;

  /** Takes over one hold on `allocation`. */
  constructor(allocation: Allocation, layout: Layout) {
    this.allocation = allocation;
    this.layout = layout;
  }

  /** A fresh storage of `shape`. */
  static fresh(device: Device, dtype: DType, shape: Shape): Handle {
    return new Handle(new Allocation(device, dtype, sizeOf(shape)), contiguous(shape));
  }

  /** Another way to read the same storage. */
  viewed(layout: Layout): Handle {
    return new Handle(this.allocation.retain(), layout);
  }

  /** For kernels; throws where the value is gone. */
  view(operation: string): View {
    this.check(operation);
    return viewOf(this.allocation.storage, this.layout);
  }

  /** For kernels that write all of it. */
  target(operation: string): Target {
    this.check(operation);
    if (!isContiguous(this.layout)) fail(operation, 'a view of another tensor cannot be overwritten', 'Assign to the tensor that owns the storage.');
    return { storage: this.allocation.storage, offset: this.layout.offset };
  }

  check(operation: string): void {
    if (this.releasedBy) fail(operation, `this tensor was released by ${this.releasedBy}`, 'Return it from there, or keep(x) it while it is alive.');
  }

  join(node: GraphNode, output: number): void {
    node.retain();
    this.leave();
    this.node = node;
    this.output = output;
  }

  /** Out of the recorded graph. */
  leave(): void {
    this.node?.release();
    this.node = undefined;
  }

  release(by: string): void {
    if (this.releasedBy) return;
    this.releasedBy = by;
    this.allocation.release();
    this.leave();
  }
}

/** Where a tensor keeps its {@link Handle}; a symbol, so that it stays out of the public face. */
export const handle: unique symbol = Symbol.for('@nn/tensor/handle');
