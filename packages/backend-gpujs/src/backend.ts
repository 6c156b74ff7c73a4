/** The backend's verbs, each a kernel of gpu.js: map, reduce and matmul are one form of it, gather another. */
import {
  applyEpilogue, type Backend, contiguous, type DType, type Epilogue, fail, identity, type Layout, type Limits, type Reduction,
  type ScalarFunction, type Shape, sizeOf, type Storage, type Target, trace, type TypedArray, type View, viewOf,
} from '@nn/tensor/backend';
import { Cache } from './cache.ts';
import { Cells } from './cells.ts';
import type { Engine, Kernel, Value } from './engine.ts';
import { type Source, writeFold } from './fold.ts';
import { writeGather } from './gather.ts';
import { arranged, tileable, tiles, writeTile } from './tile.ts';

const product = trace(['float32', 'float32'], [], ([x, y]) => [x!.mul(y!)]);
const zero = trace([], [], (_inputs, _uniforms, table) => [table.constant(0, 'float32')]);

/** A kernel with what its text says about its arguments; none for the ones that this package writes by hand. */
interface Compiled {
  readonly kernel: Kernel;
  readonly source: Source | undefined;
  readonly bytes: number;
  retire(): void;
}

export class GpuJsBackend implements Backend {
  readonly name = 'gpujs';
  readonly limits: Limits;
  /** Only where the device's memory is the host's. */
  readonly readSync?: (storage: Storage, offset: number, length: number) => TypedArray;
  readonly #engine: Engine;
  readonly #cache = new Cache<Compiled>();
  readonly #cells: Cells;
  readonly #elements: number;

  constructor(engine: Engine, memoryBytes: number) {
    const { elements, ...room } = engine.room();
    this.#engine = engine;
    this.#elements = elements;
    this.#cells = new Cells(engine, (key, text, length) => this.#compiled(key, length, length, text).kernel);
    this.limits = { ...room, dtypes: ['bool', 'int32', 'float32'], outputs: 1, rank: Infinity, storageBytes: 4 * elements, memoryBytes, slices: false, integers: 2 ** 24 };
    if (engine.target === 'host') this.readSync = (storage, offset, length) => this.#cells.read(storage, offset, length);
  }

