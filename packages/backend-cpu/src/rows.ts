/** `rows`: rows of neighbouring axes by a kernel of their own, others by reductions and maps. */
import { bytesOf, composeRows, mapped, type RowFunction, type Shape, type Target, type View } from '@nn/tensor/backend';
import type { Functions, Prepared } from './functions.ts';
import type { Heap } from './heap.ts';
import type { Compiler, Kernel } from './kernel.ts';
import type { Pool } from './pool.ts';
import { rowKernel } from './row-kernel.ts';
import { writeParameters } from './parameters.ts';
import { addressOf, planRows, type Walk } from './walk.ts';

/** Elements of a chunk: some tens of microseconds of work. */
const CHUNK = 8192;
/** Longer rows are worth threads of their own, and sums in several parts. */
const LONGEST = 16384;

type Composing = Parameters<typeof composeRows>[0];

export class Rows {
  readonly #backend: Composing;
  readonly #functions: Functions;
  readonly #heap: Heap;
  readonly #pool: Pool;

  constructor(backend: Composing, functions: Functions, heap: Heap, pool: Pool) {
    this.#backend = backend;
    this.#functions = functions;
    this.#heap = heap;
    this.#pool = pool;
  }

  run(f: RowFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape, axes: readonly number[]): void {
    const prepared = this.#functions.prepare(f);
    const suits = !prepared.scalar && f.stages.every((stage) => stage.function.roots[0]!.dtype !== 'bool');
    const walk = suits ? planRows(shape, inputs, prepared.indices, axes) : undefined;
    const length = walk?.sizes[0] ?? 0;
    if (!walk || length === 0 || length > LONGEST) return composeRows(this.#backend, f, inputs, uniforms, outputs, shape, axes);
    const kernel = this.#functions.kernel(prepared, 'rows', walk, (compiler) => this.#compile(compiler, f, prepared, walk));
    let rows = 1;
    for (let i = 1; i < walk.sizes.length; i++) rows *= walk.sizes[i]!;
    const places = mapped(outputs, ({ storage, offset }) => addressOf(storage) + offset * bytesOf(storage.dtype));
    const chunk = this.#pool.threads > 1 && rows * length >= 2 * CHUNK ? Math.max(1, Math.floor(CHUNK / length)) : rows;
    writeParameters(this.#heap, this.#pool.parameters, walk, inputs, places, uniforms, f.uniforms, rows, chunk);
    this.#pool.run(kernel, Math.ceil(rows / chunk));
  }

  #compile(compiler: Compiler, f: RowFunction, prepared: Prepared, { sizes, accesses }: Walk): Kernel {
    return compiler.compile((module, frame, parameters, chunk) =>
      rowKernel(frame, this.#functions.form(prepared, module, frame), { function: f, rank: sizes.length, accesses, indices: prepared.indices }, parameters, chunk));
  }
}
