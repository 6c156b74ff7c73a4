/** What a test of the suite is: something computed on the device and on the reference and compared, or a check of its own. */
import type { Limits } from '../src/backend/interface.ts';
import { type Device, type DType, isFloat, scope, sizeOf, type Shape, type Tensor, tensor } from '../src/index.ts';
import { type Closeness, differences } from './compare.ts';

/** Why a device cannot run a case, or undefined where it can. Asks limits, never a name. */
export type Need = (limits: Limits) => string | undefined;

/** The device under test and the one whose results count as right. */
export interface Devices { readonly device: Device; readonly reference: Device }

/** One test. */
export interface Case {
  readonly name: string;
  /** Part of the small selection that stands for the whole. */
  readonly smoke: boolean;
  readonly needs: readonly Need[];
  /** Whether it runs backwards: only where something records gradients. */
  readonly gradients: boolean;
  /** What is wrong, in words: nothing, if all is well. */
  readonly run: (devices: Devices) => Promise<readonly string[]>;
}

export interface CaseOptions extends Closeness {
  readonly smoke?: boolean;
  readonly needs?: Need | readonly Need[];
  /** It runs backwards. */
  readonly gradients?: boolean;
}

/** Host values that both devices get. */
export interface Input {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly values: readonly number[];
}

/** `shape` filled with multiples of 1/64 in [-2, 2] (whole numbers in [-16, 16] for integers): exact in float32, no two neighbours equal. */
export function input(shape: Shape, { dtype = 'float32', seed = 0, scale = 1, shift = 0 }: { readonly dtype?: DType; readonly seed?: number; readonly scale?: number; readonly shift?: number } = {}): Input {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => {
    const place = ((i * 37 + seed * 101 + 11) % 257) - 128;
    if (dtype === 'bool') return place & 1;
    return isFloat(dtype) ? (place / 64) * scale + shift : Math.trunc(place / 8) * scale + shift;
  });
  return { shape, dtype, values };
}

/** Given values, one axis unless told otherwise. */
export const points = (values: readonly number[], dtype: DType = 'float32', shape: Shape = [values.length]): Input => ({ shape, dtype, values });

/** `given` on `device`. */
export const upload = (device: Device, { values, shape, dtype }: Input, requiresGrad = false): Tensor => tensor(values, { shape, dtype, device, requiresGrad });

export type Outputs = Tensor | readonly Tensor[];
export type Operation = (...inputs: Tensor[]) => Outputs;
export const listed = (outputs: Outputs): readonly Tensor[] => ('dtype' in outputs ? [outputs] : outputs);

/** Needs of a case, its inputs' dtypes included. */
function needsOf(inputs: readonly Input[], { needs = [] }: CaseOptions): Need[] {
  return [...[...new Set(inputs.map(({ dtype }) => dtype))].map(having), ...(typeof needs === 'function' ? [needs] : needs)];
}

/** The device stores `dtype`. */
export const having = (dtype: DType): Need => (limits) => (limits.dtypes.includes(dtype) ? undefined : `no ${dtype}`);

/** Computes the same on both devices and compares the results. */
export function compared(name: string, compute: (device: Device) => Outputs, options: CaseOptions = {}): Case {
  return { name, smoke: options.smoke ?? false, needs: needsOf([], options), gradients: options.gradients ?? false, run: comparison(compute, options) };
}

/** A check of its own: gives what is wrong, in words. */
export function checked(name: string, run: (devices: Devices) => Promise<readonly string[]>, options: CaseOptions = {}): Case {
  return { name, smoke: options.smoke ?? false, needs: needsOf([], options), gradients: options.gradients ?? false, run };
}

/** An operation without a gradient. */
export function values(name: string, inputs: readonly Input[], f: Operation, options: CaseOptions = {}): Case {
  return { ...compared(name, (device) => f(...inputs.map((given) => upload(device, given))), options), needs: needsOf(inputs, options) };
}

/** An operation and its gradient for all float inputs: two cases. */
export function operation(name: string, inputs: readonly Input[], f: Operation, options: CaseOptions = {}): Case[] {
  const forward = values(name, inputs, f, options);
  return [forward, { ...forward, name: `${name}: gradient`, smoke: false, gradients: true, run: comparison((device) => gradients(device, inputs, f), { ...options, times: 4 * (options.times ?? 1) }) }];
}

/** The gradients of all float inputs, for uneven gradients of the results. */
function gradients(device: Device, inputs: readonly Input[], f: Operation): Tensor[] {
  const leaves = inputs.map((given) => upload(device, given, isFloat(given.dtype)));
  const results = listed(f(...leaves)).filter((result) => result.requiresGrad);
  const weights = results.map(({ shape, dtype }, i) => upload(device, input(shape, { dtype, seed: 7 + i })));
  if (results.length === 1) results[0]!.backward(weights[0]);
  else results.map((result, i) => result.mul(weights[i]!).sum()).reduce((a, b) => a.add(b)).backward();
  return leaves.filter((leaf) => leaf.requiresGrad).map((leaf) => leaf.grad ?? leaf.newFull(leaf.shape, 0));
}

function comparison(compute: (device: Device) => Outputs, closeness: Closeness): Case['run'] {
  return async ({ device, reference }) => {
    const [found, expected] = [device, reference].map((on) => scope(() => listed(compute(on)))) as [readonly Tensor[], readonly Tensor[]];
    const wrong = await differences(found, expected, closeness);
    for (const tensor of [...found, ...expected]) tensor.release();
    return wrong;
  };
}
