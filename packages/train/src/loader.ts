/** Loaders as the trainer sees them: anything that gives batches, and how many of them are taken. */
import { type Device, fail, Tensor } from '@nn/tensor';

/** A `DataLoader`, an array of batches, or anything else to iterate over. */
export type Loader<Batch> = (AsyncIterable<Batch> | Iterable<Batch>) & { readonly length?: number };

/** A number of batches: below 1 a fraction of them, else a count. */
export type Limit = number;

/** How many batches of a loader are taken; Infinity where it does not say how many it has. */
export function batchesOf(loader: Loader<unknown>, limit: Limit | undefined, name: string): number {
  const { length = Infinity } = loader;
  if (limit === undefined) return length;
  if (!(limit >= 0) || (limit >= 1 && !Number.isInteger(limit))) fail('Trainer', `${name} is ${limit}`, 'Give a fraction below 1, or a whole number of batches.');
  if (limit >= 1) return Math.min(limit, length);
  if (limit > 0 && length === Infinity) fail('Trainer', `${name} is ${limit} of a loader without length`, 'Give a number of batches.');
  const batches = limit === 0 ? 0 : Math.floor(length * limit);
  if (limit > 0 && length > 0 && batches === 0) fail('Trainer', `${name} ${limit} of ${length} batches is less than one`, 'Give a number of batches.');
  return batches;
}

/** The tensors in a batch, wherever they are. */
function* tensorsIn(batch: unknown): Generator<Tensor> {
  if (batch instanceof Tensor) yield batch;
  else if (Array.isArray(batch) || batch instanceof Set) for (const item of batch) yield* tensorsIn(item);
  else if (batch instanceof Map) for (const item of batch.values()) yield* tensorsIn(item);
  else if (typeof batch === 'object' && batch !== null && Object.getPrototypeOf(batch) === Object.prototype) for (const item of Object.values(batch)) yield* tensorsIn(item);
}

/** The first size of the first tensor that has one; else 1. */
export function batchSizeOf(batch: unknown): number {
  for (const tensor of tensorsIn(batch)) if (tensor.ndim > 0) return tensor.shape[0]!;
  return 1;
}

/** The batch on `device`; itself, if it is there already. */
export function moved(batch: unknown, device: Device): unknown {
  for (const tensor of tensorsIn(batch)) if (tensor.device !== device) return move(batch, device);
  return batch;
}

async function move(value: unknown, device: Device): Promise<unknown> {
  if (value instanceof Tensor) return value.to(device);
  const all = (items: Iterable<unknown>) => Promise.all([...items].map((item) => move(item, device)));
  if (Array.isArray(value)) return all(value);
  if (value instanceof Set) return new Set(await all(value));
  if (value instanceof Map) return new Map(await all([...value.entries()]) as [unknown, unknown][]);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(await all(Object.entries(value)) as [string, unknown][]);
}
