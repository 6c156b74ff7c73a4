import { bytesOf, type DType, type TypedArray } from '../dtype.ts';
import { type DeviceLostError, fail } from '../errors.ts';
import { identity, type ScalarFunction, trace } from '../expr/function.ts';
import type { RowFunction } from '../expr/rows.ts';
import { contiguous, viewOf } from '../layout.ts';
import { reducedShape, type Shape, sizeOf } from '../shape.ts';
import { cutting, fits } from './complete.ts';
import { asMatrices, composeContract } from './compose-contract.ts';
import { composeRows } from './compose-rows.ts';
import { applyEpilogue, randomUniform, scatterAdd } from './compose.ts';
import type { Backend, CoreBackend, Epilogue, Limits, MapCall, OptionalBackend, ProductAxes, Reduction, Storage, Target, View } from './interface.ts';
import { Faults } from './faults.ts';
import { Pressure } from './pressure.ts';

/** What a device holds. */
export interface Memory {
  /** Bytes of live storages now, and the most since the start or the last `resetPeak`. */
  readonly bytes: number;
  readonly peakBytes: number;
  readonly storages: number;
}

/** A whole backend: what the adapter lacks is composed, maps that bind too much are cut, memory is counted and bounded. */
export class Device implements CoreBackend, OptionalBackend {
  readonly backend: Backend;
  readonly name: string;
  readonly limits: Limits;
  readonly #map: CoreBackend['map'];
  /** Resolves when values on this device are lost, with what is thrown from then on. Devices whose memory is the host's are never lost. */
  readonly lost: Promise<DeviceLostError>;
  /** Work of the host that a read does once while the device computes, such as gathering the next batch. Who finds it undone does it himself, and takes it out. */
  readonly meanwhile = new Set<() => unknown>();
  readonly #faults = new Faults(this);
  readonly #pressure: Pressure;
  #bytes = 0;
  #peak = 0;
  #storages = 0;

  constructor(backend: Backend) {
    this.backend = backend;
    this.name = backend.name;
    this.limits = backend.limits;
    this.lost = backend.lost ?? new Promise(() => {});
    this.#map = cutting(backend);
    this.#pressure = new Pressure(backend.limits.memoryBytes);
  }

