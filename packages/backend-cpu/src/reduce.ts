/**
 * `reduce`: the function is computed into a strip of working space, some thousand elements at a time, and the strip is folded; what lies without gaps is folded where it is.
 * How elements are grouped and in which order they are added depends on the shape alone, never on strides, threads or chunks.
 */
import { bytesOf, type DType, filtered, identity, mapped, type Reduction, type ScalarFunction, type Shape, type Storage, type Target, type View } from '@nn/tensor/backend';
import type { FoldType } from './fold.ts';
import { casted, type Functions, specOf } from './functions.ts';
import type { Heap } from './heap.ts';
import type { Compiler, Kernel } from './kernel.ts';
import { emitLoop } from './loop.ts';
import type { Maps } from './map.ts';
import type { Pool } from './pool.ts';
import { groupWords, reduceKernel, STRIP } from './reduce-kernel.ts';
import { boundedness, slots, writeParameters } from './parameters.ts';
import { unfolded } from './unfold.ts';
import { addressOf, plan, type Walk } from './walk.ts';

/** Most elements that one fold adds up; more are folded in blocks of this, and the blocks again. */
const BLOCK = 65536;
/** Elements of a chunk for threads. */
const CHUNK = 32768;

/** [outer, run, inner], folded over `run`: with inner 1, rows of neighbours; else rows onto each other. */
interface Form3 { readonly outer: number; readonly run: number; readonly inner: number }

export class Reductions {
  readonly #functions: Functions;
  readonly #heap: Heap;
  readonly #pool: Pool;
  readonly #maps: Maps;

  constructor(functions: Functions, heap: Heap, pool: Pool, maps: Maps) {
    this.#functions = functions;
    this.#heap = heap;
    this.#pool = pool;
    this.#maps = maps;
  }

  run(kind: Reduction, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, axes: readonly number[], output: Target): void {
    const [root] = f.roots;
    const to = output.storage.dtype;
    const type = to === 'bool' || root!.dtype === 'bool' ? 'int32' : (root!.dtype as FoldType);
    const own = casted(f, type);
    const few = unfolded(kind, own, inputs, shape, axes);
    if (few) return this.#maps.run(casted(few.function, to), few.inputs, uniforms, [output], few.shape);
    const order = arranged(shape, axes);
    const sizes = form(shape, axes);
    if (type === to) this.#fold(kind, type, own, inputs, uniforms, shape, order, sizes, addressOf(output.storage) + output.offset * bytesOf(to));
    else {
      const length = sizes.outer * sizes.inner;
      const made = this.#temporary(type, length);
      this.#fold(kind, type, own, inputs, uniforms, shape, order, sizes, made.address);
      this.#maps.run(casted(identity(type), to), [{ storage: made, shape: [length], strides: [1], offset: 0, bounds: [] }], [], [output], [length]);
      this.#release(made);
    }
  }

  #fold(
    kind: Reduction, type: FoldType, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape,
    order: readonly number[] | undefined, { outer, run, inner }: Form3, target: number,
  ): void {
    const prepared = this.#functions.prepare(f);
    const walk = plan(shape, inputs, prepared.indices, order);
    const rows = inner === 1;
    const block = rows ? STRIP : Math.max(64, Math.floor(BLOCK / inner));
    // A rest of less than half a block is not worth a block.
    const blocks = run <= block * 1.5 ? 1 : Math.ceil(run / block);
    const tiles = Math.ceil(inner / STRIP);
    const made = blocks > 1 ? this.#temporary(type, outer * blocks * inner) : undefined;
    const kernel = this.#functions.kernel(prepared, `${kind} ${rows ? 'rows' : 'columns'}`, walk, (compiler) => this.#compile(compiler, kind, type, rows, f, walk));
    const groups = outer * blocks * tiles;
    const each = Math.min(run, block) * Math.min(inner, STRIP);
    const chunk = this.#pool.threads > 1 && groups * each >= 2 * CHUNK ? Math.max(1, Math.floor(CHUNK / each)) : groups;
    const end = writeParameters(this.#heap, this.#pool.parameters, walk, inputs, [made ? made.address : target], uniforms, f.uniforms, groups, chunk);
    this.#heap.ints.set(groupWords({ run, inner, blocks, block: blocks === 1 ? run : block, tiles }), end >> 2);
    this.#pool.run(kernel, Math.ceil(groups / chunk));
    if (!made) return;
    const again: Shape = [outer, blocks, inner];
    const view: View = { storage: made, shape: again, strides: [blocks * inner, inner, 1], offset: 0, bounds: [] };
    this.#fold(kind, type, identity(type), [view], [], again, [0, 1, 2], { outer, run: blocks, inner }, target);
    this.#release(made);
  }

  #compile(compiler: Compiler, kind: Reduction, type: FoldType, rows: boolean, f: ScalarFunction, walk: Walk): Kernel {
    const prepared = this.#functions.prepare(f);
    const spec = specOf(f, prepared, walk);
    const layout = slots(spec.rank, boundedness(spec.accesses, spec.indices.length), 1, f.uniforms.length);
    const [root, access] = [f.roots[0]!, spec.accesses[0]];
    const asItLies = root.op === 'input' && root.value === 0 && root.dtype === type && spec.rank === 1 && access?.reach === 'unit' && access.bounds === 0;
    return compiler.compile((module, frame, ...locals) => {
      const fill = asItLies ? undefined : module.define(['i32', 'i32', 'i32', 'i32'], [], (own, parameters, start, end, target) =>
        emitLoop(own, this.#functions.form(prepared, module, own), spec, parameters, start, end, [target.get]));
      return reduceKernel(frame, { kind, type, rows, layout, fill }, ...locals);
    });
  }

  #temporary(dtype: DType, length: number): Storage & { readonly address: number } {
    const address = this.#heap.allocate(length * bytesOf(dtype));
    this.#pool.after(this.#heap.used(address));
    return { dtype, length, address };
  }
  #release({ address, dtype, length }: Storage & { readonly address: number }): void { this.#heap.free(address, length * bytesOf(dtype)); }
}

/** Kept axes, then reduced ones, then the kept axes that end the shape. Undefined where that is the order anyway. */
function arranged(shape: Shape, axes: readonly number[]): number[] | undefined {
  const inner = trailing(shape, axes);
  const kept = filtered(mapped(shape, (_, axis) => axis), (axis) => !axes.includes(axis));
  const order = [...filtered(kept, (axis) => axis < inner), ...axes, ...filtered(kept, (axis) => axis >= inner)];
  return order.every((axis, i) => axis === i) ? undefined : order;
}

/** The first of the kept axes that end the shape. */
function trailing(shape: Shape, axes: readonly number[]): number {
  let first = shape.length;
  while (first > 0 && !axes.includes(first - 1)) first--;
  return first;
}

function form(shape: Shape, axes: readonly number[]): Form3 {
  const first = trailing(shape, axes);
  let [outer, run, inner] = [1, 1, 1];
  shape.forEach((size, axis) => {
    if (axes.includes(axis)) run *= size;
    else if (axis >= first) inner *= size;
    else outer *= size;
  });
  return { outer, run, inner };
}
