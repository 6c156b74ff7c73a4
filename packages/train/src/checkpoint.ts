/**
 * Checkpoints: all that a run needs to go on exactly, in one safetensors file. Tensors lie in it under the path at which they stand
 * (`model.fc1.weight`, `optimizers.0.state.3.square_avg`), the rest is JSON in its metadata; Python's safetensors opens it as well.
 */
import { decodeSafetensors, encodeSafetensors, type StateDict } from '@nn/layers';
import { fail, Tensor } from '@nn/tensor';
import { type AnyTask, call, type Callback } from './callback.ts';
import type { Position } from './loop.ts';
import type { StreamState } from './streams.ts';
import type { Trainer } from './trainer.ts';

/** What a checkpoint holds. */
export interface Checkpoint {
  readonly model: StateDict;
  readonly epoch: number;
  readonly globalStep: number;
  readonly batch: number;
  readonly optimizers: readonly unknown[];
  readonly schedulers: readonly unknown[];
  readonly callbacks: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly journal: Readonly<Record<string, unknown>> | null;
  readonly streams: { readonly epoch: StreamState; readonly now: StreamState };
  readonly metrics: Readonly<Record<string, number>>;
  readonly meanings: Readonly<Record<string, string>>;
  readonly phases: Readonly<Record<string, string>>;
  /** The device's description: another one may round otherwise. */
  readonly device: string;
  readonly [more: string]: unknown;
}

const KEY = 'nn_checkpoint';
const keyOf = (callback: Callback): string => callback.stateKey ?? callback.constructor.name;

/** The state of a run. What steps have logged must have been read. */
export async function take(trainer: Trainer, task: AnyTask): Promise<Record<string, unknown>> {
  const { pass, epochDone, streams, results } = trainer;
  const within = pass && !epochDone && trainer.batchesDone > 0 ? { batch: trainer.batchesDone, journal: pass.journal.state } : trainer.left;
  const checkpoint: Record<string, unknown> = {
    model: task.stateDict(),
    epoch: trainer.currentEpoch + (epochDone ? 1 : 0),
    globalStep: trainer.globalStep,
    batch: within?.batch ?? 0,
    optimizers: trainer.optimizers.map((optimizer) => optimizer.stateDict()),
    schedulers: trainer.schedulers.map(({ scheduler }) => scheduler.stateDict?.() ?? null),
    callbacks: Object.fromEntries(trainer.callbacks.flatMap((callback) => (callback.stateDict ? [[keyOf(callback), callback.stateDict()]] : []))),
    journal: within?.journal ?? null,
    streams: { epoch: within ? streams.epoch : streams.now, now: streams.now },
    metrics: results.callback, meanings: results.meanings, phases: results.phases,
    device: trainer.device.describe(),
  };
  await call(trainer, task, 'onSaveCheckpoint', checkpoint);
  return checkpoint;
}

/** Puts a run where the checkpoint left it. */
export async function restore(trainer: Trainer, task: AnyTask, checkpoint: Checkpoint): Promise<Position> {
  if (checkpoint.streams === undefined) fail('ckptPath', 'the file holds weights only', 'Load them by task.loadStateDict(...), and fit without ckptPath.');
  const { optimizers, schedulers } = trainer;
  if (optimizers.length !== checkpoint.optimizers.length || schedulers.length !== checkpoint.schedulers.length) {
    fail('ckptPath', `the checkpoint has ${checkpoint.optimizers.length} optimizers and ${checkpoint.schedulers.length} schedulers, the task ${optimizers.length} and ${schedulers.length}`, 'Configure them as they were.');
  }
  task.loadStateDict(checkpoint.model);
  optimizers.forEach((optimizer, i) => { optimizer.loadStateDict(checkpoint.optimizers[i] as never); });
  schedulers.forEach(({ scheduler }, i) => { if (checkpoint.schedulers[i] !== null) scheduler.loadStateDict?.(checkpoint.schedulers[i] as never); });
  for (const callback of trainer.callbacks) {
    const state = checkpoint.callbacks[keyOf(callback)];
    if (state) callback.loadStateDict?.(state);
  }
  Object.assign(trainer, { currentEpoch: checkpoint.epoch, globalStep: checkpoint.globalStep });
  Object.assign(trainer.results.callback, checkpoint.metrics);
  Object.assign(trainer.results.meanings, checkpoint.meanings);
  Object.assign(trainer.results.phases, checkpoint.phases);
  const device = trainer.device.describe();
  if (device !== checkpoint.device) trainer.output?.write(`The checkpoint was made on another device, whose numbers may differ in the last digits: ${checkpoint.device}; now ${device}\n`);
  await call(trainer, task, 'onLoadCheckpoint', checkpoint);
  return { batch: checkpoint.batch, ...(checkpoint.journal && { journal: checkpoint.journal }), streams: checkpoint.streams };
}

/** A checkpoint as the bytes of a file. */
export async function encodeCheckpoint(checkpoint: Readonly<Record<string, unknown>>): Promise<Uint8Array> {
  const tensors: Record<string, Tensor> = {};
  const plain = packed(checkpoint, '', tensors);
  return encodeSafetensors(tensors, { format: 'pt', [KEY]: JSON.stringify(plain) });
}

/**
 * What a file holds; of a safetensors file that is no checkpoint, the weights as `model`.
 *
 * @example
 * const { model, epoch } = decodeCheckpoint(await readFile('last.safetensors'));
 * task.loadStateDict(model);
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const json = (metadata as Record<string, string> | undefined)?.[KEY];
  return (json === undefined ? { model: tensors } : unpacked(JSON.parse(json), tensors)) as Checkpoint;
}

/** Plain data: tensors go into `tensors` and leave their path, numbers that JSON lacks their names. */
function packed(value: unknown, path: string, tensors: Record<string, Tensor>): unknown {
  if (value instanceof Tensor) {
    tensors[path] = value;
    return { $tensor: path };
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) };
  if (Array.isArray(value)) return value.map((item, i) => packed(item, `${path}.${i}`, tensors));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, packed(item, path ? `${path}.${key}` : key, tensors)]));
}

function unpacked(value: unknown, tensors: Readonly<Record<string, Tensor>>): unknown {
  if (Array.isArray(value)) return value.map((item) => unpacked(item, tensors));
  if (typeof value !== 'object' || value === null) return value;
  const { $tensor, $number } = value as { readonly $tensor?: string; readonly $number?: string };
  if ($tensor !== undefined) return tensors[$tensor] ?? fail('decodeCheckpoint', `the tensor ${$tensor} is missing`, 'The file is damaged.');
  if ($number !== undefined) return Number($number);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpacked(item, tensors)]));
}