  describe(): string { return this.backend.describe(); }
  /** Whether values can be read without waiting. */
  get synchronous(): boolean { return this.backend.readSync !== undefined; }
  memory(): Memory { return { bytes: this.#bytes, peakBytes: this.#peak, storages: this.#storages }; }
  resetPeak(): void { this.#peak = this.#bytes; }

  allocate(dtype: DType, length: number): Storage {
    if (!this.limits.dtypes.includes(dtype)) fail('allocate', `${this.name} has no ${dtype}`, `It has ${this.limits.dtypes.join(', ')}.`);
    const bytes = bytesOf(dtype) * length;
    if (bytes > this.limits.storageBytes) fail('allocate', `${megabytes(bytes)} in one tensor, ${this.name} takes ${megabytes(this.limits.storageBytes)}`, 'Use smaller batches.');
    if (this.#bytes + bytes > this.limits.memoryBytes) {
      fail('allocate', `${megabytes(this.#bytes)} are live on ${this.name}, ${megabytes(bytes)} more would pass its ${megabytes(this.limits.memoryBytes)}`,
        'A loop that never awaits holds every value of every step: wrap the step in scope(() => { ... }), or await something in it, e.g. loss.item().');
    }
    const storage = this.backend.allocate(dtype, length);
    this.#bytes += bytes;
    this.#storages++;
    this.#peak = Math.max(this.#peak, this.#bytes);
    return storage;
  }

  free(storage: Storage): void {
    this.#bytes -= bytesOf(storage.dtype) * storage.length;
    this.#storages--;
    this.backend.free(storage);
  }

  write(storage: Storage, values: TypedArray, offset = 0): void { if (values.length > 0) this.backend.write(storage, values, offset); }

  /** Also the moment when bad values found by kernels are reported, and unreachable ones let go. */
  async read(storage: Storage, offset: number, length: number): Promise<TypedArray> {
    // A device that is read at once blocks this thread; others compute from now on.
    if (this.synchronous) this.#work();
    const reading = this.backend.read(storage, offset, length);
    this.#work();
    const [values] = await Promise.all([reading, this.#faults.report()]);
    await this.relieve();
    return values;
  }

  #work(): void {
    for (const task of this.meanwhile) {
      this.meanwhile.delete(task);
      task();
    }
  }

  finish(): void { this.backend.finish?.(); }

  readSync(storage: Storage, offset: number, length: number): TypedArray {
    if (!this.backend.readSync) fail('readSync', `${this.name} cannot be read without waiting`, 'Use await.');
    return this.backend.readSync(storage, offset, length);
  }

  map(f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape): void {
    if (sizeOf(shape) > 0) this.#map(f, inputs, uniforms, outputs, shape);
  }

  mapEach(f: ScalarFunction, calls: readonly MapCall[]): void {
    const some = calls.filter(({ shape }) => sizeOf(shape) > 0);
    const each = some.length > 1 && this.backend.mapEach && some.every(({ inputs, uniforms, outputs }) => fits(this.limits, inputs, uniforms.length, outputs));
    if (each) this.backend.mapEach!(f, some);
    else for (const { inputs, uniforms, outputs, shape } of some) this.#map(f, inputs, uniforms, outputs, shape);
  }

  rows(f: RowFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape, axes: readonly number[]): void {
    if (this.backend.rows && sizeOf(shape) > 0 && fits(this.limits, inputs, uniforms.length, outputs)) this.backend.rows(f, inputs, uniforms, outputs, shape, axes);
    else composeRows(this, f, inputs, uniforms, outputs, shape, axes);
  }

  reduce(kind: Reduction, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, axes: readonly number[], output: Target): void {
    if (sizeOf(shape) === 0) {
      const result = reducedShape(shape, axes);
      if (sizeOf(result) > 0) this.#fill(f.roots[0]!.dtype, kind === 'prod' ? 1 : 0, output, result);
    } else if (fits(this.limits, inputs, uniforms.length, [output])) this.backend.reduce(kind, f, inputs, uniforms, shape, axes, output);
    else this.#reduceApart(kind, f, inputs, uniforms, shape, axes, output);
  }

  matmul(a: View, b: View, output: Target, epilogue?: Epilogue): void {
    if (sizeOf(a.shape.slice(0, -1)) === 0 || b.shape.at(-1) === 0) return;
    const apart = epilogue && !fits(this.limits, [a, b, ...epilogue.inputs], epilogue.uniforms.length, [output]);
    this.backend.matmul(a, b, output, apart ? undefined : epilogue);
    if (apart) applyEpilogue(this, epilogue, output, [...a.shape.slice(0, -1), b.shape.at(-1)!]);
  }

  contract(a: View, b: View, axes: ProductAxes, output: Target, epilogue?: Epilogue): void {
    const { rows, inner, columns } = axes;
    const result = [...a.shape.slice(0, a.shape.length - inner), ...b.shape.slice(b.shape.length - columns)];
    const native = this.backend.contract && sizeOf(result) > 0 && sizeOf(a.shape) > 0 && !(asMatrices(a, rows, inner) && asMatrices(b, inner, columns));
    if (!native) {
      composeContract(this, a, b, axes, output, epilogue);
      return;
    }
    const apart = epilogue && !fits(this.limits, [a, b, ...epilogue.inputs], epilogue.uniforms.length, [output]);
    this.backend.contract!(a, b, axes, output, apart ? undefined : epilogue);
    if (apart) applyEpilogue(this, epilogue, output, result);
  }

  gather(source: View, index: View, axis: number, output: Target): void {
    if (sizeOf(index.shape) > 0) this.backend.gather(source, index, axis, output);
  }

  scatterAdd(source: View, index: View, axis: number, shape: Shape, output: Target): void {
    if (sizeOf(shape) === 0) return;
    if (sizeOf(index.shape) === 0) this.#fill(output.storage.dtype, 0, output, shape);
    else if (this.backend.scatterAdd) this.backend.scatterAdd(source, index, axis, shape, output);
    else scatterAdd(this.backend, source, index, axis, shape, output);
  }

  randomUniform(key: readonly [number, number], counter: number, length: number, output: Target): void {
    if (length === 0) return;
    if (this.backend.randomUniform) this.backend.randomUniform(key, counter, length, output);
    else randomUniform(this.backend, key, counter, length, output);
  }

  /** Reports `text` if `bad` holds anywhere: at once where the device can be read at once, else at the next awaited read. */
  guard(bad: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, text: string): void {
    if (sizeOf(shape) > 0) this.#faults.guard(bad, inputs, uniforms, shape, text);
  }

  /** Notes a value that only finalization may free; see {@link relieve}. What it answers is for {@link forget}, where that value is freed otherwise. */
  note(bytes: number): number { return this.#pressure.note(bytes); }
  forget(bytes: number, noted: number): void { this.#pressure.forget(bytes, noted); }

  /** At a moment where waiting is allowed: frees what nobody holds any more, once enough of it may have gathered. Loaders and reads call it. */
  async relieve(): Promise<void> {
    if (this.#pressure.due) await this.#pressure.relieve();
  }

  async destroy(): Promise<void> { await this.backend.destroy?.(); }

  /** Where one kernel cannot take all inputs: first the function, cut as maps are, then the reduction. */
  #reduceApart(kind: Reduction, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, axes: readonly number[], output: Target): void {
    const { dtype } = f.roots[0]!;
    const storage = this.backend.allocate(dtype, sizeOf(shape));
    this.#map(f, inputs, uniforms, [{ storage, offset: 0 }], shape);
    this.backend.reduce(kind, identity(dtype), [viewOf(storage, contiguous(shape))], [], shape, axes, output);
    this.backend.free(storage);
  }

  #fill(dtype: DType, value: number, output: Target, shape: Shape): void {
    this.#map(trace([], [], (_inputs, _uniforms, table) => [table.constant(value, dtype)]), [], [], [output], shape);
  }
}

/** Makes a backend a device: what adapters return. */
export const complete = (backend: Backend): Device => new Device(backend);

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
