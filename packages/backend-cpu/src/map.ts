/** `map`: one loop over all elements, cut into chunks where that pays; and several maps of one function as one job. */
import { bytesOf, type MapCall, mapped, type ScalarFunction, type Shape, type Target, type View } from '@nn/tensor/backend';
import { cut } from './cut.ts';
import { type Functions, type Prepared, specOf } from './functions.ts';
import type { Heap } from './heap.ts';
import type { Compiler, Kernel } from './kernel.ts';
import { emitLoop } from './loop.ts';
import { PARAMETER_BYTES } from './memory.ts';
import type { Pool } from './pool.ts';
import { boundedness, slots, writeParameters } from './parameters.ts';
import { paired } from './unfold.ts';
import { addressOf, type Kind, plan, type Walk } from './walk.ts';
import type { Code, Frame, Local, ModuleBuilder } from './wasm/assembler.ts';
import { i32, smaller } from './wasm/instructions.ts';

/** Elements of a chunk at most, and what they may cost: some tens of microseconds of work. */
const CHUNK = 16384;
const WORK = 8 * CHUNK;
/** Elements that chunks are multiples of: a line of the cache. */
const LINE = 16;
/** Fewer are not worth another thread. */
const FEWEST = 1024;
/** Of maps that run together: most chunks of a job, at 8 bytes each. */
const MOST_CHUNKS = 3000;
const TABLE_BYTES = 8 * MOST_CHUNKS;

