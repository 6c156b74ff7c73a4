/** Storages: each holds a value that is replaced, never changed, by what kernels make; and the moves between host and device. */
import { type DType, hostArray, type Storage, type TypedArray, type View } from '@nn/tensor/backend';
import { type Engine, hostValues, type Kernel, release, type Value } from './engine.ts';

interface Cell extends Storage {
  value: Value | undefined;
}

/** The kernel that a key names, compiled once. */
export type Compiler = (key: string, text: () => string, length: number) => Kernel;

export class Cells {
  readonly #engine: Engine;
  readonly #kernel: Compiler;
  #handles = 0;

  constructor(engine: Engine, kernel: Compiler) {
    this.#engine = engine;
    this.#kernel = kernel;
  }

  /** Values held now: arrays or textures. */
  get handles(): number { return this.#handles; }

  allocate(dtype: DType, length: number): Storage { return { dtype, length, value: undefined } as Cell; }

  free(storage: Storage): void { this.#put(storage as Cell, undefined); }

  /** What kernels read; zeros where nothing was written. Never empty, since gpu.js takes no empty arrays. */
  value(storage: Storage): Value {
    const cell = storage as Cell;
    if (!cell.value) this.#put(cell, this.#upload(new Float32Array(Math.max(1, cell.length))));
    return cell.value!;
  }

  /** The value of `view` and the view of that: on the host only the part that it reaches, since every call copies its arguments. */
  reached(view: View): { readonly value: Value; readonly length: number; readonly offset: number } {
    const value = this.value(view.storage);
    if (!(value instanceof Float32Array)) return { value, length: view.storage.length, offset: view.offset };
    const { shape, strides, offset } = view;
    let low = offset;
    let high = offset;
    for (let axis = 0; axis < shape.length; axis++) {
      const reach = strides[axis]! * (shape[axis]! - 1);
      if (reach > 0) high += reach;
      else low += reach;
    }
    low = Math.min(Math.max(low, 0), value.length - 1);
    high = Math.min(Math.max(high, low), value.length - 1);
    return { value: value.subarray(low, high + 1), length: high + 1 - low, offset: offset - low };
  }

  /** Puts what a kernel made into the first `length` elements. */
  store(storage: Storage, made: Value, length: number): void {
    if (length === storage.length) this.#put(storage as Cell, made);
    else this.#overlay(storage as Cell, made, length, 0);
  }

  write(storage: Storage, values: TypedArray, offset: number): void {
    const floats = Float32Array.from(values);
    if (floats.length === storage.length) this.#put(storage as Cell, this.#upload(floats));
    else this.#overlay(storage as Cell, this.#upload(floats), floats.length, offset);
  }

  read(storage: Storage, offset: number, length: number): TypedArray {
    const floats = hostValues(this.value(storage)).subarray(offset, offset + length);
    const out = hostArray(storage.dtype, length);
    out.set(floats);
    return out;
  }

  #put(cell: Cell, value: Value | undefined): void {
    if (cell.value) {
      this.#handles--;
      release(cell.value);
    }
    cell.value = value;
    if (value) this.#handles++;
  }

  #overlay(cell: Cell, fresh: Value, count: number, offset: number): void {
    const old = this.value(cell);
    if (old instanceof Float32Array) old.set(fresh as Float32Array, offset);
    else {
      const merge = this.#kernel(`overlay ${cell.length} ${count}`, () => `function (old, fresh, offset) {
        const at = this.thread.x;
        const from = at - offset;
        return (from >= 0 && from < ${count} ? fresh[from] : old[at]);
      }`, cell.length);
      this.#put(cell, merge.call([old, fresh, offset]));
      release(fresh);
    }
  }

  /** A texture, made by copying: an array given to a kernel would travel on every call. */
  #upload(floats: Float32Array): Value {
    if (this.#engine.target === 'host') return floats;
    return this.#kernel(`upload ${floats.length}`, () => 'function (x) { const at = this.thread.x; return x[at]; }', floats.length).call([floats]);
  }
}
