/** One large buffer, handed out in blocks: the first free range that fits, free neighbours joined. */

/** What an arena consists of: 32-bit words, or float16 elements. A shader sees a buffer in one way only. */
export type Kind = 'words' | 'halves';

/** A part of an arena. Its offset and size are multiples of 16 bytes, of 256 if it is that large. */
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

/** Four words: what kernels may read at once. Blocks of tiny tensors should not be much larger than these. */
const SMALL = 16;
/** What drivers like the rows of large tensors to begin at. */
export const LARGE = 256;

/** The size of a block for `bytes`. */
export function blockBytes(bytes: number): number {
  const grain = bytes < LARGE ? SMALL : LARGE;
  return Math.max(grain, Math.ceil(bytes / grain) * grain);
}

export class Arena {
  /** Another one after growth, since bind groups hold the buffer. */
  id: number;
  gpu: GPUBuffer;
  readonly kind: Kind;
  bytes: number;
  used = 0;
  /** By offset. */
  readonly #free: Range[] = [];

  constructor(id: number, gpu: GPUBuffer, bytes: number, kind: Kind = 'words') {
    this.id = id;
    this.kind = kind;
    this.gpu = gpu;
    this.bytes = bytes;
    this.#free.push({ offset: 0, bytes, batch: 0 });
  }

  /** The last batch that used anything of it, known where all is free. */
  get lastBatch(): number { return this.#free[0]?.batch ?? 0; }

  /** A block of `bytes` (see {@link blockBytes}) that no batch from `idleBefore` on uses; undefined where there is none. */
  take(bytes: number, idleBefore: number): Block | undefined {
    const skipped = ({ offset }: Range) => (bytes < LARGE ? 0 : (LARGE - (offset % LARGE)) % LARGE);
    const at = this.#free.findIndex((range) => range.bytes >= bytes + skipped(range) && range.batch < idleBefore);
    if (at < 0) return undefined;
    const { offset, bytes: all, batch } = this.#free[at]!;
    const before = skipped(this.#free[at]!);
    const after = all - before - bytes;
    this.#free.splice(at, 1,
      ...(before > 0 ? [{ offset, bytes: before, batch }] : []),
      ...(after > 0 ? [{ offset: offset + before + bytes, bytes: after, batch }] : []));
    this.used += bytes;
    return { arena: this, offset: offset + before, bytes, batch };
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