  /** Arrays or textures that storages hold now, and compiled kernels: both stay flat in a steady loop. */
  get handles(): number { return this.#cells.handles; }
  get kernels(): number { return this.#cache.size; }

  describe(): string { return this.#engine.describe(); }

  allocate(dtype: DType, length: number): Storage {
    if (length > this.#elements) fail('allocate', `${length} elements in one tensor, gpu.js takes ${this.#elements} (${this.#engine.mode})`, 'Use smaller batches.');
    return this.#cells.allocate(dtype, length);
  }
  free(storage: Storage): void { this.#cells.free(storage); }
  write(storage: Storage, values: TypedArray, offset = 0): void { this.#cells.write(storage, values, offset); }
  read(storage: Storage, offset: number, length: number): Promise<TypedArray> {
    return new Promise((done) => done(this.#cells.read(storage, offset, length)));
  }

  map(f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], [output]: readonly Target[], shape: Shape): void {
    const { value } = this.#fold(undefined, f, inputs, uniforms, shape, []);
    this.#cells.store(output!.storage, value, sizeOf(shape));
  }

  reduce(kind: Reduction, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, axes: readonly number[], output: Target): void {
    this.#reduce(kind, f, inputs, uniforms, shape, axes, output);
  }

  #reduce(
    kind: Reduction, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, axes: readonly number[], output: Target, multiplied?: boolean,
  ): void {
    let { value, length, parts } = this.#fold(kind, f, inputs, uniforms, shape, axes, multiplied);
    const { dtype } = f.roots[0]!;
    while (parts > 1) {
      const partial = this.#cells.allocate(dtype, length);
      this.#cells.store(partial, value, length);
      const rows = [length / parts, parts];
      ({ value, length, parts } = this.#fold(kind, identity(dtype), [viewOf(partial, contiguous(rows))], [], rows, [1]));
      this.#cells.free(partial);
    }
    this.#cells.store(output.storage, value, length);
  }

  /** The sum over k of a[.., i, k] b[.., k, j]: both views widened to [.., i, j, k]. */
  matmul(a: View, b: View, output: Target, epilogue?: Epilogue): void {
    const [rows, inner] = a.shape.slice(-2) as [number, number];
    const shape = [...a.shape.slice(0, -2), rows, b.shape.at(-1)!, inner];
    const result = shape.slice(0, -1);
    if (inner === 0) this.map(zero, [], [], [output], result);
    else if (this.#engine.target === 'host' && tileable(a, b)) this.#tiled(a, b, output);
    else {
      const left = widened(a, shape, (strides) => [...strides.slice(0, -1), 0, strides.at(-1)!]);
      const right = widened(b, shape, (strides) => [...strides.slice(0, -2), 0, strides.at(-1)!, strides.at(-2)!]);
      this.#reduce('sum', product, [left, right], [], shape, [shape.length - 1], output, true);
    }
    if (epilogue) applyEpilogue(this, epilogue, output, result);
  }

  #tiled(a: View, b: View, output: Target): void {
    const [rows, columns] = [a.shape[0]!, b.shape[1]!];
    const [left, right] = [this.#cells.reached(a), this.#cells.reached(b)];
    const key = `tile ${a.shape.join()} ${b.shape.join()} ${spelled(a, left.length)} ${spelled(b, right.length)}`;
    const { kernel } = this.#compiled(key, tiles(rows, columns), left.length + right.length + rows * columns, () => writeTile(a, b));
    const made = kernel.call([left.value, right.value, left.offset, right.offset]) as Float32Array;
    this.#cells.store(output.storage, arranged(made, rows, columns), rows * columns);
  }

  gather(source: View, index: View, axis: number, output: Target): void {
    const [from, at] = [this.#cells.reached(source), this.#cells.reached(index)];
    const length = sizeOf(index.shape);
    const key = `gather ${axis} ${source.shape[axis]!} ${index.shape.join()} ${spelled(source, from.length)} ${spelled(index, at.length)}`;
    const { kernel } = this.#compiled(key, length, from.length + at.length + length, () => writeGather(source, index, axis, this.#engine.target));
    this.#cells.store(output.storage, kernel.call([from.value, at.value, from.offset, at.offset]), length);
  }

  async destroy(): Promise<void> { await this.#engine.destroy(); }

  #fold(
    kind: Reduction | undefined, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, axes: readonly number[], multiplied = false,
  ): { value: Value; length: number; parts: number } {
    const reached = inputs.map((view) => this.#cells.reached(view));
    const views = inputs.map((view, i): Layout => ({ ...view, offset: reached[i]!.offset }));
    const key = `${multiplied ? 'product' : kind ?? 'map'} ${shape.join()} over ${axes.join()} of ${views.map((view, i) => spelled(view, reached[i]!.length)).join(' ')}: ${f.key}`;
    const elements = reached.reduce((sum, { length }) => sum + length, 0);
    const { kernel, source } = this.#compiled(key, undefined, elements, () => writeFold({ f, kind, inputs: views, shape, axes, multiplied }, this.#engine.target));
    const { reads, shifts, numbers, length, parts } = source!;
    const value = kernel.call([...reads.map((i) => reached[i]!.value), ...shifts.map((i) => reached[i]!.offset), ...numbers.map((i) => Math.fround(uniforms[i]!))]);
    return { value, length, parts };
  }

  #compiled(key: string, length: number | readonly [number, number] | undefined, elements: number, write: () => string | Source): Compiled {
    return this.#cache.get(key, () => {
      const written = write();
      const source = typeof written === 'string' ? undefined : written;
      const kernel = this.#engine.compile(source?.text ?? (written as string), length ?? source!.length);
      return { kernel, source, bytes: 4 * (elements + (source?.length ?? 0)), retire: () => kernel.retire() };
    });
  }
}

const widened = (view: View, shape: Shape, spread: (strides: readonly number[]) => number[]): View => ({
  ...view, shape, strides: spread(view.strides), bounds: view.bounds.map((bound) => ({ ...bound, strides: spread(bound.strides) })),
});

/** What of a view is compiled in: all but its place in the storage, and the storage's length, which gpu.js fixes for each kernel. */
const spelled = ({ strides, offset, bounds }: Layout, length: number): string =>
  `${length}${offset === 0 ? '' : '+'}[${strides.join()}]${bounds.map((bound) => `${bound.offset}<${bound.size}[${bound.strides.join()}]`).join('')}`;

