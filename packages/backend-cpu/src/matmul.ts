/** `matmul`: float32 by the packed kernel of gemm.ts, float64 by a plain one. */
import { applyEpilogue, bytesOf, contiguous, type DType, type Epilogue, identity, mapped, type ScalarFunction, type Shape, type Storage, type Target, trace, type View, viewOf } from '@nn/tensor/backend';
import { casted, type Functions, specOf } from './functions.ts';
import type { Heap } from './heap.ts';
import type { Compiler, Kernel } from './kernel.ts';
import { PARAMETER_BYTES } from './memory.ts';
import type { Core } from './operations.ts';
import { plainProduct } from './plain-product.ts';
import { writeParameters } from './parameters.ts';
import type { Pool } from './pool.ts';
import { GEMM, GEMM_WORDS, PRODUCT } from './product-block.ts';
import { productEnd } from './product-end.ts';
import type { Slices } from './slices.ts';
import { depthOf, partsApart, planProduct, type Side, SMALL } from './product-plan.ts';
import type { TileSize } from './tile.ts';
import { TileChoice } from './tile-choice.ts';
import { addressOf, plan } from './walk.ts';

/** What the plain kernel of float64 is planned by. */
const PLAIN_TILE: TileSize = { rows: 4, turn: 1 };
/** Room for what an epilogue is told. */
const END_BYTES = 16384;

/** The operands of a product. */
export interface Factors {
  readonly left: Side;
  readonly right: Side;
  readonly inner: number;
  /** Addresses of both, for each product of the batch. */
  readonly batches: readonly number[];
  /** Where the elements of the operand that gives the lanes lie, if its strides do not tell it: addresses of two tables (see offset-tables.ts). */
  readonly tables?: { readonly of: 'a' | 'b'; readonly lanes: number; readonly inner: number };
}

export class Products {
  readonly #core: Core;
  readonly #heap: Heap;
  readonly #pool: Pool;
  readonly #compiler: Compiler;
  readonly #functions: Functions;
  readonly #tiles: TileChoice;
  #plain: Kernel | undefined;
  /** Numbers products, so that what a thread has packed for one is not taken for another's. */
  #serial = 0;

  readonly #slices: Slices | undefined;

  /** `slices` is there where a BLAS computes what is float32 and not small. */
  constructor(core: Core, compiler: Compiler, functions: Functions, heap: Heap, pool: Pool, slices?: Slices) {
    this.#core = core;
    this.#compiler = compiler;
    this.#functions = functions;
    this.#tiles = new TileChoice(compiler, heap);
    this.#heap = heap;
    this.#pool = pool;
    this.#slices = slices;
  }