/** Maps of one function whose walks are of one kind. */
interface Batch { readonly kernel: Kernel; readonly items: { readonly call: MapCall; readonly walk: Walk; readonly total: number }[] }

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
    const pairs = walk.sizes[0] === 2 && walk.sizes.length > 1 ? paired(f, inputs, shape) : undefined;
    if (!pairs) return this.#walk(f, prepared, walk, inputs, uniforms, outputs, false);
    const own = this.#functions.prepare(pairs.function);
    this.#walk(pairs.function, own, plan(pairs.shape, pairs.inputs, own.indices), pairs.inputs, uniforms, outputs, true);
  }

  #walk(f: ScalarFunction, prepared: Prepared, walk: Walk, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], inPairs: boolean): void {
    const kernel = this.#functions.kernel(prepared, inPairs ? 'pairs' : 'map', walk, (compiler) => this.#compile(compiler, f, prepared, walk, { inPairs }));
    const total = totalOf(walk);
    const most = mostOf(prepared);
    const chunk = this.#pool.threads > 1 && total >= 2 * most ? most : total;
    writeParameters(this.#heap, this.#pool.parameters, walk, inputs, placesOf(outputs), uniforms, f.uniforms, total, chunk);
    this.#pool.run(kernel, Math.ceil(total / chunk));
  }

  /** Several maps of `f`, of which none reads or writes what another writes. */
  runEach(f: ScalarFunction, calls: readonly MapCall[]): void {
    const prepared = this.#functions.prepare(f);
    const batches = new Map<Kind, Batch>();
    for (const call of calls) {
      const walk = plan(call.shape, call.inputs, prepared.indices);
      let batch = batches.get(walk.kind);
      if (!batch) batches.set(walk.kind, (batch = { kernel: this.#functions.kernel(prepared, 'each', walk, (compiler) => this.#compile(compiler, f, prepared, walk, { several: true })), items: [] }));
      batch.items.push({ call, walk, total: totalOf(walk) });
    }
    for (const batch of batches.values()) this.#runBatch(f, batch, mostOf(prepared));
  }

  /**
   * As many maps in a job as its parameters have room for: a table of where each chunk's are and which of that map it is, then those of each map. The first chunks of all maps come first. One thread does
   * them all if together they have fewer elements than are worth sharing.
   */
  #runBatch(f: ScalarFunction, { kernel, items }: Batch, enough: number): void {
    const elements = items.reduce((sum, { total }) => sum + total, 0);
    const wanted = Math.ceil(elements / (CHUNK * (MOST_CHUNKS / 4))) * CHUNK;
    for (let first = 0; first < items.length;) {
      const start = this.#pool.parameters;
      const places: { readonly at: number; readonly chunks: number }[] = [];
      let [chunks, most, at, need] = [0, 0, start + TABLE_BYTES, 0];
      for (; first < items.length; first++) {
        const { call: { inputs, outputs, uniforms }, walk, total } = items[first]!;
        const chunk = cut(total, wanted, LINE);
        const own = Math.ceil(total / chunk);
        if (places.length > 0 && (chunks + own > MOST_CHUNKS || at + need > start + PARAMETER_BYTES)) break;
        places.push({ at, chunks: own });
        const end = writeParameters(this.#heap, at, walk, inputs, placesOf(outputs), uniforms, f.uniforms, total, chunk);
        [chunks, most, need] = [chunks + own, Math.max(most, own), end - at];
        at = (end + 7) & ~7;
      }
      this.#order(start >> 2, places, most);
      this.#pool.run(kernel, chunks, undefined, elements < 2 * enough ? chunks : 1);
    }
  }

  /** Writes the table of chunks: of each map those of its first n-th, then those of its second n-th, and so on. */
  #order(table: number, places: readonly { readonly at: number; readonly chunks: number }[], steps: number): void {
    const { ints } = this.#heap;
    const next = mapped(places, () => 0);
    let word = table;
    for (let step = 1; step <= steps; step++) {
      for (let i = 0; i < places.length; i++) {
        const { at, chunks } = places[i]!;
        for (; next[i]! * steps < step * chunks; next[i]!++) {
          ints[word++] = at;
          ints[word++] = next[i]!;
        }
      }
    }
  }

  /** `several` maps of one job, or one whose results come `inPairs`. */
  #compile(compiler: Compiler, f: ScalarFunction, prepared: Prepared, walk: Walk, { several = false, inPairs = false }: { readonly several?: boolean; readonly inPairs?: boolean }): Kernel {
    return compiler.compile((module, frame, parameters, chunk) => [several ? pick(frame, parameters, chunk) : [], this.#body(f, prepared, walk, module, frame, parameters, chunk, inPairs)]);
  }

  #body(f: ScalarFunction, prepared: Prepared, walk: Walk, module: ModuleBuilder, frame: Frame, parameters: Local, chunk: Local, inPairs: boolean): Code {
    const spec = specOf(f, prepared, walk, inPairs);
    const together = inPairs ? 2 : 1;
    const types = f.outputs.filter((_, i) => i % together === 0);
    const layout = slots(spec.rank, boundedness(spec.accesses, spec.indices.length), types.length, f.uniforms.length);
    const { start, end } = frame.ints('start', 'end');
    const size = i32.load(parameters.get, layout.chunk);
    const targets = types.map((dtype, i) => i32.add(i32.load(parameters.get, layout.outputs + 4 * i), i32.mul(start.get, i32.of(together * bytesOf(dtype)))));
    return [
      start.set(i32.mul(chunk.get, size)),
      end.set(smaller(i32.add(start.get, size), i32.load(parameters.get, layout.total))),
      emitLoop(frame, this.#functions.form(prepared, module, frame), spec, parameters, start, end, targets),
    ];
  }
}

/** The parameters and the number of a chunk, from the table. */
function pick(frame: Frame, parameters: Local, chunk: Local): Code {
  const entry = frame.local('i32');
  return [entry.set(i32.add(parameters.get, i32.shl(chunk.get, i32.of(3)))), parameters.set(i32.load(entry.get)), chunk.set(i32.load(entry.get, 4))];
}

/** Elements of a chunk of a function: fewer than twice as many are not shared. */
const mostOf = ({ cost }: Prepared): number => Math.min(CHUNK, Math.max(FEWEST, 2 ** Math.floor(Math.log2(WORK / cost))));

const placesOf = (outputs: readonly Target[]): number[] => mapped(outputs, ({ storage, offset }) => addressOf(storage) + offset * bytesOf(storage.dtype));

function totalOf({ sizes }: Walk): number {
  let total = 1;
  for (const size of sizes) total *= size;
  return total;
}
