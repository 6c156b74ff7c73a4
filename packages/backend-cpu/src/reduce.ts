/**
 * `reduce`: the function is computed into a strip of working space, some thousand elements at a time, and the strip is folded.
 * How elements are grouped and in which order they are added depends on the shape alone, never on strides, threads or chunks.
 */
import { bytesOf, type DType, identity, type Reduction, type ScalarFunction, type Shape, type Storage, type Target, type View } from '@nn/tensor/backend';
import { casted } from './functions.ts';
import { foldColumns, foldRows, type FoldType } from './fold.ts';
import { type Functions, specOf } from './functions.ts';
import type { Heap } from './heap.ts';
import type { Compiler, Kernel } from './kernel.ts';
import { emitLoop } from './loop.ts';
import type { Maps } from './map.ts';
import { PARAMETERS } from './memory.ts';
import type { Pool } from './pool.ts';
import { addressOf, boundedness, plan, slots, type Walk, writeParameters } from './walk.ts';
import { call, type Code, type Local } from './wasm/assembler.ts';
import { advance, branchIf, count, i32, larger, loop, smaller, when } from './wasm/instructions.ts';

/** Elements of a strip. */
const STRIP = 4096;
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
    const own = root!.dtype === type ? f : casted(f, type);
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
    const made = blocks > 1 ? this.#temporary(type, outer * blocks * inner) : undefined;
    const kernel = this.#functions.kernel(prepared, `${kind} ${rows ? 'rows' : 'columns'} ${walk.kind}`, (compiler) => this.#compile(compiler, kind, type, rows, f, walk));
    const groups = outer * blocks;
    const each = rows ? Math.min(run, block) : Math.min(run, block) * inner;
    const chunk = this.#pool.threads > 1 && groups * each >= 2 * CHUNK ? Math.max(1, Math.floor(CHUNK / each)) : groups;
    const end = writeParameters(this.#heap, PARAMETERS, walk, inputs, [made ? made.address : target], uniforms, f.uniforms, groups, chunk);
    this.#heap.ints.set([run, inner, blocks, blocks === 1 ? run : block], end >> 2);
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
    const bytes = bytesOf(type);
    return compiler.compile((module, frame, parameters, chunk, scratch) => {
      const fill = module.define(['i32', 'i32', 'i32', 'i32'], [], (own, params, start, end, target) =>
        emitLoop(own, this.#functions.form(prepared, module, own), spec, params, start, end, [target.get]));
      const name = (value: Code): [Local, Code] => {
        const local = frame.local('i32');
        return [local, local.set(value)];
      };
      const parameter = (offset: number): Code => i32.load(parameters.get, offset);
      const [run, setRun] = name(parameter(layout.end));
      const [inner, setInner] = name(parameter(layout.end + 4));
      const [blocks, setBlocks] = name(parameter(layout.end + 8));
      const [block, setBlock] = name(parameter(layout.end + 12));
      const [group, setGroup] = name(i32.mul(chunk.get, parameter(layout.chunk)));
      const [last, setLast] = name(smaller(i32.add(group.get, parameter(layout.chunk)), parameter(layout.total)));
      const { from, many, size, start, to, fresh } = frame.ints('from', 'many', 'size', 'start', 'to', 'fresh');
      /** First element of the group along the run, and its length there. */
      const first = i32.mul(i32.remU(group.get, blocks.get), block.get);
      const target = i32.add(parameter(layout.outputs), i32.mul(i32.mul(group.get, inner.get), i32.of(bytes)));
      const head: Code = [setRun, setInner, setBlocks, setBlock, setGroup, setLast];
      const step = frame.local('i32');
      const rowBody: Code = [
        size.set(smaller(block.get, i32.sub(run.get, first))),
        start.set(i32.add(i32.mul(i32.divU(group.get, blocks.get), run.get), first)),
        // Short rows share a strip.
        step.set(i32.of(1)),
        when(i32.eq(blocks.get, i32.of(1)), step.set(smaller(i32.sub(last.get, group.get), larger(i32.divU(i32.of(STRIP), size.get), i32.of(1))))),
        call(fill, parameters.get, start.get, i32.add(start.get, i32.mul(step.get, size.get)), scratch.get),
        from.set(scratch.get), to.set(target),
        foldRows(frame, kind, type, from, step, size, to),
      ];
      const { width, limit, at, column } = frame.ints('width', 'limit', 'at', 'column');
      const columnBody: Code = [
        step.set(i32.of(1)),
        limit.set(i32.add(first, smaller(block.get, i32.sub(run.get, first)))),
        count(column, i32.of(0), inner.get, STRIP,
          width.set(smaller(i32.sub(inner.get, column.get), i32.of(STRIP))),
          fresh.set(i32.of(1)), at.set(first),
          to.set(i32.add(target, i32.mul(column.get, i32.of(bytes)))),
          loop(
            // Whole rows are neighbours, parts of rows are not.
            many.set(i32.of(1)),
            when(i32.eq(width.get, inner.get), many.set(smaller(i32.sub(limit.get, at.get), i32.divU(i32.of(STRIP), width.get)))),
            start.set(i32.add(i32.mul(i32.add(i32.mul(i32.divU(group.get, blocks.get), run.get), at.get), inner.get), column.get)),
            call(fill, parameters.get, start.get, i32.add(start.get, i32.mul(many.get, width.get)), scratch.get),
            from.set(scratch.get),
            foldColumns(frame, kind, type, from, many, width, to, fresh),
            fresh.set(i32.of(0)), advance(at, many.get),
            branchIf(0, i32.ltS(at.get, limit.get)))),
      ];
      return [head, loop(rows ? rowBody : columnBody, advance(group, step.get), branchIf(0, i32.ltS(group.get, last.get)))];
    });
  }

  #temporary(dtype: DType, length: number): Storage & { readonly address: number } {
    return { dtype, length, address: this.#heap.allocate(length * bytesOf(dtype)) };
  }
  #release({ address, dtype, length }: Storage & { readonly address: number }): void { this.#heap.free(address, length * bytesOf(dtype)); }
}

/** Kept axes, then reduced ones, then the kept axes that end the shape. Undefined where that is the order anyway. */
function arranged(shape: Shape, axes: readonly number[]): number[] | undefined {
  const inner = trailing(shape, axes);
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept.filter((axis) => axis < inner), ...axes, ...kept.filter((axis) => axis >= inner)];
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
