/** Making tensors: from host values, filled, and random. */
import { complete, type Device } from './backend/device.ts';
import { type DType, isFloat, type TypedArray } from './dtype.ts';
import { fail, show } from './errors.ts';
import { trace } from './expr/function.ts';
import { Handle } from './handle.ts';
import { type ArrayOf, flattened, toStorage } from './host.ts';
import { defaultGenerator, type Generator } from './random.ts';
import { ReferenceBackend } from './reference/reference.ts';
import { checkShape, type Shape, sizeOf } from './shape.ts';
import { Tensor } from './tensor.ts';

/** What every constructor takes. `device`: where (default: {@link setDefaultDevice}). */
export interface TensorOptions {
  readonly dtype?: DType;
  readonly device?: Device;
  readonly requiresGrad?: boolean;
}

/** What random constructors take. `generator`: the stream to draw from (default: the one that `manualSeed` seeds). */
export interface RandomOptions extends TensorOptions { readonly generator?: Generator }

let current: Device | undefined;

/** A device of the reference backend: plain JavaScript, float64 too. */
export const reference = (): Device => complete(new ReferenceBackend());
/** Where tensors are made if not told otherwise: the reference, until {@link setDefaultDevice}. */
export const defaultDevice = (): Device => (current ??= reference());
/**
 * Sets where tensors are made from now on: `setDefaultDevice(await cpu())`.
 *
 * @throws where it is given no device, as a promise of one
 */
export function setDefaultDevice(device: Device): void {
  const given: unknown = device;
  if (typeof (device as Partial<Device> | undefined)?.allocate !== 'function') fail('setDefaultDevice', `it was given ${given instanceof Promise ? 'a promise' : String(given)}, not a device`, 'Wait for it: setDefaultDevice(await cpu()).');
  current = device;
}

function finish(own: Handle, { requiresGrad = false }: TensorOptions): Tensor {
  const made = new Tensor(own);
  if (requiresGrad) made.requiresGrad = true;
  return made;
}

const known: readonly [new (length: number) => ArrayLike<number>, DType][] = [
  [Float32Array, 'float32'], [Float64Array, 'float64'], [Uint32Array, 'uint32'], [Int32Array, 'int32'], [Uint8Array, 'int32'], [Int8Array, 'int32'],
  [Int16Array, 'int32'], [Uint16Array, 'int32'], [Uint8ClampedArray, 'int32'],
];

/**
 * A tensor of host values: a number, nested arrays, or a typed array with a shape.
 * Numbers are float32 and booleans bool unless `dtype` says otherwise; typed arrays keep their kind (8 and 16 bit ones become int32).
 *
 * @throws where arrays are ragged, or the shape does not hold as many elements
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * const pixels = tensor(new Uint8Array(784), { shape: [28, 28], dtype: 'float32' });
 */
export function tensor(values: ArrayOf | TypedArray | ArrayLike<number>, options: TensorOptions & { readonly shape?: Shape } = {}): Tensor {
  const { device = defaultDevice() } = options;
  const typed = ArrayBuffer.isView(values) ? (values as unknown as ArrayLike<number>) : undefined;
  const { shape: own, values: flat, bool } = typed ? { shape: [typed.length], values: typed, bool: false } : flattened(values as ArrayOf);
  const shape = options.shape ?? own;
  checkShape('tensor', shape);
  if (sizeOf(shape) !== flat.length) fail('tensor', `${flat.length} values for ${show(shape)}, which has ${sizeOf(shape)}`);
  const dtype = options.dtype ?? (typed ? known.find(([kind]) => values instanceof kind)?.[1] : bool ? 'bool' : undefined) ?? 'float32';
  return finish(toStorage(device, dtype, shape, flat), options);
}

/** A tensor of `shape` filled with `value`; float32 for numbers, bool for booleans unless told otherwise. */
export function full(shape: Shape, value: number | boolean, options: TensorOptions = {}): Tensor {
  const { device = defaultDevice(), dtype = typeof value === 'boolean' ? 'bool' : 'float32' } = options;
  checkShape('full', shape);
  const own = Handle.fresh(device, dtype, shape);
  device.map(trace([], [dtype], (_, [x]) => [x!]), [], [Number(value)], [own.target('full')], shape);
  return finish(own, options);
}

export const zeros = (shape: Shape, options?: TensorOptions): Tensor => full(shape, 0, options);
export const ones = (shape: Shape, options?: TensorOptions): Tensor => full(shape, 1, options);

