import {
  type Backend, type DType, type Epilogue, identity, type Limits, contiguous, type Reduction, type ScalarFunction, type Shape, sizeOf, type Storage, type Target,
  type TypedArray, type View,
} from '@nn/tensor/backend';
import { clobbers } from './bindings.ts';
import type { Engine } from './engine.ts';
import { gather } from './gather.ts';
import { map } from './map.ts';
import { matmul } from './matmul.ts';
import { randomUniform } from './random.ts';
import { reduce } from './reduce.ts';

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
  readonly #description: string;

  constructor(engine: Engine, { description, memoryBytes, nonFinite }: Traits) {
    this.engine = engine;
    this.#description = description;
    this.limits = {
      dtypes: ['bool', 'uint32', 'int32', 'float32'],
      // Bound by the parameters of a kernel, 64 KiB of them.
      inputs: 128, outputs: 64, bindings: Infinity, uniforms: 1024, rank: 32,
      storageBytes: engine.memory.largest, memoryBytes, slices: true, integers: 2 ** 31, nonFinite, tolerance: 2e-6,
    };
  }

  describe(): string { return this.#description; }
  allocate(dtype: DType, length: number): Storage { return this.engine.allocate(dtype, length); }
  free(storage: Storage): void { this.engine.free(storage); }
  write(storage: Storage, values: TypedArray, offset = 0): void { this.engine.write(storage, values, offset); }
  read(storage: Storage, offset: number, length: number): Promise<TypedArray> { return this.engine.read(storage, offset, length); }

  map(f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape): void {
    this.#aside(outputs, sizeOf(shape), [], inputs, (targets) => map(this.engine, f, inputs, uniforms, targets, shape));
  }

  reduce(kind: Reduction, f: ScalarFunction, inputs: readonly View[], uniforms: readonly number[], shape: Shape, axes: readonly number[], output: Target): void {
    const size = sizeOf(shape.filter((_, axis) => !axes.includes(axis)));
    this.#aside([output], size, inputs, [], ([target]) => reduce(this.engine, { kind, function: f, inputs, uniforms, shape, axes, output: target! }));
  }

  matmul(a: View, b: View, output: Target, epilogue?: Epilogue): void {
    const shape = [...a.shape.slice(0, -1), b.shape.at(-1)!];
    this.#aside([output], sizeOf(shape), [a, b], epilogue?.inputs ?? [], ([target]) => matmul(this.engine, a, b, target!, epilogue));
  }

  gather(source: View, index: View, axis: number, output: Target): void {
    this.#aside([output], sizeOf(index.shape), [source, index], [], ([target]) => gather(this.engine, source, index, axis, target!));
  }

  randomUniform(key: readonly [number, number], counter: number, length: number, output: Target): void {
    randomUniform(this.engine, key, counter, length, output);
  }

  async destroy(): Promise<void> { await this.engine.destroy(); }

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
      map(this.engine, identity(storage.dtype), [{ storage, ...contiguous([size]) }], [], [outputs[i]!], [size]);
      this.engine.free(storage);
    }
  }
}
