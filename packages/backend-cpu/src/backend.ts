/** The CPU as a backend: WebAssembly kernels over one heap. */
import { type Backend, bytesOf, type DType, type Epilogue, hostArray, type Limits, type MapCall, type ProductAxes, type Reduction, type RowFunction, type ScalarFunction, type Shape, type Storage, type Target, type TypedArray, type View } from '@nn/tensor/backend';
import type { Blas } from './blas.ts';
import { Contractions } from './contract.ts';
import { Functions } from './functions.ts';
import { Heap } from './heap.ts';
import { Indexing } from './indexing.ts';
import { Compiler } from './kernel.ts';
import { Maps } from './map.ts';
import { Products } from './matmul.ts';
import { SCRATCH, SCRATCH_BYTES } from './memory.ts';
import { OffsetTables } from './offset-tables.ts';
import { Pool } from './pool.ts';
import { Random } from './random.ts';
import { Reductions } from './reduce.ts';
import { Rows } from './rows.ts';
import { Slices } from './slices.ts';
import { sharable, type StartThread } from './threads.ts';
import { addressOf } from './walk.ts';

/** Kernels count elements in 32 bits with sign. */
const MOST_ELEMENTS = 2 ** 31 - 2 ** 20;

export interface CpuOptions {
  /** Threads that compute, the calling one included; default one per core. One where memory cannot be shared. */
  readonly threads?: number;
  /** Most bytes of the heap; default what the engine allows, up to 4 GiB. */
  readonly memoryLimit?: number;
  /**
   * Which library multiplies matrices of float32: `'off'` our own kernels, the default, since they need nothing and give the same bits wherever
   * multiply-adds are fused; `'auto'` the first BLAS that is installed (MKL, OpenBLAS, BLIS, Accelerate); or the path of one. Node only, by the package `koffi`.
   */
  readonly blas?: string;
}

/** A storage is a block of the heap. */
interface Block extends Storage {
  readonly address: number;
  /** The job that writes it last, or is done before the host does. */
  written: number;
  /** As long as nothing has been asked of it: the job after which its memory is in use no more. */
  fresh: number | undefined;
}

export class CpuBackend implements Backend {
  readonly name = 'cpu';
  readonly limits: Limits;
  readonly #heap: Heap;
  readonly #maps: Maps;
  readonly #reductions: Reductions;
  readonly #products: Products;
  readonly #contractions: Contractions;
  readonly #rows: Rows;
  readonly #indexing: Indexing;
  readonly #random: Random;
  readonly #pool: Pool;
  readonly #compiler: Compiler;
  /** Asked for more threads than there can be. */
  readonly #alone: boolean;
  readonly #blas: Blas | undefined;

