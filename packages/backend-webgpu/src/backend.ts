import {
  type Backend, composeRows, type DeviceLostError, type DType, type Epilogue, identity, type Limits, type MapCall, contiguous, type ProductAxes, type Reduction, type RowFunction, type ScalarFunction, type Shape, sizeOf, type Storage, type Target,
  type TypedArray, type View, viewOf,
} from '@nn/tensor/backend';
import { clobbers } from './bindings.ts';
import type { Engine } from './engine.ts';
import { gather } from './gather.ts';
import { writesWords } from './host.ts';
import { map, mapEach } from './map.ts';
import { contract, type Contraction } from './matmul.ts';
import { Pending } from './pending.ts';
import { randomUniform } from './random.ts';
import { reduce } from './reduce.ts';
import { rows } from './rows.ts';

/** What differs from adapter to adapter. */
export interface Traits {
  readonly description: string;
  readonly memoryBytes: number;
  readonly nonFinite: boolean;
}

/** The verbs on WebGPU. Kernels are recorded, and run when something is read. */
export class WebGpuBackend implements Backend {
  readonly name = 'webgpu';
  readonly limits: Limits;
  readonly engine: Engine;
  readonly lost: Promise<DeviceLostError>;
  readonly #description: string;
  #pending: Pending | undefined;

  constructor(engine: Engine, { description, memoryBytes, nonFinite }: Traits) {
    this.engine = engine;
    this.lost = engine.failures.lost;
    this.#description = description;
    this.limits = {
      dtypes: ['bool', 'uint32', 'int32', ...(engine.device.features.has('shader-f16') ? (['float16'] as const) : []), 'float32'],
      // Bound by the parameters of a kernel, 64 KiB of them.
      inputs: 128, outputs: 64, bindings: Infinity, uniforms: 1024, rank: 32,
      storageBytes: engine.memory.largest, memoryBytes, slices: true, integers: 2 ** 31, nonFinite, tolerance: 2e-6,
    };
  }

  describe(): string { return this.#description; }
  allocate(dtype: DType, length: number): Storage { return this.engine.allocate(dtype, length); }

  free(storage: Storage): void {
    if (this.#pending?.uses(storage)) this.#pending.held.push(storage);
    else this.engine.free(storage);
  }

  write(storage: Storage, values: TypedArray, offset = 0): void {
    this.#settle();
    if (writesWords(storage, offset, values.length)) {
      this.engine.write(storage, values, offset);
      return;
    }
    const apart = this.engine.allocate(storage.dtype, values.length);
    this.engine.write(apart, values, 0);
    const shape = [values.length];
    map(this.engine, identity(storage.dtype), { inputs: [viewOf(apart, contiguous(shape))], uniforms: [], outputs: [{ storage, offset }], shape });
    this.engine.free(apart);
  }

  read(storage: Storage, offset: number, length: number): Promise<TypedArray> {
    this.#settle();
    return this.engine.read(storage, offset, length);
  }

  map(f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape): void {
    const joined = this.#pending?.joined(f, inputs, uniforms, outputs, shape);
    if (joined) this.#settle(joined);
    else {
      this.#before(inputs, outputs);
      this.#aside(outputs, sizeOf(shape), [], inputs, (targets) => map(this.engine, f, { inputs, uniforms, outputs: targets, shape }));
    }
  }

  mapEach(f: ScalarFunction, calls: readonly MapCall[]): void {
    this.#settle();
    const plain = calls.every(({ inputs, outputs, shape }) => outputs.every((output) => inputs.every((view) => !clobbers(output, sizeOf(shape), view, true))));
    if (plain) mapEach(this.engine, f, calls);
    else for (const { inputs, uniforms, outputs, shape } of calls) this.map(f, inputs, uniforms, outputs, shape);
  }

  rows(f: RowFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape, axes: readonly number[]): void {
    const run = sizeOf(axes.map((axis) => shape[axis]!));
    // Few very long rows are more work than a workgroup each should have.
    if (run > 2 ** 15 && sizeOf(shape) / run < 16) composeRows(this, f, inputs, uniforms, outputs, shape, axes);
    else {
      this.#before(inputs, outputs);
      rows(this.engine, f, inputs, uniforms, outputs, shape, axes);
    }
  }

  reduce(kind: Reduction, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, axes: readonly number[], output: Target): void {
    this.#before(inputs, [output]);
    const size = sizeOf(shape.filter((_, axis) => !axes.includes(axis)));
    this.#aside([output], size, inputs, [], (outputs) => reduce(this.engine, { kind, function: f, inputs, uniforms, shape, axes, outputs }));
  }

  matmul(a: View, b: View, output: Target, epilogue?: Epilogue): void { this.contract(a, b, { rows: 1, inner: 1, columns: 1 }, output, epilogue); }

  contract(a: View, b: View, axes: ProductAxes, output: Target, epilogue?: Epilogue): void {
    const extra = epilogue?.inputs ?? [];
    this.#before([a, b, ...extra], [output]);
    const work = { a, b, axes, epilogue };
    const size = sizeOf(a.shape.slice(0, a.shape.length - axes.inner)) * sizeOf(b.shape.slice(b.shape.length - axes.columns));
    if (this.#pending || [a, b, ...extra].some((view) => view.storage === output.storage)) {
      this.#aside([output], size, [a, b], extra, (outputs) => contract(this.engine, { ...work, outputs }));
    } else this.#pending = new Pending({ ...work, outputs: [output] });
  }

  gather(source: View, index: View, axis: number, output: Target): void {
    this.#before([source, index], [output]);
    this.#aside([output], sizeOf(index.shape), [source, index], [], ([target]) => gather(this.engine, source, index, axis, target!));
  }

  randomUniform(key: readonly [number, number], counter: number, length: number, output: Target): void {
    this.#before([], [output]);
    randomUniform(this.engine, key, counter, length, output);
  }

  async destroy(): Promise<void> {
    this.#pending = undefined;
    await this.engine.destroy();
  }

  /** Runs what is pending, unless a kernel that reads and writes these may run before it. */
  #before(inputs: readonly View[], outputs: readonly Target[]): void {
    if (this.#pending && !this.#pending.yields(inputs, outputs)) this.#settle();
  }

  /** Runs what is pending, as it was asked for or in another form. */
  #settle(form?: Contraction): void {
    const pending = this.#pending;
    if (!pending) return;
    this.#pending = undefined;
    contract(this.engine, form ?? pending.product);
    for (const storage of pending.held) this.engine.free(storage);
  }

  /**
   * Runs a kernel whose outputs may lie where its inputs are yet to be read: those are written elsewhere first, then copied.
   * `across` are read all over by every thread, `along` only at the thread's own element.
   */
  #aside(outputs: readonly Target[], size: number, across: readonly View[], along: readonly View[], run: (targets: readonly Target[]) => void): void {
    const targets = outputs.map((output) =>
      across.some((view) => clobbers(output, size, view, false)) || along.some((view) => clobbers(output, size, view, true))
        ? { storage: this.engine.allocate(output.storage.dtype, size), offset: 0 } : output);
    run(targets);
    for (const [i, { storage }] of targets.entries()) {
      if (targets[i] === outputs[i]) continue;
      map(this.engine, identity(storage.dtype), { inputs: [viewOf(storage, contiguous([size]))], uniforms: [], outputs: [outputs[i]!], shape: [size] });
      this.engine.free(storage);
    }
  }
}
