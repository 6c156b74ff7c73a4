/** A product as calls of a BLAS: which operand is turned, and the slices that threads claim. */
import type { View } from '@nn/tensor/backend';
import type { Blas } from './blas.ts';
import { halvings } from './cut.ts';
import type { Heap } from './heap.ts';
import type { Kernel } from './kernel.ts';
import { PARAMETER_BYTES, PLAIN, SLICE_WORDS, TURNED } from './memory.ts';
import type { Pool } from './pool.ts';

/**
 * Multiply-adds of a slice, and results of one where a product has more than FEW: the library packs both operands for every slice. With OpenBLAS on two cores, 512 x 512 x 512
 * takes a fifth less in 4 slices than in 16, 1024 x 1024 x 1024 an eighth less in 8.
 */
const SLICE = 3_000_000;
const RESULTS = 2 ** 17;
const FEW = 4;
const MOST = 64;

interface Operand { readonly turned: boolean; readonly leading: number }

export class Slices {
  readonly #heap: Heap;
  readonly #pool: Pool;
  readonly #kernel: Kernel;
  /** Whether products may be cut. */
  readonly #cuts: boolean;

  constructor(blas: Blas, heap: Heap, pool: Pool) {
    this.#heap = heap;
    this.#pool = pool;
    this.#cuts = blas.slices(heap);
    this.#kernel = { id: 0, chunk: blas.chunk(heap), module: undefined, library: true };
  }

  /** Whether BLAS can read this matrix where it lies. */
  reads(view: View): boolean { return operandOf(view) !== undefined; }

  /** Products of matrices that lie as `a` and `b` do; `products` are addresses of both and of the result, and the inner size, one after the other. */
  run(a: View, b: View, products: readonly number[], rows: number, columns: number): void {
    const [left, right] = [operandOf(a)!, operandOf(b)!];
    const { ints } = this.#heap;
    const inner = products[3]!;
    // A power of two: slices are alike, and two threads end together.
    const most = Math.min(Math.max(FEW, halvings((rows * columns) / RESULTS)), MOST);
    const parts = this.#cuts ? Math.min(halvings((rows * inner * columns) / SLICE), most) : 1;
    const { tall, wide } = grid(rows, columns, parts);
    let count = 0;
    const flush = (): void => {
      if (count > 0) this.#pool.run(this.#kernel, count);
      count = 0;
    };
    for (let i = 0; i < products.length; i += 4) {
      for (let row = 0; row < rows; row += tall) {
        for (let column = 0; column < columns; column += wide) {
          if (4 * SLICE_WORDS * (count + 1) > PARAMETER_BYTES) flush();
          let at = (this.#pool.parameters >> 2) + SLICE_WORDS * count++;
          ints[at++] = left.turned ? TURNED : PLAIN;
          ints[at++] = right.turned ? TURNED : PLAIN;
          ints[at++] = Math.min(tall, rows - row);
          ints[at++] = Math.min(wide, columns - column);
          ints[at++] = products[i + 3]!;
          ints[at++] = products[i]! + 4 * row * (left.turned ? 1 : left.leading);
          ints[at++] = left.leading;
          ints[at++] = products[i + 1]! + 4 * column * (right.turned ? right.leading : 1);
          ints[at++] = right.leading;
          ints[at++] = products[i + 2]! + 4 * (row * columns + column);
          ints[at++] = columns;
        }
      }
    }
    flush();
  }
}

/** Slices of which the library reads least: as near to squares as whole `parts` allow, rather of rows than of columns. Sizes are multiples of 16. */
function grid(rows: number, columns: number, parts: number): { readonly tall: number; readonly wide: number } {
  let best = { tall: rows, wide: columns };
  let least = Infinity;
  for (let down = 1; down <= parts; down++) {
    if (parts % down !== 0) continue;
    const [tall, wide] = [whole(rows / down), whole((columns * down) / parts)];
    if (tall + wide <= least) [best, least] = [{ tall, wide }, tall + wide];
  }
  return best;
}
const whole = (size: number): number => (Math.ceil(size) + 15) & ~15;

/** The last two axes of a view as BLAS takes a matrix. */
function operandOf({ shape, strides }: View): Operand | undefined {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  const [down, across] = [strides.at(-2)!, strides.at(-1)!];
  if ((across === 1 || columns === 1) && (down >= columns || rows === 1)) return { turned: false, leading: Math.max(columns, rows === 1 ? columns : down) };
  if ((down === 1 || rows === 1) && (across >= rows || columns === 1)) return { turned: true, leading: Math.max(rows, columns === 1 ? rows : across) };
  return undefined;
}
