/** What the verbs stand on: storages, and one way to run a kernel. */
import { type DType, fail, type Storage, type TypedArray } from '@nn/tensor/backend';
import type { Arena } from './arena.ts';
import { Bindings } from './bindings.ts';
import { Failures } from './failures.ts';
import { fromDevice, toDevice } from './host.ts';
import type { Kernel } from './kernel.ts';
import { Memory } from './memory.ts';
import { Values } from './params.ts';
import { Pipelines } from './pipelines.ts';
import { filled, Form, Known, type Operand, type Plan } from './plans.ts';
import { Recorder } from './recorder.ts';
import { Staging } from './staging.ts';
import type { Tile } from './tiles.ts';
import { type Choice, Tuner } from './tuner.ts';
import { elementBytes, type GpuStorage, kindOf, newStorage, storageBytes } from './storage.ts';

/** A verb's call, as far as it decides the dispatch. */
export interface Call {
  /** The verb, and the functions that it computes. */
  readonly verb: string;
  readonly functions: readonly (Keyed | undefined)[];
  /** In the order in which their begins are pushed, as the run-time numbers are in theirs. */
  readonly operands: readonly Operand[];
  readonly numbers: readonly number[];
  /** What else tells calls apart. */
  readonly form: readonly number[];
  readonly work: () => Work;
  /** Wants to know how long it takes. */
  readonly done?: (nanoseconds: number) => void;
}

interface Keyed { readonly key: string }

/** A dispatch worked out. */
export interface Work {
  /** What is computed, and on which kind of layouts: together they name the kernel. */
  readonly family: string;
  readonly variant: string;
  readonly build: () => Kernel;
  /** The shapes, for an error of the kernel. */
  readonly facts: () => string;
  readonly bindings: Bindings;
  readonly values: Values;
  /** Elements or workgroups in all, as the kernel counts them, and workgroups to start. */
  readonly total: number;
  readonly groups: number;
  /** Only for this time: another kernel may be taken the next time. */
  readonly passing?: boolean;
  /** Wants to know how long it takes. */
  readonly done?: ((nanoseconds: number) => void) | undefined;
}

/** Numbers that tests and benchmarks look at; all but `bytes` only grow. */
export interface Counts {
  readonly dispatches: number;
  readonly submits: number;
  readonly kernels: number;
  readonly bindGroups: number;
  readonly buffers: number;
  /** Bytes of all buffers, in use or free. */
  readonly bytes: number;
}

export interface EngineOptions {
  readonly onKernel?: ((kernel: Kernel) => void) | undefined;
  /** Reads give zeros: Dawn's null backend does not even copy. */
  readonly blank?: boolean;
  /** Most bytes of one arena. Default: what the adapter can bind. */
  readonly arenaBytes?: number | undefined;
  /** Whether the language has `subgroup_id`. Default false. */
  readonly subgroups?: boolean;
  /** The adapter's name, for what is learnt of it. Default: nothing is. */
  readonly adapter?: string;
}

const MAP_READ = 1;

export class Engine {
  readonly device: GPUDevice;
  readonly memory: Memory;
  /** The verbs' one collector. */
  readonly values = new Values();
  readonly #form = new Form();
  readonly #plans = new Known<Plan>();
  readonly #choices = new Known<unknown>();
  readonly failures: Failures;
  readonly #staging: Staging;
  readonly #recorder: Recorder;
  readonly #pipelines: Pipelines;
  readonly #widest: number;
  readonly #mostArenas: number;
  readonly #blank: boolean;
  /** Whether kernels may add up a subgroup at once. */
  readonly subgroups: boolean;
  readonly #tuner: Tuner | undefined;

