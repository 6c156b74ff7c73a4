/**
 * What a device does with each operation of the vocabulary, forward, backward and backward again: how it comes about, and how far it is from
 * the truth, which the reference computes in float64 from the same inputs. The backend matrix (docs/backends.md) is made of this.
 */
import { type Device, isFloat, reference, type Tensor } from '../src/index.ts';
import { input, listed, upload } from './case.ts';
import { type Entry, vocabulary } from './vocabulary.ts';

/** `native`: at most one of the backend's verbs for each result. `composed`: of more. `absent`: the device has not the dtypes for it. `none`: there is nothing to compute. */
export type Way = 'native' | 'composed' | 'absent' | 'none';

export interface Measured {
  readonly way: Way;
  /** The largest error, relative to numbers above 1. Infinite where NaN or infinities are in the wrong places. */
  readonly error: number;
}

/** One operation on one device. */
export interface Measurement {
  readonly group: string;
  readonly operation: string;
  /** The result, its gradients, their gradients. */
  readonly orders: readonly [Measured, Measured, Measured];
}

/**
 * Runs the whole vocabulary on `device`. Needs `@nn/autograd` to be imported.
 *
 * @example
 * for (const { operation, orders: [forward] } of await measure(await cpu())) console.log(operation, forward.way, forward.error);
 */
export async function measure(device: Device): Promise<Measurement[]> {
  const truth = reference();
  const found: Measurement[] = [];
  for (const [group, entries] of Object.entries(vocabulary)) {
    for (const entry of entries) {
      const orders: Measured[] = [];
      for (const order of [0, 1, 2] as const) orders.push(await compare(entry, order, device, truth));
      found.push({ group, operation: entry.name, orders: orders as unknown as Measurement['orders'] });
    }
  }
  return found;
}

type Order = 0 | 1 | 2;

async function compare(entry: Entry, order: Order, device: Device, truth: Device): Promise<Measured> {
  const right = await run(entry, order, truth, 'float64');
  if (!right) return { way: 'none', error: 0 };
  if (entry.inputs.some(({ dtype }) => !device.limits.dtypes.includes(dtype))) return { way: 'absent', error: 0 };
  try {
    const { values, kernels } = (await run(entry, order, device, 'float32'))!;
    return { way: kernels <= values.length ? 'native' : 'composed', error: Math.max(...values.map((found, i) => worst(found, right.values[i]!))) };
  } catch (error) {
    if (/ has no \w+\. It has /.test(String(error))) return { way: 'absent', error: 0 };
    throw new Error(`${entry.name}, order ${order}, on ${device.name}`, { cause: error });
  }
}

/** The results or their gradients, and by how many verbs they came about; undefined where there are none. */
async function run({ inputs, f }: Entry, order: Order, device: Device, float: 'float32' | 'float64'): Promise<{ values: ArrayLike<number>[]; kernels: number } | undefined> {
  const given = inputs.map((each) => upload(device, isFloat(each.dtype) ? { ...each, dtype: float } : each, order > 0 && isFloat(each.dtype)));
  const leaves = given.filter(({ requiresGrad }) => requiresGrad);
  const kernels = countKernels(device);
  try {
    let results = listed(await f(...given));
    for (let pass = 0; pass < order; pass++) {
      const [start, weight] = weighted(results, pass);
      for (const leaf of leaves) leaf.grad = null;
      if (!start) return undefined;
      kernels.count = 0;
      start.backward(weight, { createGraph: order > 1 });
      results = leaves.map((leaf) => leaf.grad ?? leaf.newFull(leaf.shape, 0));
    }
    const { count } = kernels;
    return { values: await Promise.all(results.map((result) => result.data())), kernels: count };
  } finally {
    kernels.stop();
  }
}

/** Where to start backwards, with uneven weights: from the only result that has a gradient, or from one number of all. */
function weighted(results: readonly Tensor[], pass: number): readonly [start: Tensor | undefined, weight: Tensor | undefined] {
  const smooth = results.filter((result) => result.requiresGrad);
  const weights = smooth.map(({ device, shape, dtype }, i) => upload(device, input(shape, { dtype, seed: 7 + i + 5 * pass })));
  if (smooth.length < 2) return [smooth[0], weights[0]];
  return [smooth.map((result, i) => result.mul(weights[i]!).sum()).reduce((a, b) => a.add(b)), undefined];
}

/** The backend's verbs that compute, wrapped in a counter. */
function countKernels({ backend }: Device): { count: number; stop(): void } {
  const verbs = ['map', 'mapEach', 'reduce', 'rows', 'matmul', 'contract', 'gather', 'scatterAdd', 'randomUniform'] as const;
  const wrapped = backend as unknown as Record<string, unknown>;
  const present = verbs.filter((verb) => backend[verb] !== undefined);
  let depth = 0;
  const counter = {
    count: 0,
    stop() { for (const verb of present) delete wrapped[verb]; },
  };
  for (const verb of present) {
    const plain = (backend[verb] as (...args: unknown[]) => unknown).bind(backend);
    wrapped[verb] = (...args: unknown[]) => {
      if (depth === 0) counter.count++; // not what a verb does by another
      depth++;
      try {
        return plain(...args);
      } finally {
        depth--;
      }
    };
  }
  return counter;
}

function worst(found: ArrayLike<number>, right: ArrayLike<number>): number {
  let largest = found.length === right.length ? 0 : Infinity;
  for (let i = 0; i < right.length; i++) {
    const [a, b] = [found[i]!, right[i]!];
    if (a === b || Object.is(a, b)) continue;
    const error = Math.abs(a - b) / Math.max(1, Math.abs(b));
    largest = Math.max(largest, Number.isFinite(error) ? error : Infinity);
  }
  return largest;
}
