/** `contract`: products over groups of axes. An operand whose groups no single stride steps through, windows above all, is packed from where it lies, by tables of offsets. */
import { applyEpilogue, asMatrices, composeContract, contiguous, type Epilogue, identity, type ProductAxes, sizeOf, type Storage, type Target, type View } from '@nn/tensor/backend';
import { boxOf } from './box.ts';
import { type Factors, offsets, type Products } from './matmul.ts';
import type { Axes, OffsetTables } from './offset-tables.ts';
import type { Core } from './operations.ts';
import type { Side } from './product-plan.ts';

const BYTES = 4;
/** A matrix that strides alone tell. */
const even = (view: View | undefined): View | undefined => (view?.bounds.length === 0 ? view : undefined);

export class Contractions {
  readonly #core: Core;
  readonly #products: Products;
  readonly #tables: OffsetTables;

  constructor(core: Core, products: Products, tables: OffsetTables) {
    this.#core = core;
    this.#products = products;
    this.#tables = tables;
  }

  run(a: View, b: View, axes: ProductAxes, output: Target, epilogue?: Epilogue): void {
    const temporary: Storage[] = [];
    if (!this.#packed(a, b, axes, output, epilogue, temporary)) composeContract(this.#core, a, b, axes, output, epilogue);
    for (const storage of temporary) this.#core.free(storage);
  }

  /** Whether one operand could be packed from where it lies, and all is done. */
  #packed(a: View, b: View, { rows, inner, columns }: ProductAxes, output: Target, epilogue: Epilogue | undefined, temporary: Storage[]): boolean {
    if (this.#products.foreign || [a.storage, b.storage, output.storage].some(({ dtype }) => dtype !== 'float32')) return false;
    const [left, right] = [even(asMatrices(a, rows, inner)), even(asMatrices(b, inner, columns))];
    const of = left ? 'b' : right || sizeOf(a.shape) > sizeOf(b.shape) ? 'a' : 'b';
    const inputs = epilogue?.inputs.map((input) => asMatrices(input, rows, columns)) ?? [];
    const lanes = inputs.includes(undefined) ? undefined : this.#unbounded(of === 'a' ? a : b, temporary);
    if (!lanes) return false;
    const batch = a.shape.length - rows - inner;
    const group = (from: number, count: number): Axes => ({ sizes: lanes.shape.slice(from, from + count), strides: lanes.strides.slice(from, from + count).map((stride) => stride * BYTES) });
    const tables = (own: Axes, inside: Axes): NonNullable<Factors['tables']> => {
      const [first, second] = this.#tables.of([own, inside]) as [number, number];
      return { of, lanes: first, inner: second };
    };
    const numbered = (size: number): Side => ({ size, stride: 1, inner: 0 });
    const [m, k, n] = [sizeOf(a.shape.slice(batch, batch + rows)), sizeOf(a.shape.slice(batch + rows)), sizeOf(b.shape.slice(batch + inner))];
    const shape = [...a.shape.slice(0, batch), m, n];
    let factors: Factors;
    if (of === 'a') {
      const matrix = right ?? this.#gathered(b, inner, columns, temporary);
      const [depth, along] = matrix.strides.slice(-2) as [number, number];
      factors = { left: numbered(m), right: { size: n, stride: along, inner: depth }, inner: k, batches: offsets(lanes, matrix, batch, BYTES), tables: tables(group(batch, rows), group(batch + rows, inner)) };
    } else {
      const matrix = left ?? this.#gathered(a, rows, inner, temporary);
      const [along, depth] = matrix.strides.slice(-2) as [number, number];
      factors = { left: { size: m, stride: along, inner: depth }, right: numbered(n), inner: k, batches: offsets(matrix, lanes, batch, BYTES), tables: tables(group(batch + inner, columns), group(batch, inner)) };
    }
    const end = epilogue && { ...epilogue, inputs: inputs as View[] };
    if (!this.#products.multiply(factors, output, shape, end) && end) applyEpilogue(this.#core, end, output, shape);
    return true;
  }

  /** The view without bounds, over a copy of what it shows where it shows each element several times. */
  #unbounded(view: View, temporary: Storage[]): View | undefined {
    if (view.bounds.length === 0) return view;
    const box = boxOf(view);
    return box && 2 * sizeOf(box.shape) <= sizeOf(view.shape) ? box.over(this.#copy(box.source, temporary)) : undefined;
  }

  /** A matrix of two groups of axes for each of the batch, copied; what is the same for all of an axis of the batch is copied once. */
  #gathered(view: View, first: number, second: number, temporary: Storage[]): View {
    const start = view.shape.length - first - second;
    const same = (axis: number): boolean => axis < start && [view, ...view.bounds].every(({ strides }) => strides[axis] === 0);
    const shape = view.shape.map((size, axis) => (same(axis) ? 1 : size));
    const storage = this.#copy({ storage: view.storage, shape, strides: view.strides, offset: view.offset, bounds: view.bounds }, temporary);
    const groups = [sizeOf(shape.slice(start, start + first)), sizeOf(shape.slice(start + first))];
    const { strides, offset, bounds } = contiguous([...shape.slice(0, start), ...groups]);
    return { storage, shape: [...view.shape.slice(0, start), ...groups], strides: strides.map((stride, axis) => (axis < start && same(axis) ? 0 : stride)), offset, bounds };
  }

  #copy(view: View, temporary: Storage[]): Storage {
    const storage = this.#core.allocate('float32', sizeOf(view.shape));
    temporary.push(storage);
    this.#core.map(identity('float32'), [view], [], [{ storage, offset: 0 }], view.shape);
    return storage;
  }
}
