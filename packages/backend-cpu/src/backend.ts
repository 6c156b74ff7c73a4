/** The CPU as a backend: WebAssembly kernels over one heap. Notes of each storage which job uses it last, so that what needs not wait does not. */
import { type Backend, bytesOf, type DType, type Epilogue, hostArray, type Limits, type MapCall, type ProductAxes, type Reduction, type RowFunction, type ScalarFunction, type Shape, type Storage, type Target, type TypedArray, type View } from '@nn/tensor/backend';
import type { Blas } from './blas.ts';
import { Heap } from './heap.ts';
import { Compiler } from './kernel.ts';
import { SCRATCH, SCRATCH_BYTES } from './memory.ts';
import { type Block, Operations } from './operations.ts';
import { Pool } from './pool.ts';
import { sharable, type StartThread } from './threads.ts';

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

interface Noted extends Block {
  /** The job that writes it last. */
  written: number;
  /** The job that reads or writes it last, or whatever was in its place before. */
  used: number;
}

/** What an operation reads and writes. */
interface Uses { readonly inputs: readonly View[]; readonly outputs: readonly Target[] }

export class CpuBackend implements Backend {
  readonly name = 'cpu';
  readonly limits: Limits;
  readonly #heap: Heap;
  readonly #operations: Operations;
  readonly #pool: Pool;
  readonly #compiler: Compiler;
  /** Asked for more threads than there can be. */
  readonly #alone: boolean;
  readonly #blas: Blas | undefined;

  /** `start` starts helping threads; without it there is one thread. */
  constructor({ threads = 1, memoryLimit = 2 ** 32 }: Omit<CpuOptions, 'blas'> = {}, start?: StartThread, blas?: Blas) {
    const helped = threads > 1 && start !== undefined && sharable();
    this.#alone = threads > 1 && !helped;
    this.#heap = new Heap(helped, SCRATCH + (helped ? threads + 1 : 1) * SCRATCH_BYTES, memoryLimit);
    this.#pool = new Pool(this.#heap, threads, helped ? start : undefined, blas?.source(this.#heap));
    this.#blas = blas;
    this.#compiler = new Compiler(this.#heap);
    this.#operations = new Operations(this.#heap, this.#pool, this.#compiler, blas);
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
    const { address } = this.#operations.allocate(dtype, length);
    const used = this.#heap.used(address);
    const block: Noted = { dtype, length, address, written: used, used };
    return block;
  }
  free(storage: Storage): void {
    const { address, used } = storage as Noted;
    this.#heap.free(address, bytesOf(storage.dtype) * storage.length, used);
  }
  write(storage: Storage, values: TypedArray, offset = 0): void {
    this.#pool.wait((storage as Noted).used);
    this.#array(storage, offset, values.length).set(values);
  }
  readSync(storage: Storage, offset: number, length: number): TypedArray {
    this.#pool.wait((storage as Noted).written);
    const out = hostArray(storage.dtype, length);
    out.set(this.#array(storage, offset, length));
    return out;
  }
  read(storage: Storage, offset: number, length: number): Promise<TypedArray> { return Promise.resolve(this.readSync(storage, offset, length)); }

  map(f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape): void {
    this.#ordered([{ inputs, outputs }], () => { this.#operations.map(f, inputs, uniforms, outputs, shape); });
  }
  mapEach(f: ScalarFunction, calls: readonly MapCall[]): void {
    this.#ordered(calls, () => { this.#operations.mapEach(f, calls); });
  }
  rows(f: RowFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape, axes: readonly number[]): void {
    this.#ordered([{ inputs, outputs }], () => { this.#operations.rows(f, inputs, uniforms, outputs, shape, axes); });
  }
  reduce(kind: Reduction, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, axes: readonly number[], output: Target): void {
    this.#ordered([{ inputs, outputs: [output] }], () => { this.#operations.reduce(kind, f, inputs, uniforms, shape, axes, output); });
  }
  matmul(a: View, b: View, output: Target, epilogue?: Epilogue): void {
    this.#ordered([{ inputs: factors(a, b, epilogue), outputs: [output] }], () => { this.#operations.matmul(a, b, output, epilogue); });
  }
  contract(a: View, b: View, axes: ProductAxes, output: Target, epilogue?: Epilogue): void {
    this.#ordered([{ inputs: factors(a, b, epilogue), outputs: [output] }], () => { this.#operations.contract(a, b, axes, output, epilogue); });
  }
  gather(source: View, index: View, axis: number, output: Target): void {
    this.#ordered([{ inputs: [source, index], outputs: [output] }], () => { this.#operations.gather(source, index, axis, output); });
  }
  scatterAdd(source: View, index: View, axis: number, shape: Shape, output: Target): void {
    this.#ordered([{ inputs: [source, index], outputs: [output] }], () => { this.#operations.scatterAdd(source, index, axis, shape, output); });
  }
  randomUniform(key: readonly [number, number], counter: number, length: number, output: Target): void {
    this.#ordered([{ inputs: [], outputs: [output] }], () => { this.#operations.randomUniform(key, counter, length, output); });
  }

  /** Runs an operation: says what it must not overtake, and notes which job uses these last, where it was put in line, even if only a part of it was. */
  #ordered(uses: readonly Uses[], run: () => void): void {
    if (this.#pool.begin()) for (const each of uses) this.#wait(each);
    try {
      run();
    } finally {
      const { asked } = this.#pool;
      if (asked !== undefined) for (const each of uses) note(each, asked);
    }
  }

  #wait({ inputs, outputs }: Uses): void {
    for (const { storage } of inputs) this.#pool.after((storage as Noted).written);
    for (const { storage } of outputs) this.#pool.after((storage as Noted).used);
  }

  #array({ dtype, address }: Storage & { address?: number }, offset: number, length: number): TypedArray {
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

function note({ inputs, outputs }: Uses, job: number): void {
  for (const { storage } of inputs) (storage as Noted).used = job;
  for (const { storage } of outputs) (storage as Noted).used = (storage as Noted).written = job;
}

const factors = (a: View, b: View, epilogue: Epilogue | undefined): View[] => (epilogue ? [a, b, ...epilogue.inputs] : [a, b]);