  constructor(device: GPUDevice, { onKernel, blank = false, arenaBytes, subgroups = false, adapter }: EngineOptions) {
    this.device = device;
    this.#blank = blank;
    this.#tuner = adapter === undefined ? undefined : new Tuner(adapter);
    this.#widest = device.limits.maxComputeWorkgroupsPerDimension;
    this.#mostArenas = device.limits.maxStorageBuffersPerShaderStage;
    this.subgroups = subgroups && device.features.has('subgroups');
    this.failures = new Failures(device);
    this.#recorder = new Recorder(device, this.failures, () => this.memory.trim());
    this.memory = new Memory(device, this.failures, this.#recorder, (id) => this.#pipelines.forget(id), arenaBytes);
    this.#staging = new Staging(device, this.failures);
    this.#pipelines = new Pipelines(device, this.failures, this.#recorder.ring, onKernel);
  }

  /** The tile that was found to be fastest for a kind of product, or one to be timed, or the usual one while too many others are being timed. */
  tuned(kind: string, usual: Tile, candidates: () => readonly Tile[]): Choice {
    return this.#tuner?.choose(kind, usual, candidates, this.#recorder.stopwatch !== undefined) ?? { tile: usual };
  }

  counts(): Counts {
    const { dispatches, submits } = this.#recorder;
    const { kernels, bindGroups } = this.#pipelines;
    return { dispatches, submits, kernels, bindGroups, buffers: this.memory.made + this.#staging.made, bytes: this.memory.bytes + this.#staging.bytes };
  }

  allocate(dtype: DType, length: number): GpuStorage {
    this.failures.throwKnown();
    return newStorage(dtype, length);
  }

  free(storage: Storage): void {
    const own = storage as GpuStorage;
    if (own.block) this.memory.give(own.block);
    own.block = undefined;
    own.freed = true;
  }

  /** What a kernel binds. Brings together operands of too many arenas for one kernel. */
  bind(inputs: readonly { readonly storage: Storage }[], outputs: readonly { readonly storage: Storage }[]): Bindings {
    const [read, written] = [inputs.map(({ storage }) => storage), outputs.map(({ storage }) => storage)];
    for (const storage of read) this.#place(storage as GpuStorage);
    for (const storage of written) this.#place(storage as GpuStorage);
    const bindings = new Bindings(read, written);
    if (bindings.arenas.length <= this.#mostArenas) return bindings;
    this.#gather(bindings);
    return new Bindings(read, written);
  }

  /** Throws what is known to have failed. Gives every operand its block, and dispatches, as another call of the same form did. */
  run(call: Call): void {
    this.failures.throwKnown();
    const { operands, numbers, work, done } = call;
    for (let i = 0; i < operands.length; i++) this.#place(operands[i]!.storage as GpuStorage);
    const known = this.#plans.get(this.#formed(call));
    if (known) this.#dispatch(known, operands, numbers, done);
    else {
      const worked = work();
      const plan = this.#planned(worked);
      // Operands may have been moved together.
      if (!worked.passing && !this.#plans.set(this.#formed(call), plan)) this.#form.forget();
      this.#dispatch(plan, operands, numbers, done ?? worked.done);
    }
  }

  /** What `choose` gives for calls of this form. */
  chosen<Choice>(call: Omit<Call, 'work' | 'numbers'>, choose: () => Choice): Choice {
    for (const { storage } of call.operands) this.#place(storage as GpuStorage);
    let choice = this.#choices.get(this.#formed(call)) as Choice | undefined;
    if (choice === undefined) {
      choice = choose();
      if (!this.#choices.set(this.#formed(call), choice)) this.#form.forget();
    }
    return choice;
  }

  #formed({ verb, functions, operands, form }: Omit<Call, 'work' | 'numbers'>): Form {
    const own = this.#form.restarted();
    own.text(verb);
    for (let i = 0; i < functions.length; i++) own.text(functions[i]?.key);
    own.list(form);
    for (let i = 0; i < operands.length; i++) own.operand(operands[i]!);
    return own;
  }

  #planned({ family, variant, build, facts, bindings, values, total, groups }: Work): Plan {
    const kernel = this.#pipelines.kernel(family, variant, build, facts);
    const x = Math.min(groups, this.#widest);
    const { bases, uniforms, types } = values;
    return { kernel, group: this.#pipelines.group(kernel, bindings.arenas), words: values.words(x, total), bases: [...bases], uniforms: [...uniforms], types: [...types], x, y: Math.ceil(groups / x) };
  }

  #dispatch(plan: Plan, operands: readonly Operand[], numbers: readonly number[], done?: (nanoseconds: number) => void): void {
    this.#recorder.prepare(plan.words.length);
    const { batch } = this.#recorder;
    for (let i = 0; i < operands.length; i++) (operands[i]!.storage as GpuStorage).block!.batch = batch;
    this.#recorder.dispatch(plan.kernel, plan.group, filled(plan, operands, numbers), plan.x, plan.y, done);
  }

  /** From whole words of the device on, see {@link writesWords}. Host writes overtake what is only recorded. So a storage written as a whole gets an idle block, and one written in part waits for its batch to be submitted. */
  write(storage: Storage, values: TypedArray, offset: number): void {
    this.failures.throwKnown();
    const own = storage as GpuStorage;
    if (own.freed) fail('write', 'a released storage was used');
    const bytes = toDevice(own.dtype, values);
    const whole = offset === 0 && values.length === own.length;
    if (own.block && own.block.batch >= this.#recorder.batch) {
      if (whole) {
        this.memory.give(own.block);
        own.block = undefined;
      } else this.#recorder.flush();
    }
    own.block ??= this.memory.takeIdle(storageBytes(own), kindOf(own.dtype));
    this.device.queue.writeBuffer(own.block.arena.gpu, own.block.offset + offset * elementBytes(own.dtype), bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  async read(storage: Storage, offset: number, length: number): Promise<TypedArray> {
    const { dtype } = storage;
    this.failures.throwKnown();
    const each = elementBytes(dtype);
    // Copies are of whole words.
    const first = Math.floor((offset * each) / 4) * 4;
    const bytes = Math.ceil(((offset + length) * each) / 4) * 4 - first;
    if (bytes <= 0) return fromDevice(dtype, new ArrayBuffer(0), 0, 0);
    const { arena, offset: start } = this.#place(storage as GpuStorage);
    const staging = this.#staging.take(bytes);
    this.#recorder.copy(arena.gpu, start + first, staging, 0, bytes);
    const { batch } = this.#recorder;
    // Reads that are asked for together are one submission.
    await Promise.resolve();
    if (this.#recorder.batch === batch) this.#recorder.flush();
    try {
      await staging.mapAsync(MAP_READ, 0, bytes);
    } catch (error) {
      // The news of a loss may come after what it does.
      await Promise.race([this.failures.lost, new Promise((resolve) => { setTimeout(resolve, 1000); })]);
      await this.failures.check();
      throw error;
    }
    const values = fromDevice(dtype, this.#blank ? new ArrayBuffer(bytes) : staging.getMappedRange(0, bytes), offset * each - first, length);
    staging.unmap();
    this.#staging.give(staging);
    await this.failures.check();
    return values;
  }

  async destroy(): Promise<void> {
    if (!this.failures.gone) {
      this.#recorder.flush();
      await this.device.queue.onSubmittedWorkDone();
    }
    this.failures.destroyed();
    this.device.destroy();
  }

  #place(storage: GpuStorage) {
    if (storage.freed) fail('webgpu', 'a released storage was used');
    return (storage.block ??= this.memory.take(storageBytes(storage), kindOf(storage.dtype)));
  }

  /** Moves storages out of the arenas of which a kernel needs least, into new ones, until few enough are left. */
  #gather({ arenas, storages }: Bindings): void {
    const needed = (arena: Arena) => [...new Set(storages)].filter(({ block }) => block!.arena === arena);
    const total = (of: readonly GpuStorage[]) => of.reduce((sum, { block }) => sum + block!.bytes, 0);
    const parts = arenas.map(needed).sort((a, b) => total(a) - total(b));
    const { largest } = this.memory;
    let count = parts.length - this.#mostArenas + 1;
    const moved = () => parts.slice(0, count).flat().sort((a, b) => b.block!.bytes - a.block!.bytes);
    while (count < parts.length && parts.length - count + Math.ceil(total(moved()) / largest) > this.#mostArenas) count++;
    const fresh: Arena[] = [];
    for (const storage of moved()) {
      const from = storage.block!;
      const { kind } = from.arena;
      let to = fresh.filter((arena) => arena.kind === kind).at(-1)?.take(from.bytes, Infinity);
      if (!to) {
        fresh.push(this.memory.open(Math.min(largest, total(moved())), kind));
        to = fresh.at(-1)!.take(from.bytes, Infinity)!;
      }
      this.#recorder.copy(from.arena.gpu, from.offset, to.arena.gpu, to.offset, from.bytes);
      from.batch = to.batch = this.#recorder.batch;
      this.memory.give(from);
      storage.block = to;
    }
    if (parts.length - count + fresh.length > this.#mostArenas) {
      fail('webgpu', `a kernel works on ${storages.length} storages that fill more than the ${this.#mostArenas} buffers of ${largest} bytes that the adapter binds at once`, 'Use smaller batches.');
    }
  }
}
