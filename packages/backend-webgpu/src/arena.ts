/** One large buffer, handed out in blocks: the first free range that fits, free neighbours joined. */

/** A part of an arena. Offsets and sizes are multiples of 256 bytes. */
export interface Block {
  readonly arena: Arena;
  readonly offset: number;
  readonly bytes: number;
  /** The last batch of the recorder that uses it. */
  batch: number;
}

/** A free range; kernels may use it at once (they run in the order of recording), the host only when `batch` is submitted. */
interface Range {
  offset: number;
  bytes: number;
  batch: number;
}

export const GRAIN = 256;
export const grains = (bytes: number): number => Math.max(GRAIN, Math.ceil(bytes / GRAIN) * GRAIN);

export class Arena {
  /** Another one after growth, since bind groups hold the buffer. */
  id: number;
  gpu: GPUBuffer;
  bytes: number;
  used = 0;
  /** By offset. */
  readonly #free: Range[] = [];

  constructor(id: number, gpu: GPUBuffer, bytes: number) {
    this.id = id;
    this.gpu = gpu;
    this.bytes = bytes;
    this.#free.push({ offset: 0, bytes, batch: 0 });
  }

  /** The last batch that used anything of it, known where all is free. */
  get lastBatch(): number { return this.#free[0]?.batch ?? 0; }

  /** A block of `bytes` (whole grains) that no batch from `idleBefore` on uses; undefined where there is none. */
  take(bytes: number, idleBefore: number): Block | undefined {
    const at = this.#free.findIndex((range) => range.bytes >= bytes && range.batch < idleBefore);
    if (at < 0) return undefined;
    const range = this.#free[at]!;
    const block: Block = { arena: this, offset: range.offset, bytes, batch: range.batch };
    if (range.bytes === bytes) this.#free.splice(at, 1);
    else {
      range.offset += bytes;
      range.bytes -= bytes;
    }
    this.used += bytes;
    return block;
  }

  give({ offset, bytes, batch }: Block): void {
    this.used -= bytes;
    let low = 0;
    for (let high = this.#free.length; low < high;) {
      const middle = (low + high) >> 1;
      if (this.#free[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    this.#free.splice(low, 0, { offset, bytes, batch });
    this.#join(low);
    if (low > 0) this.#join(low - 1);
  }

  /** Takes over a larger buffer, to which the contents were copied. */
  grow(id: number, gpu: GPUBuffer, bytes: number): void {
    this.#free.push({ offset: this.bytes, bytes: bytes - this.bytes, batch: 0 });
    this.#join(this.#free.length - 2);
    this.id = id;
    this.gpu = gpu;
    this.bytes = bytes;
  }

  /** Joins the range at `at` with the next one where they touch. */
  #join(at: number): void {
    const [range, next] = [this.#free[at], this.#free[at + 1]];
    if (!range || !next || range.offset + range.bytes !== next.offset) return;
    range.bytes += next.bytes;
    range.batch = Math.max(range.batch, next.batch);
    this.#free.splice(at + 1, 1);
  }
}
