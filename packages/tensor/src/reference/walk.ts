/** Reading views by their definition: coordinates of a block of elements, then addresses, then bounds. */
import { hostArray, type TypedArray } from '../dtype.ts';
import type { View } from '../backend/interface.ts';
import { type Shape, stridesOf } from '../shape.ts';

/** Elements handled at a time. */
export const BLOCK = 4096;

/** The coordinates of elements [start, start + count) of `shape`, axis by axis. */
export class Block {
  readonly shape: Shape;
  readonly start: number;
  readonly count: number;
  readonly #known: (Int32Array | undefined)[];

  constructor(shape: Shape, start: number, count: number, known: (Int32Array | undefined)[] = []) {
    this.shape = shape;
    this.start = start;
    this.count = count;
    this.#known = known;
  }

  /** The same elements, but their coordinate on `axis` is looked up in `coordinates`. */
  replaced(axis: number, coordinates: ArrayLike<number>): Block {
    const known = [...this.#known];
    known[axis] = Int32Array.from(coordinates);
    return new Block(this.shape, this.start, this.count, known);
  }

  axis(axis: number): Int32Array {
    const stride = stridesOf(this.shape)[axis]!;
    const size = this.shape[axis]!;
    return (this.#known[axis] ??= Int32Array.from({ length: this.count }, (_, i) => Math.floor((this.start + i) / stride) % size));
  }

  /** `offset + coordinates . strides` of each element. */
  affine(strides: readonly number[], offset: number): Float64Array {
    const out = new Float64Array(this.count).fill(offset);
    for (const [axis, stride] of strides.entries()) {
      if (stride === 0) continue;
      const coordinates = this.axis(axis);
      for (let i = 0; i < this.count; i++) out[i]! += coordinates[i]! * stride;
    }
    return out;
  }
}

/** Covers `shape` in blocks. */
export function* blocks(shape: Shape, size: number): Generator<Block> {
  for (let start = 0; start < size; start += BLOCK) yield new Block(shape, start, Math.min(BLOCK, size - start));
}

/** The elements of `view` (its values in `data`) for `block`. */
export function column(view: View, data: TypedArray, block: Block): TypedArray {
  const out = hostArray(view.storage.dtype, block.count);
  const address = block.affine(view.strides, view.offset);
  const inside = new Uint8Array(block.count).fill(1);
  for (const bound of view.bounds) {
    const at = block.affine(bound.strides, bound.offset);
    for (let i = 0; i < block.count; i++) if (at[i]! < 0 || at[i]! >= bound.size) inside[i] = 0;
  }
  for (let i = 0; i < block.count; i++) if (inside[i]) out[i] = data[address[i]!]!;
  return out;
}

/** All elements of `view`, row-major. */
export function values(view: View, data: TypedArray, size: number): TypedArray {
  const out = hostArray(view.storage.dtype, size);
  for (const block of blocks(view.shape, size)) out.set(column(view, data, block), block.start);
  return out;
}
