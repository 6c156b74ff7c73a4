/**
 * What a backend is. Required: four verbs on storages and four kernels; everything else has a composition in `complete`.
 * A backend knows nothing of tensors, traces or gradients. All calls but `read` return at once; results are ordered as called.
 */
import type { DType, TypedArray } from '../dtype.ts';
import type { DeviceLostError } from '../errors.ts';
import type { ScalarFunction } from '../expr/function.ts';
import type { RowFunction } from '../expr/rows.ts';
import type { Layout } from '../layout.ts';
import type { Shape } from '../shape.ts';

/** A run of `length` elements on a device. Backends add private fields; its contents are undefined until written. */
export interface Storage {
  readonly dtype: DType;
  readonly length: number;
}

/** What a kernel reads: a storage through a layout (strides, offset, and bounds outside of which it reads 0). */
export interface View extends Layout {
  readonly storage: Storage;
}

/** What a kernel writes: a gapless row-major run from `offset` on (not 0 only where `limits.slices`). */
export interface Target {
  readonly storage: Storage;
  readonly offset: number;
}

/** Applied to each element of a matmul before it is written: input 0 is the product, the others are `inputs`, views of the result's shape and not of its storage. */
export interface Epilogue {
  readonly function: ScalarFunction;
  readonly inputs: readonly View[];
  readonly uniforms: readonly number[];
}

/** The axes of a product over groups of axes: how many are rows of the left operand, summed over, and columns of the right one. The others are batch axes. */
export interface ProductAxes { readonly rows: number; readonly inner: number; readonly columns: number }

/** The operands of one of several maps of the same function. */
export interface MapCall {
  readonly inputs: readonly View[];
  readonly uniforms: readonly number[];
  readonly outputs: readonly Target[];
  readonly shape: Shape;
}

/** `sum` and `prod` in the dtype of the function's root, `max` and `min` with NaN winning. */
export type Reduction = 'sum' | 'prod' | 'max' | 'min';

/** What a backend can and cannot. The conformance suite skips by these, never by a name. */
export interface Limits {
  /** Element types that storages can have. */
  readonly dtypes: readonly DType[];
  /** Most input views, outputs, and the two together (an output that is also an input counts once), of one kernel. */
  readonly inputs: number;
  readonly outputs: number;
  readonly bindings: number;
  /** Most uniforms of one kernel. */
  readonly uniforms: number;
  /** Most axes of a view. */
  readonly rank: number;
  /** Largest storage, and all live storages together, in bytes. */
  readonly storageBytes: number;
  readonly memoryBytes: number;
  /** Whether a target's offset may be other than 0. */
  readonly slices: boolean;
  /** Integers are exact up to here: 2 ** 31, or 2 ** 24 where they are kept in floats. */
  readonly integers: number;
  /** Whether NaN and infinities behave as IEEE 754 says. */
  readonly nonFinite: boolean;
  /** Relative error to expect of one float32 operation such as `exp`. */
  readonly tolerance: number;
}

/** The required part. */
export interface CoreBackend {
  /** For messages: `cpu`, `webgpu`. */
  readonly name: string;
  readonly limits: Limits;
  /** One line on what computes: engine, adapter, threads. Goes into metrics and checkpoints. */
  describe(): string;

  allocate(dtype: DType, length: number): Storage;
  write(storage: Storage, values: TypedArray, offset?: number): void;
  /** Waits for all that was asked before and copies `length` elements out. The only wait. */
  read(storage: Storage, offset: number, length: number): Promise<TypedArray>;
  free(storage: Storage): void;

  /** `outputs[k][i] = f(inputs[..][i])` for every index of `shape`. All inputs have that shape, and the dtypes of the function's. An output may be an input of identical layout. */
  map(f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape): void;
  /** Reduces `f` over `axes` of `shape` (the inputs' shape; `index` leaves refer to it). Over no elements `sum` is 0 and `prod` 1; `max` and `min` are not asked for. */
  reduce(kind: Reduction, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, axes: readonly number[], output: Target): void;
  /** `[...batch, m, k] x [...batch, k, n]`, equal batch axes, float dtypes. Sums in float32 or better, for each element in an order that depends on shapes only. */
  matmul(a: View, b: View, output: Target, epilogue?: Epilogue): void;
  /** `output[i, j, ..] = source[index[i, j, ..], j, ..]` (for axis 0). The result has the index's shape. An index out of range reads 0. */
  gather(source: View, index: View, axis: number, output: Target): void;

  /** Waits for the device and lets go of it. */
  destroy?(): void | Promise<void>;
}

/** What is composed from the required part where a backend lacks it. */
export interface OptionalBackend {
  /** Resolves when values on the device are lost, see {@link DeviceLostError}; from then on every call but `free` throws it. Where absent that does not happen. */
  readonly lost: Promise<DeviceLostError>;
  /** Returns when all that was asked for is done, for those who take times. Where absent operations are done when they return, or nobody can wait for them. */
  finish(): void;
  /** As `read`, without waiting: only where the device's memory is the host's. */
  readSync(storage: Storage, offset: number, length: number): TypedArray;
  /** Zeros of `shape`, then `output[index[i, j, ..], j, ..] += source[i, j, ..]` (for axis 0), in index order. An index out of range is left out.
   * Source and index have the same shape, which is `shape` but for `axis`. */
  scatterAdd(source: View, index: View, axis: number, shape: Shape, output: Target): void;
  /** `[...batch, ...rows, ...inner] x [...batch, ...inner, ...columns]`: `matmul` over groups of axes whose elements do not lie evenly, such as the windows of a
   * padded tensor. Only asked for where a copy or this is needed. The epilogue's inputs have the result's shape. */
  contract(a: View, b: View, axes: ProductAxes, output: Target, epilogue?: Epilogue): void;
  /** Several maps of one function, as one kernel where possible. None reads or writes what another writes. */
  mapEach(f: ScalarFunction, calls: readonly MapCall[]): void;
  /** Reduces each row of `shape` (the elements that differ on `axes` only) stage by stage, and computes the results from elements and stages. All inputs have
   * that shape; results of whole rows have the shape with `axes` 1 long. No output is an input. `composeRows` says it with map and reduce, for axes that a backend does not care for. */
  rows(f: RowFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape, axes: readonly number[]): void;
  /** `length` float32 numbers in [0, 1): the upper 24 bits of Philox 4x32-10 words, from block `counter` on under `key`. */
  randomUniform(key: readonly [number, number], counter: number, length: number, output: Target): void;
}

/** A backend as adapters write it. */
export type Backend = CoreBackend & Partial<OptionalBackend>;