  /** Whether a BLAS computes what is float32 and large. */
  get foreign(): boolean { return this.#slices !== undefined; }

  run(a: View, b: View, output: Target, epilogue?: Epilogue): void {
    const rank = a.shape.length;
    const [rows, inner, columns] = [a.shape[rank - 2]!, a.shape[rank - 1]!, b.shape[rank - 1]!];
    const { dtype } = output.storage;
    const shape = [...a.shape.slice(0, -1), columns];
    let ended = false;
    if (inner === 0) this.#clear(output, shape.reduce((product, size) => product * size, 1));
    else {
      const temporary: Storage[] = [];
      // Views with bounds, and other dtypes, are copied first.
      const [left, right] = [this.#read(a, dtype, temporary), this.#read(b, dtype, temporary)];
      if (this.#slices && dtype === 'float32' && rows * inner * columns > SMALL) {
        const [first, second] = [left, right].map((view) => (this.#slices!.reads(view) ? view : this.#copied(view, dtype, temporary))) as [View, View];
        const factors = factorsOf(first, second);
        const { products, sums } = this.#parts(factors, output, partsApart(factors.left, factors.right, inner), depthOf(inner));
        this.#slices.run(first, second, products, rows, columns);
        this.#addUp(output, sums, shape);
      } else ended = this.multiply(factorsOf(left, right), output, shape, epilogue);
      for (const storage of temporary) this.#core.free(storage);
    }
    if (epilogue && !ended) applyEpilogue(this.#core, epilogue, output, shape);
  }

  /** One product, or several of a batch, to `output` of `shape`; whether the epilogue has been applied, too. */
  multiply(factors: Factors, output: Target, shape: Shape, epilogue?: Epilogue): boolean {
    const { left, right, inner, tables } = factors;
    const { dtype } = output.storage;
    const bytes = bytesOf(dtype);
    const double = dtype === 'float64';
    const { rows: tile, turn } = double ? PLAIN_TILE : this.#tiles.next(depthOf(inner));
    const { turned, pack, keep, whole, chunkRows, chunkLanes, depth, apart: wanted } = planProduct(left, right, inner, tile, tables?.of);
    // In float64 sums are not cut by depth, so that parts would show in their bits, and these must not depend on strides.
    const apart = double ? 1 : wanted;
    const rows = turned ? right : left;
    const lanes = turned ? left : right;
    const [down, across] = [Math.ceil(rows.size / chunkRows), Math.ceil(lanes.size / chunkLanes)];
    const { products, sums } = this.#parts(factors, output, apart, depth);
    const count = products.length / 4;
    const own = this.#pool.parameters + 4 * GEMM_WORDS;
    const large = count * PRODUCT.bytes + 4 * GEMM_WORDS + END_BYTES > PARAMETER_BYTES;
    const table = large ? this.#heap.allocate(count * PRODUCT.bytes) : own;
    if (large) this.#pool.drain();
    const { ints } = this.#heap;
    const at = this.#pool.parameters >> 2;
    ints[at + GEMM.rows] = rows.size;
    ints[at + GEMM.lanes] = lanes.size;
    ints[at + GEMM.row] = rows.stride * bytes;
    ints[at + GEMM.rowInner] = rows.inner * bytes;
    ints[at + GEMM.lane] = lanes.stride * bytes;
    ints[at + GEMM.laneInner] = lanes.inner * bytes;
    ints[at + GEMM.stride] = right.size * bytes;
    ints[at + GEMM.chunkRows] = chunkRows;
    ints[at + GEMM.chunkLanes] = chunkLanes;
    ints[at + GEMM.down] = down;
    ints[at + GEMM.across] = across;
    ints[at + GEMM.depth] = depth;
    ints[at + GEMM.pack] = Number(pack);
    ints[at + GEMM.keep] = Number(keep);
    ints[at + GEMM.tile] = tile;
    ints[at + GEMM.turn] = turn;
    ints[at + GEMM.turned] = Number(turned);
    ints[at + GEMM.whole] = Number(whole);
    ints[at + GEMM.serial] = this.#serial = (this.#serial + 1) | 0;
    ints[at + GEMM.table] = table;
    ints[at + GEMM.laneTable] = tables?.lanes ?? 0;
    ints[at + GEMM.innerTable] = tables?.inner ?? 0;
    let word = table / 4;
    for (let i = 0; i < products.length; i += 4) {
      ints[word++] = products[i + Number(turned)]!;
      ints[word++] = products[i + Number(!turned)]!;
      ints[word++] = products[i + 2]!;
      ints[word++] = products[i + 3]!;
    }
    const behind = ((large ? own : 4 * word) + 7) & ~7;
    ints[at + GEMM.end] = behind;
    const end = epilogue && apart === 1 ? this.#end(epilogue, output, shape, behind) : undefined;
    // A function that only this thread can compute must not bind the product to it.
    const within = end?.module && end;
    this.#pool.run(double ? this.#double : this.#tiles.kernel, down * across * count, within);
    if (large) this.#heap.free(table, count * PRODUCT.bytes);
    this.#addUp(output, sums, shape);
    return within !== undefined;
  }

  /**
   * The products of a batch, or of `apart` parts of the inner axis: addresses of both operands and of the result, and the inner size, one after the other. Results of the
   * first part are `output`, those of the others `sums`.
   */
  #parts({ left, right, inner, batches }: Factors, { storage, offset }: Target, apart: number, depth: number): { readonly products: readonly number[]; readonly sums: readonly Storage[] } {
    const bytes = bytesOf(storage.dtype);
    const size = left.size * right.size;
    const products: number[] = [];
    const sums: Storage[] = [];
    for (let part = 0; part < apart; part++) {
      const first = part * depth;
      let result = addressOf(storage) + offset * bytes;
      if (part > 0) {
        sums.push(this.#core.allocate(storage.dtype, (size * batches.length) / 2));
        result = addressOf(sums.at(-1)!);
      }
      for (let i = 0; i < batches.length; i += 2, result += size * bytes) {
        products.push(batches[i]! + first * left.inner * bytes, batches[i + 1]! + first * right.inner * bytes, result, apart === 1 ? inner : Math.min(depth, inner - first));
      }
    }
    return { products, sums };
  }

  /** Adds to the first part of each sum the others, in their order. */
  #addUp(output: Target, sums: readonly Storage[], shape: Shape): void {
    if (sums.length === 0) return;
    const { dtype } = output.storage;
    const layout = contiguous(shape);
    this.#core.map(total(dtype, sums.length + 1), [viewOf(output.storage, contiguous(shape, output.offset)), ...mapped(sums, (storage) => viewOf(storage, layout))], [], [output], shape);
    for (const storage of sums) this.#core.free(storage);
  }

  /** The kernel that ends the chunks; what it has to know is written to `address`. */
  #end({ function: f, inputs, uniforms }: Epilogue, output: Target, shape: Shape, address: number): Kernel {
    const prepared = this.#functions.prepare(f);
    const all = [viewOf(output.storage, contiguous(shape, output.offset)), ...inputs];
    const walk = plan(shape, all, prepared.indices);
    const total = shape.reduce((product, size) => product * size, 1);
    writeParameters(this.#heap, address, walk, all, [addressOf(output.storage) + output.offset * bytesOf(output.storage.dtype)], uniforms, f.uniforms, total, total);
    return this.#functions.kernel(prepared, 'end', walk, (compiler) => compiler.compile((module, frame, parameters, chunk) =>
      productEnd(module, frame, (own) => this.#functions.form(prepared, module, own), specOf(f, prepared, walk), parameters, chunk)));
  }

  get #double(): Kernel { return (this.#plain ??= this.#compiler.compile((_, frame, ...locals) => plainProduct(frame, ...locals))); }

  #read(view: View, dtype: DType, temporary: Storage[]): View {
    return view.bounds.length === 0 && view.storage.dtype === dtype ? view : this.#copied(view, dtype, temporary);
  }

  #copied(view: View, dtype: DType, temporary: Storage[]): View {
    const storage = this.#core.allocate(dtype, view.shape.reduce((product, size) => product * size, 1));
    temporary.push(storage);
    this.#core.map(casted(identity(view.storage.dtype), dtype), [view], [], [{ storage, offset: 0 }], view.shape);
    return viewOf(storage, contiguous(view.shape));
  }

  #clear({ storage, offset }: Target, length: number): void {
    const bytes = bytesOf(storage.dtype);
    this.#pool.drain();
    this.#heap.bytes.fill(0, addressOf(storage) + offset * bytes, addressOf(storage) + (offset + length) * bytes);
  }
}

const totals = new Map<string, ScalarFunction>();
/** The sum of `count` numbers, from the first on. */
function total(dtype: DType, count: number): ScalarFunction {
  const key = `${dtype} ${count}`;
  let f = totals.get(key);
  if (!f) totals.set(key, (f = trace(new Array<DType>(count).fill(dtype), [], ([first, ...others]) => [others.reduce((sum, x) => sum.add(x), first!)])));
  return f;
}

/** The operands of a product as matrices of the last two axes. */
function factorsOf(a: View, b: View): Factors {
  const rank = a.shape.length;
  return {
    left: { size: a.shape[rank - 2]!, stride: a.strides[rank - 2]!, inner: a.strides[rank - 1]! }, right: { size: b.shape[rank - 1]!, stride: b.strides[rank - 1]!, inner: b.strides[rank - 2]! },
    inner: a.shape[rank - 1]!, batches: offsets(a, b, rank - 2, bytesOf(a.storage.dtype)),
  };
}

/** Addresses of both matrices for each product of the batch, whose axes are the first ones. */
export function offsets(a: View, b: View, axes: number, bytes: number): number[] {
  let pairs = [addressOf(a.storage) + a.offset * bytes, addressOf(b.storage) + b.offset * bytes];
  for (let axis = 0; axis < axes; axis++) {
    const next: number[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      for (let k = 0; k < a.shape[axis]!; k++) next.push(pairs[i]! + k * a.strides[axis]! * bytes, pairs[i + 1]! + k * b.strides[axis]! * bytes);
    }
    pairs = next;
  }
  return pairs;
}
