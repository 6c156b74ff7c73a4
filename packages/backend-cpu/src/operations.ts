/** All operations on blocks of one heap, each after what was asked for before. What they allocate for themselves they free when they have asked for the last job that uses it. */
import { bytesOf, type CoreBackend, type DType, type Epilogue, type MapCall, type ProductAxes, type Reduction, type RowFunction, type ScalarFunction, type Shape, type Storage, type Target, type View } from '@nn/tensor/backend';
import type { Blas } from './blas.ts';
import { Contractions } from './contract.ts';
import { Functions } from './functions.ts';
import type { Heap } from './heap.ts';
import { Indexing } from './indexing.ts';
import type { Compiler } from './kernel.ts';
import { Maps } from './map.ts';
import { Products } from './matmul.ts';
import { OffsetTables } from './offset-tables.ts';
import type { Pool } from './pool.ts';
import { Random } from './random.ts';
import { Reductions } from './reduce.ts';
import { Rows } from './rows.ts';
import { Slices } from './slices.ts';
import { addressOf } from './walk.ts';

/** A storage is a block of the heap. */
export interface Block extends Storage { readonly address: number }

/** What operations are made of, for those that consist of several. */
export type Core = Pick<CoreBackend, 'allocate' | 'free' | 'map' | 'reduce' | 'matmul'>;

export class Operations implements Core {
  readonly #heap: Heap;
  readonly #pool: Pool;
  readonly #maps: Maps;
  readonly #reductions: Reductions;
  readonly #products: Products;
  readonly #contractions: Contractions;
  readonly #rows: Rows;
  readonly #indexing: Indexing;
  readonly #random: Random;

  constructor(heap: Heap, pool: Pool, compiler: Compiler, blas?: Blas) {
    this.#heap = heap;
    this.#pool = pool;
    const functions = new Functions(compiler, pool);
    this.#maps = new Maps(functions, heap, pool);
    this.#reductions = new Reductions(functions, heap, pool, this.#maps);
    this.#rows = new Rows(this, functions, heap, pool);
    this.#products = new Products(this, compiler, functions, heap, pool, blas && new Slices(blas, heap, pool));
    this.#contractions = new Contractions(this, this.#products, new OffsetTables(heap, pool));
    this.#indexing = new Indexing(this, compiler, heap, pool);
    this.#random = new Random(compiler, heap, pool);
  }

  allocate(dtype: DType, length: number): Block {
    const address = this.#heap.allocate(bytesOf(dtype) * length);
    this.#pool.after(this.#heap.used(address));
    return { dtype, length, address };
  }
  free(storage: Storage): void { this.#heap.free(addressOf(storage), bytesOf(storage.dtype) * storage.length); }

  map(f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape): void { this.#maps.run(f, inputs, uniforms, outputs, shape); }
  mapEach(f: ScalarFunction, calls: readonly MapCall[]): void { this.#maps.runEach(f, calls); }
  rows(f: RowFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape, axes: readonly number[]): void { this.#rows.run(f, inputs, uniforms, outputs, shape, axes); }
  reduce(kind: Reduction, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, axes: readonly number[], output: Target): void { this.#reductions.run(kind, f, inputs, uniforms, shape, axes, output); }
  matmul(a: View, b: View, output: Target, epilogue?: Epilogue): void { this.#products.run(a, b, output, epilogue); }
  contract(a: View, b: View, axes: ProductAxes, output: Target, epilogue?: Epilogue): void { this.#contractions.run(a, b, axes, output, epilogue); }
  gather(source: View, index: View, axis: number, output: Target): void { this.#indexing.gather(source, index, axis, output); }
  scatterAdd(source: View, index: View, axis: number, shape: Shape, output: Target): void { this.#indexing.scatterAdd(source, index, axis, shape, output); }
  randomUniform(key: readonly [number, number], counter: number, length: number, output: Target): void { this.#random.uniform(key, counter, length, output); }
}
