/** Between devices and the host: reading, copying to another device, nested arrays. */
import type { Device } from './backend/device.ts';
import { type DType, toHostArray, type TypedArray } from './dtype.ts';
import { fail } from './errors.ts';
import { identity } from './expr/function.ts';
import { Handle, handle } from './handle.ts';
import { isContiguous } from './layout.ts';
import { type Shape, sizeOf } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** Numbers or booleans, nested as deep as the shape. */
export type ArrayOf = number | boolean | ArrayOf[];

/** All elements, row-major. */
export async function hostValues(x: Tensor, operation: string): Promise<TypedArray> {
  const own = x[handle];
  own.check(operation);
  const size = sizeOf(x.shape);
  if (isContiguous(own.layout)) return x.device.read(own.allocation.storage, own.layout.offset, size);
  const copy = Handle.fresh(x.device, x.dtype, x.shape);
  x.device.map(identity(x.dtype), [own.view(operation)], [], [copy.target(operation)], x.shape);
  try {
    return await x.device.read(copy.allocation.storage, 0, size);
  } finally {
    copy.release(operation);
  }
}

/** A copy on `device`; throws where it lacks the dtype. */
export async function copyTo(x: Tensor, device: Device): Promise<Handle> {
  const values = await hostValues(x, 'to');
  const own = Handle.fresh(device, x.dtype, x.shape);
  device.write(own.allocation.storage, values);
  return own;
}

/** `values` nested by `shape`. */
export function arrayOf(values: ArrayLike<number>, shape: Shape, dtype: DType): ArrayOf {
  let at = 0;
  const build = (axis: number): ArrayOf => {
    if (axis === shape.length) {
      const value = values[at++]!;
      return dtype === 'bool' ? value !== 0 : value;
    }
    return Array.from({ length: shape[axis]! }, () => build(axis + 1));
  };
  return build(0);
}

/** Shape and elements of nested arrays. */
export function flattened(nested: ArrayOf): { shape: number[]; values: number[]; bool: boolean } {
  const shape: number[] = [];
  for (let level = nested; Array.isArray(level); level = level[0]!) shape.push(level.length);
  const values: number[] = [];
  let bool: boolean | undefined;
  const visit = (value: ArrayOf, axis: number): void => {
    if (Array.isArray(value)) {
      if (value.length !== shape[axis]) fail('tensor', `the nested array is ragged: ${value.length} elements where ${shape[axis] ?? 'a number'} was expected on axis ${axis}`);
      for (const item of value) visit(item, axis + 1);
    } else {
      if (axis !== shape.length || (typeof value !== 'number' && typeof value !== 'boolean')) fail('tensor', `the nested array is ragged or holds ${typeof value}s`, 'Use numbers or booleans, nested evenly.');
      bool = (bool ?? true) && typeof value === 'boolean';
      values.push(Number(value));
    }
  };
  visit(nested, 0);
  return { shape, values, bool: bool ?? false };
}

/** `values` as what a storage of `dtype` is written from. */
export const toStorage = (device: Device, dtype: DType, shape: Shape, values: ArrayLike<number>): Handle => {
  const own = Handle.fresh(device, dtype, shape);
  device.write(own.allocation.storage, toHostArray(dtype, values));
  return own;
};
