/** Kernels to compare with the reference: every operation, every kind of layout, every verb. A case runs on any backend and gives the storages to look at. */
import { type Device, type DType, type ScalarFunction, type Storage, type Target, type View } from '@nn/tensor/backend';
import { contiguous, hostArray, type Layout, sizeOf, stridesOf, trace } from '@nn/tensor/backend';

export interface Case {
  readonly name: string;
  /** Runs the kernels and returns what they wrote. */
  readonly run: (device: Device) => readonly Storage[];
  /** Relative to 1 + |expected|, where the device's tolerance is not what to expect. */
  readonly tolerance?: number;
}

/** Numbers in (-scale, scale), the same every time. */
export function numbers(length: number, scale = 2, seed = 1): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * scale;
  });
}

export function upload(device: Device, dtype: DType, values: ArrayLike<number>): Storage {
  const host = hostArray(dtype, values.length);
  for (let i = 0; i < values.length; i++) host[i] = dtype === 'bool' ? +(values[i]! > 0) : values[i]!;
  const storage = device.allocate(dtype, values.length);
  device.write(storage, host);
  return storage;
}

export const view = (storage: Storage, layout: Layout): View => ({ ...layout, storage });
export const dense = (storage: Storage, shape: readonly number[]): View => view(storage, contiguous(shape));

/** A fresh target of `shape`. */
export function target(device: Device, dtype: DType, shape: readonly number[]): Target {
  return { storage: device.allocate(dtype, sizeOf(shape)), offset: 0 };
}

/** `f` over `views`, into fresh storages. */
export function mapped(device: Device, f: ScalarFunction, views: readonly View[], uniforms: readonly number[], shape: readonly number[]): Storage[] {
  const targets = f.outputs.map((dtype) => target(device, dtype, shape));
  device.map(f, views, uniforms, targets, shape);
  return targets.map(({ storage }) => storage);
}

/** Layouts of [3, 4, 5] over a storage of 200 elements, by name. */
export const layouts: readonly (readonly [string, Layout])[] = (() => {
  const shape = [3, 4, 5];
  const strides = stridesOf(shape);
  return [
    ['dense', contiguous(shape)],
    ['offset', contiguous(shape, 17)],
    ['transposed', { shape, strides: [1, 3, 12], offset: 4, bounds: [] }],
    ['expanded', { shape, strides: [0, 5, 0], offset: 1, bounds: [] }],
    ['one element', { shape, strides: [0, 0, 0], offset: 3, bounds: [] }],
    ['flipped', { shape, strides: [20, -5, 1], offset: 20, bounds: [] }],
    ['stepping', { shape, strides: [40, 10, 2], offset: 0, bounds: [] }],
    ['padded', { shape, strides, offset: -6, bounds: [{ strides: [0, 0, 1], offset: -1, size: 3 }, { strides: [0, 1, 0], offset: -1, size: 2 }] }],
    ['windows', { shape, strides: [5, 1, 1], offset: -2, bounds: [{ strides: [0, 1, 1], offset: -2, size: 4 }] }],
    ['unreachable', { shape, strides, offset: 0, bounds: [{ strides: [0, 0, 0], offset: -1, size: 1 }] }],
  ];
})();

export const pair = trace(['float32', 'float32'], ['float32'], ([x, y], [u]) => [x!.mul(y!).add(u!), x!.sub(y!.mul(u!)).maximum(0)]);
export const unary = trace(['float32'], [], ([x]) => [x!.mul(2).add(1)]);
