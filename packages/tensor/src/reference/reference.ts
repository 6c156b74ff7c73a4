/** The reference backend: every verb by its definition, in plain JavaScript. What tests compare with, and what makes `@nn/tensor` usable alone. */
import type { Backend, Epilogue, Limits, Reduction, Storage, Target, View } from '../backend/interface.ts';
import { applyEpilogue } from '../backend/compose.ts';
import { type DType, hostArray, rounded, type TypedArray } from '../dtype.ts';
import { evaluate } from '../expr/evaluate.ts';
import type { ScalarFunction } from '../expr/function.ts';
import { permuted } from '../layout.ts';
import { type Shape, sizeOf, stridesOf } from '../shape.ts';
import { type Block, blocks, column, values } from './walk.ts';

interface Host extends Storage { data: TypedArray }
const data = (storage: Storage): TypedArray => (storage as Host).data;
/** Writes sums, as the storage's dtype holds them. */
const store = ({ storage, offset }: Target, sums: Float64Array, from = 0): void => data(storage).set(rounded(storage.dtype, sums), offset + from);

/** NaN wins in max and min, as in `Math.max`. */
const reducers: { readonly [K in Reduction]: { readonly start: number; readonly step: (a: number, b: number) => number } } = {
  sum: { start: 0, step: (a, b) => a + b },
  prod: { start: 1, step: (a, b) => a * b },
  max: { start: -Infinity, step: Math.max },
  min: { start: Infinity, step: Math.min },
};

export class ReferenceBackend implements Backend {
  readonly name: string = 'reference';
  readonly limits: Limits = {
    dtypes: ['bool', 'uint32', 'int32', 'float16', 'float32', 'float64'], inputs: Infinity, outputs: Infinity, bindings: Infinity, uniforms: Infinity, rank: Infinity,
    storageBytes: 2 ** 31, memoryBytes: 2 ** 32, slices: true, integers: 2 ** 31, nonFinite: true, tolerance: 1e-6,
  };

  describe(): string { return 'reference (interpreter in JavaScript, one thread)'; }
  allocate(dtype: DType, length: number): Storage { return { dtype, length, data: hostArray(dtype, length) } as Host; }
  free(storage: Storage): void { (storage as Host).data = hostArray(storage.dtype, 0); }
  write(storage: Storage, source: TypedArray, offset = 0): void { data(storage).set(storage.dtype === 'float16' ? rounded('float16', source.slice()) : source, offset); }
  readSync(storage: Storage, offset: number, length: number): TypedArray { return data(storage).slice(offset, offset + length); }
  read(storage: Storage, offset: number, length: number): Promise<TypedArray> { return Promise.resolve(this.readSync(storage, offset, length)); }

  map(f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape): void {
    for (const block of blocks(shape, sizeOf(shape))) {
      const results = compute(f, inputs, uniforms, block);
      outputs.forEach(({ storage, offset }, i) => data(storage).set(results[i]!, offset + block.start));
    }
  }

  reduce(kind: Reduction, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, axes: readonly number[], output: Target): void {
    const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const order = [...kept, ...axes];
    const run = sizeOf(axes.map((axis) => shape[axis]!));
    const count = sizeOf(kept.map((axis) => shape[axis]!));
    const { start, step } = reducers[kind];
    const sums = new Float64Array(count).fill(start);
    const walk = order.map((axis) => shape[axis]!);
    const views = inputs.map((view) => ({ ...permuted(view, order), storage: view.storage }));
    for (const block of blocks(walk, count * run)) {
      const [result] = compute(f, views, uniforms, block, order);
      for (let i = 0; i < block.count; i++) {
        const at = Math.floor((block.start + i) / run);
        sums[at] = step(sums[at]!, result![i]!);
      }
    }
    store(output, sums);
  }

  matmul(a: View, b: View, output: Target, epilogue?: Epilogue): void {
    const [rows, inner] = a.shape.slice(-2) as [number, number];
    const columns = b.shape.at(-1)!;
    const batch = sizeOf(a.shape.slice(0, -2));
    const left = values(a, data(a.storage), batch * rows * inner);
    const right = values(b, data(b.storage), batch * inner * columns);
    const row = new Float64Array(columns);
    for (let i = 0; i < batch * rows; i++) {
      row.fill(0);
      const base = Math.floor(i / rows) * inner * columns;
      for (let k = 0; k < inner; k++) {
        const factor = left[i * inner + k]!;
        for (let j = 0; j < columns; j++) row[j]! += factor * right[base + k * columns + j]!;
      }
      store(output, row, i * columns);
    }
    if (epilogue) applyEpilogue(this, epilogue, output, [...a.shape.slice(0, -1), columns]);
  }

  gather(source: View, index: View, axis: number, output: Target): void {
    const guarded = { ...source, bounds: [...source.bounds, { strides: source.shape.map((_, i) => +(i === axis)), offset: 0, size: source.shape[axis]! }] };
    for (const block of blocks(index.shape, sizeOf(index.shape))) {
      const picked = column(index, data(index.storage), block);
      data(output.storage).set(column(guarded, data(source.storage), block.replaced(axis, picked)), output.offset + block.start);
    }
  }

  scatterAdd(source: View, index: View, axis: number, shape: Shape, output: Target): void {
    const out = data(output.storage).fill(0, output.offset, output.offset + sizeOf(shape));
    const strides = stridesOf(shape);
    for (const block of blocks(index.shape, sizeOf(index.shape))) {
      const picked = column(index, data(index.storage), block);
      const added = column(source, data(source.storage), block);
      const base = block.affine(strides.map((stride, i) => (i === axis ? 0 : stride)), output.offset);
      for (let i = 0; i < block.count; i++) {
        if (picked[i]! >= 0 && picked[i]! < shape[axis]!) out[base[i]! + picked[i]! * strides[axis]!]! += added[i]!;
      }
    }
    rounded(output.storage.dtype, out.subarray(output.offset, output.offset + sizeOf(shape)));
  }
}

/** `f` over the elements of `block`; `order` tells which axis of the walk an `index` leaf means. */
function compute(f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], block: Block, order?: readonly number[]): TypedArray[] {
  return evaluate(f, {
    input: (i) => column(inputs[i]!, data(inputs[i]!.storage), block),
    index: (axis) => block.axis(order ? order.indexOf(axis) : axis),
  }, uniforms, block.count);
}
