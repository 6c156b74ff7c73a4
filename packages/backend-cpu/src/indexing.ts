/** `gather` and `scatterAdd`: both views as [outer, axis, inner]; gaps and bounds that do not fit that form are copied away first. */
import { bytesOf, contiguous, type DType, identity, reshaped, type Shape, type Storage, type Target, type View } from '@nn/tensor/backend';
import { casted } from './functions.ts';
import type { Heap } from './heap.ts';
import type { Compiler, Kernel } from './kernel.ts';
import type { Core } from './operations.ts';
import type { Pool } from './pool.ts';
import { addressOf } from './walk.ts';
import type { Code, Frame, Local } from './wasm/assembler.ts';
import { advance, clear, copy, count, f32, f64, i32, i64, smaller, when } from './wasm/instructions.ts';

/** Elements of a chunk. */
const CHUNK = 32768;

/** Parameters in words: addresses; sizes; strides in bytes of the source and of the index; outer positions of a chunk. */
const AT = { source: 0, index: 1, output: 2, outer: 3, axis: 4, count: 5, inner: 6, sourceOuter: 7, sourceAxis: 8, sourceInner: 9, indexOuter: 10, indexAxis: 11, indexInner: 12, chunk: 13 } as const;

interface Placed { readonly address: number; readonly strides: readonly number[] }

export class Indexing {
  readonly #core: Core;
  readonly #compiler: Compiler;
  readonly #heap: Heap;
  readonly #pool: Pool;
  readonly #kernels = new Map<string, Kernel>();

  constructor(core: Core, compiler: Compiler, heap: Heap, pool: Pool) {
    this.#core = core;
    this.#compiler = compiler;
    this.#heap = heap;
    this.#pool = pool;
  }

  gather(source: View, index: View, axis: number, output: Target): void {
    const kernel = this.#kernel(`gather ${bytesOf(source.storage.dtype)}`, (frame, ...locals) => gathering(frame, bytesOf(source.storage.dtype), ...locals));
    // Chunks are positions of the index along the axis: rows of a table are the usual case.
    this.#run(kernel, source, index, axis, source.shape[axis]!, output, index.shape[axis]!);
  }

  scatterAdd(source: View, index: View, axis: number, shape: Shape, output: Target): void {
    const { dtype } = source.storage;
    const kernel = this.#kernel(`scatter ${dtype}`, (frame, ...locals) => scattering(frame, dtype, ...locals));
    this.#run(kernel, source, index, axis, shape[axis]!, output, shape.slice(0, axis).reduce((product, size) => product * size, 1));
  }

  #run(kernel: Kernel, source: View, index: View, axis: number, extent: number, output: Target, positions: number): void {
    const temporary: Storage[] = [];
    const at = this.#placed(index, 'int32', axis, temporary);
    const from = this.#placed(source, source.storage.dtype, axis, temporary);
    const [outer, length, inner] = grouped(index.shape, axis);
    const chunk = Math.max(1, Math.floor((CHUNK * positions) / Math.max(1, outer * length * inner)));
    this.#heap.ints.set([
      from.address, at.address, addressOf(output.storage) + output.offset * bytesOf(output.storage.dtype), outer, extent, length, inner,
      ...from.strides, ...at.strides, chunk,
    ], this.#pool.parameters >> 2);
    this.#pool.run(kernel, Math.ceil(positions / chunk));
    for (const storage of temporary) this.#core.free(storage);
  }

  #placed(view: View, dtype: DType, axis: number, temporary: Storage[]): Placed {
    const bytes = bytesOf(dtype);
    const shape = grouped(view.shape, axis);
    const small = view.storage.dtype === dtype || (dtype === 'int32' && view.storage.dtype === 'uint32') ? reshaped(view, shape) : undefined;
    if (small && small.bounds.length === 0) return { address: addressOf(view.storage) + small.offset * bytes, strides: small.strides.map((stride) => stride * bytes) };
    const storage = this.#core.allocate(dtype, shape[0] * shape[1] * shape[2]);
    temporary.push(storage);
    this.#core.map(casted(identity(view.storage.dtype), dtype), [view], [], [{ storage, offset: 0 }], view.shape);
    return { address: addressOf(storage), strides: contiguous(shape).strides.map((stride) => stride * bytes) };
  }

  #kernel(name: string, body: (frame: Frame, parameters: Local, chunk: Local) => Code): Kernel {
    let kernel = this.#kernels.get(name);
    if (!kernel) this.#kernels.set(name, (kernel = this.#compiler.compile((_, frame, parameters, chunk) => body(frame, parameters, chunk))));
    return kernel;
  }
}

function grouped(shape: Shape, axis: number): [number, number, number] {
  const product = (sizes: Shape): number => sizes.reduce((all, size) => all * size, 1);
  return [product(shape.slice(0, axis)), shape[axis]!, product(shape.slice(axis + 1))];
}


