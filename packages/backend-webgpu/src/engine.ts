/** What the verbs stand on: storages, and one way to run a kernel. */
import { type DType, fail, hostArray, type Storage, type TypedArray } from '@nn/tensor/backend';
import type { Bindings } from './bindings.ts';
import { Failures } from './failures.ts';
import type { Kernel } from './kernel.ts';
import { Values } from './params.ts';
import { Pipelines } from './pipelines.ts';
import { Pool } from './pool.ts';
import { Recorder } from './recorder.ts';
import { ELEMENT_BYTES, type GpuStorage, newStorage, type PooledBuffer } from './storage.ts';

/** One dispatch. */
export interface Work {
  /** What is computed, and on which kind of layouts: together they name the kernel. */
  readonly family: string;
  readonly variant: string;
  readonly build: () => Kernel;
  readonly bindings: Bindings;
  readonly values: Values;
  /** Elements or workgroups in all, as the kernel counts them, and workgroups to start. */
  readonly total: number;
  readonly groups: number;
}

/** Numbers that tests and benchmarks look at; all but `bytes` only grow. */
export interface Counts {
  readonly dispatches: number;
  readonly submits: number;
  readonly kernels: number;
  readonly bindGroups: number;
  readonly buffers: number;
  /** Bytes of all buffers of the pool, in use or free. */
  readonly bytes: number;
}

export interface EngineOptions {
  readonly onKernel?: ((kernel: Kernel) => void) | undefined;
  /** Reads give zeros: Dawn's null backend does not even copy. */
  readonly blank?: boolean;
}

const MAP_READ = 1;

export class Engine {
  readonly device: GPUDevice;
  /** The verbs' one collector: each dispatch copies what it holds. */
  readonly values = new Values();
  readonly #failures: Failures;
  readonly #pool: Pool;
  readonly #staging: Pool;
  readonly #recorder: Recorder;
  readonly #pipelines: Pipelines;
  readonly #widest: number;
  readonly #blank: boolean;

  constructor(device: GPUDevice, { onKernel, blank = false }: EngineOptions) {
    this.device = device;
    this.#blank = blank;
    this.#widest = device.limits.maxComputeWorkgroupsPerDimension;
    this.#failures = new Failures(device);
    this.#pool = new Pool(device, this.#failures, 'storage');
    this.#staging = new Pool(device, this.#failures, 'staging');
    this.#recorder = new Recorder(device, this.#failures, () => this.#pool.trim());
    this.#pipelines = new Pipelines(device, this.#failures, this.#recorder.ring, onKernel);
  }

  counts(): Counts {
    const { dispatches, submits } = this.#recorder;
    const { kernels, bindGroups } = this.#pipelines;
    return { dispatches, submits, kernels, bindGroups, buffers: this.#pool.made + this.#staging.made, bytes: this.#pool.bytes + this.#staging.bytes };
  }

  allocate(dtype: DType, length: number): GpuStorage { return newStorage(dtype, length); }

  free(storage: Storage): void {
    const own = storage as GpuStorage;
    if (own.buffer) this.#pool.give(own.buffer);
    own.buffer = undefined;
    own.freed = true;
  }

  run({ family, variant, build, bindings, values, total, groups }: Work): void {
    const most = this.device.limits.maxStorageBuffersPerShaderStage;
    if (bindings.storages.length > most) fail('webgpu', `a kernel of ${bindings.storages.length} storages, the adapter takes ${most}`);
    const kernel = this.#pipelines.kernel(family, variant, build);
    this.#recorder.prepare(kernel.paramBytes);
    const buffers = bindings.storages.map((storage) => this.#buffer(storage));
    for (const buffer of buffers) buffer.batch = this.#recorder.batch;
    const row = Math.min(groups, this.#widest);
    this.#recorder.dispatch(kernel, this.#pipelines.group(kernel, buffers), values.words(row, total), kernel.paramBytes, row, Math.ceil(groups / row));
  }

  /** Host writes overtake what is only recorded. So a storage written as a whole gets an idle buffer, and one written in part waits for its batch to be submitted. */
  write(storage: Storage, values: TypedArray, offset: number): void {
    const own = storage as GpuStorage;
    if (!own.buffer || own.buffer.batch >= this.#recorder.batch) {
      if (offset === 0 && values.length === own.length) {
        if (own.buffer) this.#pool.give(own.buffer);
        own.buffer = this.#pool.take(own.length * ELEMENT_BYTES, this.#recorder.batch);
      } else {
        const buffer = this.#buffer(own);
        if (buffer.batch >= this.#recorder.batch) this.#recorder.flush();
      }
    }
    const words = toDevice(own.dtype, values);
    this.device.queue.writeBuffer(own.buffer!.gpu, offset * ELEMENT_BYTES, words.buffer, words.byteOffset, words.byteLength);
  }

  async read(storage: Storage, offset: number, length: number): Promise<TypedArray> {
    const { dtype } = storage;
    this.#failures.throwKnown();
    const bytes = length * ELEMENT_BYTES;
    if (bytes === 0) return hostArray(dtype, 0);
    const from = this.#buffer(storage as GpuStorage);
    const staging = this.#staging.take(bytes);
    this.#recorder.copy(from.gpu, offset * ELEMENT_BYTES, staging.gpu, bytes);
    this.#recorder.flush();
    try {
      await staging.gpu.mapAsync(MAP_READ, 0, bytes);
    } catch (error) {
      await this.#failures.check();
      throw error;
    }
    const values = this.#blank ? hostArray(dtype, length) : fromDevice(dtype, staging.gpu.getMappedRange(0, bytes));
    staging.gpu.unmap();
    this.#staging.give(staging);
    this.#staging.trim();
    await this.#failures.check();
    return values;
  }

  async destroy(): Promise<void> {
    this.#recorder.flush();
    await this.device.queue.onSubmittedWorkDone();
    this.device.destroy();
  }

  #buffer(storage: GpuStorage): PooledBuffer {
    if (storage.freed) fail('webgpu', 'a released storage was used');
    return (storage.buffer ??= this.#pool.take(storage.length * ELEMENT_BYTES));
  }
}

/** Values as the device holds them: four bytes each. */
function toDevice(dtype: DType, values: TypedArray): TypedArray {
  if (dtype === 'bool') return Uint32Array.from(values, (value) => +(value !== 0));
  const own = hostArray(dtype, 0).constructor as new (values: ArrayLike<number>) => TypedArray;
  return values instanceof own && values.buffer instanceof ArrayBuffer ? values : new own(values);
}

function fromDevice(dtype: DType, bytes: ArrayBuffer): TypedArray {
  if (dtype === 'bool') return Uint8Array.from(new Uint32Array(bytes));
  const own = hostArray(dtype, 0).constructor as new (bytes: ArrayBuffer) => TypedArray;
  return new own(bytes.slice(0));
}
