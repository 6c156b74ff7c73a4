/** A compiled kernel: one exported function that does one chunk of a job. */
import type { Heap } from './heap.ts';
import { everywhere, hostFunctions } from './hosts.ts';
import { type Code, type Frame, type Local, ModuleBuilder } from './wasm/assembler.ts';
import { f32x4 } from './wasm/instructions.ts';

/** Does chunk `chunk` of the job whose parameters lie at `parameters`, with `scratch` (see memory.ts) for its own use. */
export type Chunk = (parameters: number, chunk: number, scratch: number) => void;

export interface Kernel {
  readonly id: number;
  readonly chunk: Chunk;
  /** The module, for other threads; undefined where only the calling thread can run it. */
  readonly module: Uint8Array<ArrayBuffer> | undefined;
  /** Whether it calls the library that every thread has loaded (see blas.ts) instead of a module. */
  readonly library?: true;
}

/** Writes the body of `chunk`. It may define further functions in `module`. */
export type KernelBody = (module: ModuleBuilder, frame: Frame, parameters: Local, chunk: Local, scratch: Local) => Code;

/** Compiles kernels for one memory. */
export class Compiler {
  /** Whether multiply-add is rounded once (relaxed SIMD). */
  readonly fused: boolean;
  readonly #heap: Heap;
  #made = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.fused = relaxedSimd();
  }

  /** Kernels compiled so far. */
  get made(): number { return this.#made; }

  compile(body: KernelBody): Kernel {
    const { memory, shared, pages } = this.#heap;
    const builder = new ModuleBuilder({ shared, maximum: pages });
    builder.define(['i32', 'i32', 'i32'], [], (frame, parameters, chunk, scratch) => body(builder, frame, parameters, chunk, scratch), 'chunk');
    const bytes = builder.bytes();
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory }, host: hostFunctions(builder.hosts) });
    return { id: ++this.#made, chunk: instance.exports.chunk as Chunk, module: everywhere(builder.hosts) ? bytes : undefined };
  }
}

/** Asks the engine: a module with one relaxed multiply-add. */
function relaxedSimd(): boolean {
  const module = new ModuleBuilder({ shared: false, maximum: 1 });
  module.define(['f32'], ['v128'], (_, x) => f32x4.relaxedMadd(f32x4.splat(x.get), f32x4.splat(x.get), f32x4.splat(x.get)));
  return WebAssembly.validate(module.bytes());
}