/** `output[o, c, i] = source[o, index[o, c, i], i]`; one copy where a row of the index says the same throughout. A chunk is a range of c. */
function gathering(frame: Frame, bytes: number, parameters: Local, chunk: Local): Code {
  const parameter = (word: number): Code => i32.load(parameters.get, 4 * word);
  const { o, c, i, start, end, at, row, from, to, place } = frame.ints('o', 'c', 'i', 'start', 'end', 'at', 'row', 'from', 'to', 'place');
  const inside = i32.ltU(at.get, parameter(AT.axis));
  const width = i32.mul(parameter(AT.inner), i32.of(bytes));
  const base = i32.add(parameter(AT.source), i32.mul(o.get, parameter(AT.sourceOuter)));
  const element = bytes === 1 ? i32.store8(to.get, i32.load8(from.get)) : bytes === 8 ? i64.store(to.get, i64.load(from.get)) : i32.store(to.get, i32.load(from.get));
  const nothing = bytes === 1 ? i32.store8(to.get, i32.of(0)) : bytes === 8 ? i64.store(to.get, i64.of(0)) : i32.store(to.get, i32.of(0));
  return [
    start.set(i32.mul(chunk.get, parameter(AT.chunk))),
    end.set(smaller(i32.add(start.get, parameter(AT.chunk)), parameter(AT.count))),
    count(o, i32.of(0), parameter(AT.outer), 1, count(c, start.get, end.get, 1,
      row.set(i32.add(parameter(AT.index), i32.add(i32.mul(o.get, parameter(AT.indexOuter)), i32.mul(c.get, parameter(AT.indexAxis))))),
      to.set(i32.add(parameter(AT.output), i32.mul(i32.add(i32.mul(o.get, parameter(AT.count)), c.get), width))),
      at.set(i32.load(row.get)),
      place.set(base),
      when(i32.and(i32.eqz(parameter(AT.indexInner)), i32.eq(parameter(AT.sourceInner), i32.of(bytes))),
        when(inside, copy(to.get, i32.add(place.get, i32.mul(at.get, parameter(AT.sourceAxis))), width), clear(to.get, width)),
        count(i, i32.of(0), parameter(AT.inner), 1,
          at.set(i32.load(row.get)),
          from.set(i32.add(place.get, i32.mul(at.get, parameter(AT.sourceAxis)))),
          when(inside, element, nothing),
          advance(row, parameter(AT.indexInner)), advance(place, parameter(AT.sourceInner)), advance(to, bytes))))),
  ];
}

/** Zeros, then `output[o, index[o, c, i], i] += source[o, c, i]` in the order of c. A chunk is a range of o. */
function scattering(frame: Frame, dtype: DType, parameters: Local, chunk: Local): Code {
  const parameter = (word: number): Code => i32.load(parameters.get, 4 * word);
  const bytes = bytesOf(dtype);
  const { o, c, i, start, end, at, row, from, to, base } = frame.ints('o', 'c', 'i', 'start', 'end', 'at', 'row', 'from', 'to', 'base');
  const width = i32.mul(parameter(AT.inner), i32.of(bytes));
  const added = dtype === 'float64' ? f64.store(to.get, f64.add(f64.load(to.get), f64.load(from.get)))
    : dtype === 'float32' ? f32.store(to.get, f32.add(f32.load(to.get), f32.load(from.get)))
      : dtype === 'bool' ? i32.store8(to.get, i32.or(i32.load8(to.get), i32.load8(from.get))) : i32.store(to.get, i32.add(i32.load(to.get), i32.load(from.get)));
  return [
    start.set(i32.mul(chunk.get, parameter(AT.chunk))),
    end.set(smaller(i32.add(start.get, parameter(AT.chunk)), parameter(AT.outer))),
    count(o, start.get, end.get, 1,
      base.set(i32.add(parameter(AT.output), i32.mul(i32.mul(o.get, parameter(AT.axis)), width))),
      clear(base.get, i32.mul(parameter(AT.axis), width)),
      count(c, i32.of(0), parameter(AT.count), 1,
        row.set(i32.add(parameter(AT.index), i32.add(i32.mul(o.get, parameter(AT.indexOuter)), i32.mul(c.get, parameter(AT.indexAxis))))),
        from.set(i32.add(parameter(AT.source), i32.add(i32.mul(o.get, parameter(AT.sourceOuter)), i32.mul(c.get, parameter(AT.sourceAxis))))),
        count(i, i32.of(0), parameter(AT.inner), 1,
          at.set(i32.load(row.get)),
          to.set(i32.add(base.get, i32.add(i32.mul(at.get, width), i32.mul(i.get, i32.of(bytes))))),
          when(i32.ltU(at.get, parameter(AT.axis)), added),
          advance(row, parameter(AT.indexInner)), advance(from, parameter(AT.sourceInner))))),
  ];
}