/** A tensor like another in shape, dtype and device. */
const like = (x: Tensor, options: TensorOptions): TensorOptions => ({ dtype: x.dtype, device: x.device, ...options });
export const zerosLike = (x: Tensor, options: TensorOptions = {}): Tensor => full(x.shape, 0, like(x, options));
export const onesLike = (x: Tensor, options: TensorOptions = {}): Tensor => full(x.shape, 1, like(x, options));
export const fullLike = (x: Tensor, value: number, options: TensorOptions = {}): Tensor => full(x.shape, value, like(x, options));

/** Numbers by their places. A loop: `from` goes through an iterator, which is ten times as slow. */
function listed(length: number, at: (i: number) => number): Float64Array {
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = at(i);
  return values;
}

/** `start`, `start + step`, ... below `end`; `arange(end)` starts at 0. int32 where all three are whole, else float32. */
export function arange(start: number, end?: number, step = 1, options: TensorOptions = {}): Tensor {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  if (step === 0 || !Number.isFinite((to - from) / step)) fail('arange', `no steps of ${step} lead from ${from} to ${to}`);
  const values = listed(Math.max(0, Math.ceil((to - from) / step)), (i) => from + i * step);
  const dtype = options.dtype ?? ([from, to, step].every(Number.isInteger) ? 'int32' : 'float32');
  return tensor(values, { ...options, dtype });
}

/** `steps` numbers from `start` to `end`, both included, evenly spaced. */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  if (!Number.isInteger(steps) || steps < 0) fail('linspace', `${steps} steps`, 'Use a whole number from 0 on.');
  const step = (end - start) / Math.max(1, steps - 1);
  // From both ends, so that the last number is `end` exactly.
  return tensor(listed(steps, (i) => (2 * i < steps ? start + i * step : end - (steps - 1 - i) * step)), { dtype: 'float32', ...options });
}

/** `base ** x` for the numbers of {@link linspace}. */
export function logspace(start: number, end: number, steps: number, options: TensorOptions & { readonly base?: number } = {}): Tensor {
  if (!Number.isInteger(steps) || steps < 0) fail('logspace', `${steps} steps`, 'Use a whole number from 0 on.');
  const { base = 10, ...rest } = options;
  const step = (end - start) / Math.max(1, steps - 1);
  return tensor(listed(steps, (i) => base ** (2 * i < steps ? start + i * step : end - (steps - 1 - i) * step)), { dtype: 'float32', ...rest });
}

/** The identity matrix of `rows` (by `columns`). */
export function eye(rows: number, columns: number = rows, options: TensorOptions = {}): Tensor {
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1;
  return tensor(values, { dtype: 'float32', ...options, shape: [rows, columns] });
}

/** Uniform on [0, 1), drawn where the device can; the same numbers everywhere. */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  const { device = defaultDevice(), generator = defaultGenerator, dtype = 'float32' } = options;
  checkShape('rand', shape);
  if (dtype === 'float16') return tensor(generator.uniform(sizeOf(shape)).map((x) => Math.floor(x * 2048) / 2048), { ...options, shape }); // not rounded up to 1
  if (dtype !== 'float32') return tensor(generator.uniform(sizeOf(shape)), { ...options, shape });
  const own = Handle.fresh(device, dtype, shape);
  device.randomUniform(generator.key, generator.reserve(sizeOf(shape)), sizeOf(shape), own.target('rand'));
  return finish(own, options);
}

/** Standard normal. */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  const { generator = defaultGenerator, dtype = 'float32' } = options;
  if (!isFloat(dtype)) fail('randn', `${dtype} has no fractions`, 'Use a float dtype.');
  checkShape('randn', shape);
  return tensor(generator.normal(sizeOf(shape)), { ...options, dtype, shape });
}

/** Random tensors like another in shape, dtype and device. */
export const randLike = (x: Tensor, options: RandomOptions = {}): Tensor => rand(x.shape, { ...like(x, options), ...options });
export const randnLike = (x: Tensor, options: RandomOptions = {}): Tensor => randn(x.shape, { ...like(x, options), ...options });

/** Whole numbers in [low, high), int32 unless told otherwise. */
export function randint(low: number, high: number, shape: Shape, options: RandomOptions = {}): Tensor {
  const { generator = defaultGenerator, dtype = 'int32' } = options;
  checkShape('randint', shape);
  return tensor(generator.integers(low, high, sizeOf(shape)), { ...options, dtype, shape });
}

/** 0 to `length` - 1 in random order, as int32. */
export function randperm(length: number, options: RandomOptions = {}): Tensor {
  const { generator = defaultGenerator } = options;
  return tensor(generator.permutation(length), { dtype: 'int32', ...options });
}