  /** `start` starts helping threads; without it there is one thread. */
  constructor({ threads = 1, memoryLimit = 2 ** 32 }: Omit<CpuOptions, 'blas'> = {}, start?: StartThread, blas?: Blas) {
    const helped = threads > 1 && start !== undefined && sharable();
    this.#alone = threads > 1 && !helped;
    this.#heap = new Heap(helped, SCRATCH + (helped ? threads : 1) * SCRATCH_BYTES, memoryLimit);
    this.#pool = new Pool(this.#heap, threads, helped ? start : undefined, blas?.source(this.#heap));
    this.#blas = blas;
    this.#compiler = new Compiler(this.#heap);
    const functions = new Functions(this.#compiler, this.#pool);
    this.#maps = new Maps(functions, this.#heap, this.#pool);
    this.#reductions = new Reductions(functions, this.#heap, this.#pool, this.#maps);
    this.#rows = new Rows(this, functions, this.#heap, this.#pool);
    this.#products = new Products(this, this.#compiler, functions, this.#heap, this.#pool, blas && new Slices(blas, this.#heap, this.#pool));
    this.#contractions = new Contractions(this, this.#products, new OffsetTables(this.#heap, this.#pool));
    this.#indexing = new Indexing(this, this.#compiler, this.#heap, this.#pool);
    this.#random = new Random(this.#compiler, this.#heap, this.#pool);
    this.limits = {
      dtypes: ['bool', 'uint32', 'int32', 'float32', 'float64'], inputs: Infinity, outputs: Infinity, bindings: Infinity, uniforms: 1024, rank: Infinity,
      storageBytes: Math.min(this.#heap.maximum, MOST_ELEMENTS), memoryBytes: this.#heap.maximum, slices: true, integers: 2 ** 31, nonFinite: true, tolerance: 1e-6,
    };
  }

  /** Kernels compiled so far. */
  get kernels(): number { return this.#compiler.made; }

  describe(): string {
    const { threads } = this.#pool;
    const reason = sharable() ? "threads are not allowed here; a page's content policy allows them by worker-src blob:" : 'memory cannot be shared here';
    const why = this.#alone ? `: ${reason}` : '';
    return `cpu (WebAssembly SIMD${this.#compiler.fused ? ', relaxed FMA' : ''}, ${threads} thread${threads === 1 ? '' : 's'}${why}${this.#blas ? `; float32 products by ${this.#blas.name}` : ''})`;
  }
  finish(): void { this.#pool.drain(); }
  destroy(): void { this.#pool.stop(); }

  allocate(dtype: DType, length: number): Storage {
    const address = this.#heap.allocate(bytesOf(dtype) * length);
    const block: Block = { dtype, length, address, written: this.#pool.job, fresh: this.#heap.used(address) };
    return block;
  }
  free(storage: Storage): void { this.#heap.free(addressOf(storage), bytesOf(storage.dtype) * storage.length); }
  write(storage: Storage, values: TypedArray, offset = 0): void {
    const block = storage as Block;
    block.written = block.fresh ?? this.#pool.job;
    this.#pool.wait(block.written);
    block.fresh = undefined;
    this.#array(storage, offset, values.length).set(values);
  }
  readSync(storage: Storage, offset: number, length: number): TypedArray {
    this.#pool.wait((storage as Block).written);
    const out = hostArray(storage.dtype, length);
    out.set(this.#array(storage, offset, length));
    return out;
  }
  read(storage: Storage, offset: number, length: number): Promise<TypedArray> { return Promise.resolve(this.readSync(storage, offset, length)); }

  map(f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape): void {
    this.#maps.run(f, inputs, uniforms, outputs, shape);
    this.#wrote(outputs);
  }
  mapEach(f: ScalarFunction, calls: readonly MapCall[]): void {
    this.#maps.runEach(f, calls);
    for (const { outputs } of calls) this.#wrote(outputs);
  }
  rows(f: RowFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape, axes: readonly number[]): void {
    this.#rows.run(f, inputs, uniforms, outputs, shape, axes);
    this.#wrote(outputs);
  }
  reduce(kind: Reduction, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, axes: readonly number[], output: Target): void {
    this.#reductions.run(kind, f, inputs, uniforms, shape, axes, output);
    this.#wrote([output]);
  }
  matmul(a: View, b: View, output: Target, epilogue?: Epilogue): void {
    this.#products.run(a, b, output, epilogue);
    this.#wrote([output]);
  }
  contract(a: View, b: View, axes: ProductAxes, output: Target, epilogue?: Epilogue): void {
    this.#contractions.run(a, b, axes, output, epilogue);
    this.#wrote([output]);
  }
  gather(source: View, index: View, axis: number, output: Target): void {
    this.#indexing.gather(source, index, axis, output);
    this.#wrote([output]);
  }
  scatterAdd(source: View, index: View, axis: number, shape: Shape, output: Target): void {
    this.#indexing.scatterAdd(source, index, axis, shape, output);
    this.#wrote([output]);
  }
  randomUniform(key: readonly [number, number], counter: number, length: number, output: Target): void {
    this.#random.uniform(key, counter, length, output);
    this.#wrote([output]);
  }

  /** What was asked for last writes these. */
  #wrote(targets: readonly Target[]): void {
    for (const { storage } of targets) {
      (storage as Block).written = this.#pool.job;
      (storage as Block).fresh = undefined;
    }
  }

  #array({ dtype, address }: Block | Storage & { address?: number }, offset: number, length: number): TypedArray {
    const { buffer } = this.#heap.memory;
    const at = address! + offset * bytesOf(dtype);
    switch (dtype) {
      case 'bool': return new Uint8Array(buffer, at, length);
      case 'uint32': return new Uint32Array(buffer, at, length);
      case 'int32': return new Int32Array(buffer, at, length);
      case 'float64': return new Float64Array(buffer, at, length);
      default: return new Float32Array(buffer, at, length);
    }
  }
}
