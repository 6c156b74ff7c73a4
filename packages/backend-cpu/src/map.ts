/** `map`: one loop over all elements, cut into chunks where that pays. */
import { bytesOf, type ScalarFunction, type Shape, type Target, type View } from '@nn/tensor/backend';
import { type Functions, specOf } from './functions.ts';
import type { Heap } from './heap.ts';
import type { Compiler, Kernel } from './kernel.ts';
import { emitLoop } from './loop.ts';
import { PARAMETERS } from './memory.ts';
import type { Pool } from './pool.ts';
import { addressOf, boundedness, plan, slots, type Walk, writeParameters } from './walk.ts';
import { i32, smaller } from './wasm/instructions.ts';

/** Elements of a chunk: some tens of microseconds of work. */
const CHUNK = 16384;

export class Maps {
  readonly #functions: Functions;
  readonly #heap: Heap;
  readonly #pool: Pool;

  constructor(functions: Functions, heap: Heap, pool: Pool) {
    this.#functions = functions;
    this.#heap = heap;
    this.#pool = pool;
  }

  run(f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape): void {
    const prepared = this.#functions.prepare(f);
    const walk = plan(shape, inputs, prepared.indices);
    const kernel = this.#functions.kernel(prepared, walk.kind, (compiler) => this.#compile(compiler, f, walk));
    let total = 1;
    for (const size of walk.sizes) total *= size;
    const places = outputs.map(({ storage, offset }) => addressOf(storage) + offset * bytesOf(storage.dtype));
    const chunk = this.#pool.threads > 1 && total >= 2 * CHUNK ? CHUNK : total;
    writeParameters(this.#heap, PARAMETERS, walk, inputs, places, uniforms, f.uniforms, total, chunk);
    this.#pool.run(kernel, Math.ceil(total / chunk));
  }

  #compile(compiler: Compiler, f: ScalarFunction, walk: Walk): Kernel {
    const prepared = this.#functions.prepare(f);
    return compiler.compile((module, frame, parameters, chunk) => {
      const spec = specOf(f, prepared, walk);
      const layout = slots(spec.rank, boundedness(spec.accesses, spec.indices.length), f.roots.length, f.uniforms.length);
      const { start, end } = frame.ints('start', 'end');
      const size = i32.load(parameters.get, layout.chunk);
      const targets = f.outputs.map((dtype, i) => i32.add(i32.load(parameters.get, layout.outputs + 4 * i), i32.mul(start.get, i32.of(bytesOf(dtype)))));
      return [
        start.set(i32.mul(chunk.get, size)),
        end.set(smaller(i32.add(start.get, size), i32.load(parameters.get, layout.total))),
        emitLoop(frame, this.#functions.form(prepared, module, frame), spec, parameters, start, end, targets),
      ];
    });
  }
}
