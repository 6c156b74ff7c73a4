/** `matmul`: float32 by the packed kernel of gemm.ts, float64 by a plain one. */
import { applyEpilogue, bytesOf, contiguous, type CoreBackend, type DType, type Epilogue, identity, permuted, type Storage, type Target, type View } from '@nn/tensor/backend';
import { casted } from './functions.ts';
import { BLOCK_DEPTH, BLOCK_ROWS, GEMM, gemm } from './gemm.ts';
import type { Heap } from './heap.ts';
import type { Compiler, Kernel } from './kernel.ts';
import { PARAMETER_BYTES, PARAMETERS } from './memory.ts';
import { plainProduct } from './plain-product.ts';
import type { Pool } from './pool.ts';
import { addressOf } from './walk.ts';

/** Columns of a chunk; with many rows, twice as many, so that packing the rows again for each chunk stays cheap. */
const CHUNK_COLUMNS = 128;
/** Multiply-adds of a whole product below which one chunk does it. */
const SMALL = 1 << 18;

export class Products {
  readonly #backend: CoreBackend;
  readonly #heap: Heap;
  readonly #pool: Pool;
  readonly #compiler: Compiler;
  readonly #kernels = new Map<DType, Kernel>();

  constructor(backend: CoreBackend, compiler: Compiler, heap: Heap, pool: Pool) {
    this.#backend = backend;
    this.#compiler = compiler;
    this.#heap = heap;
    this.#pool = pool;
  }

  run(a: View, b: View, output: Target, epilogue?: Epilogue): void {
    const rank = a.shape.length;
    const [rows, inner, columns] = [a.shape[rank - 2]!, a.shape[rank - 1]!, b.shape[rank - 1]!];
    const { dtype } = output.storage;
    const shape = [...a.shape.slice(0, -1), columns];
    if (inner === 0) this.#clear(output, shape.reduce((product, size) => product * size, 1));
    else {
      const temporary: Storage[] = [];
      // Views with bounds, and other dtypes, are copied first.
      const [left, right] = [this.#plain(a, dtype, temporary), this.#plain(b, dtype, temporary)];
      // One column is one row of the transposed product, whose result lies in memory alike.
      if (columns === 1 && rows > 1) this.#product(turned(right), turned(left), output, 1, inner, rows);
      else this.#product(left, right, output, rows, inner, columns);
      for (const storage of temporary) this.#backend.free(storage);
    }
    if (epilogue) applyEpilogue(this.#backend, epilogue, output, shape);
  }

  #product(a: View, b: View, output: Target, rows: number, inner: number, columns: number): void {
    const { dtype } = output.storage;
    const rank = a.shape.length;
    const batches = offsets(a, b, dtype);
    const small = rows * inner * columns <= SMALL;
    const chunkRows = small ? rows : BLOCK_ROWS;
    const chunkColumns = small ? columns : rows <= 64 ? CHUNK_COLUMNS : 2 * CHUNK_COLUMNS;
    const [down, across] = [Math.ceil(rows / chunkRows), Math.ceil(columns / chunkColumns)];
    // Cut into equal depths, a multiple of 4 for the packing.
    const depth = (Math.ceil(inner / Math.ceil(inner / BLOCK_DEPTH)) + 3) & ~3;
    const parameters = PARAMETERS + 64;
    const large = batches.length * 6 + 64 > PARAMETER_BYTES;
    const table = large ? this.#heap.allocate(batches.length * 6) : parameters;
    const { ints } = this.#heap;
    const at = PARAMETERS >> 2;
    ints[at + GEMM.rows] = rows;
    ints[at + GEMM.columns] = columns;
    ints[at + GEMM.inner] = inner;
    ints[at + GEMM.aRow] = a.strides[rank - 2]!;
    ints[at + GEMM.aInner] = a.strides[rank - 1]!;
    ints[at + GEMM.bInner] = b.strides[rank - 2]!;
    ints[at + GEMM.bColumn] = b.strides[rank - 1]!;
    ints[at + GEMM.chunkRows] = chunkRows;
    ints[at + GEMM.chunkColumns] = chunkColumns;
    ints[at + GEMM.down] = down;
    ints[at + GEMM.across] = across;
    ints[at + GEMM.depth] = depth;
    ints[at + GEMM.table] = table;
    const result = addressOf(output.storage) + output.offset * bytesOf(dtype);
    for (let i = 0; 2 * i < batches.length; i++) {
      ints[table / 4 + 3 * i] = batches[2 * i]!;
      ints[table / 4 + 3 * i + 1] = batches[2 * i + 1]!;
      ints[table / 4 + 3 * i + 2] = result + i * rows * columns * bytesOf(dtype);
    }
    this.#pool.run(this.#kernel(dtype), down * across * (batches.length / 2));
    if (large) this.#heap.free(table, batches.length * 6);
  }

  #kernel(dtype: DType): Kernel {
    let kernel = this.#kernels.get(dtype);
    if (!kernel) {
      kernel = this.#compiler.compile((module, frame, ...locals) =>
        (dtype === 'float64' ? plainProduct(frame, ...locals) : gemm(module, frame, this.#compiler.fused, ...locals)));
      this.#kernels.set(dtype, kernel);
    }
    return kernel;
  }

  #plain(view: View, dtype: DType, temporary: Storage[]): View {
    if (view.bounds.length === 0 && view.storage.dtype === dtype) return view;
    const storage = this.#backend.allocate(dtype, view.shape.reduce((product, size) => product * size, 1));
    temporary.push(storage);
    this.#backend.map(casted(identity(view.storage.dtype), dtype), [view], [], [{ storage, offset: 0 }], view.shape);
    return { storage, ...contiguous(view.shape) };
  }

  #clear({ storage, offset }: Target, length: number): void {
    const bytes = bytesOf(storage.dtype);
    this.#heap.bytes.fill(0, addressOf(storage) + offset * bytes, addressOf(storage) + (offset + length) * bytes);
  }
}


/** The transposed matrices. */
function turned(view: View): View {
  const order = [...view.shape.keys()];
  const last = order.length - 1;
  [order[last - 1], order[last]] = [last, last - 1];
  return { ...permuted(view, order), storage: view.storage };
}

/** Addresses of both matrices for each product of the batch. */
function offsets(a: View, b: View, dtype: DType): number[] {
  const bytes = bytesOf(dtype);
  let pairs = [addressOf(a.storage) + a.offset * bytes, addressOf(b.storage) + b.offset * bytes];
  for (let axis = 0; axis < a.shape.length - 2; axis++) {
    const next: number[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      for (let k = 0; k < a.shape[axis]!; k++) next.push(pairs[i]! + k * a.strides[axis]! * bytes, pairs[i + 1]! + k * b.strides[axis]! * bytes);
    }
    pairs = next;
  }
  return pairs;
}
