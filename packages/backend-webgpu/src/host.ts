/** Values between host arrays and the device's words. */
import { type DType, hostArray, type TypedArray } from '@nn/tensor/backend';

/** `values` as the device holds them. */
export function toDevice(dtype: DType, values: TypedArray): TypedArray {
  if (dtype === 'bool') return Uint32Array.from(values, (value) => +(value !== 0));
  const own = hostArray(dtype, 0).constructor as new (values: ArrayLike<number>) => TypedArray;
  return values instanceof own && values.buffer instanceof ArrayBuffer ? values : new own(values);
}

/** `length` elements of `dtype` that begin at byte `first` of `bytes`. */
export function fromDevice(dtype: DType, bytes: ArrayBuffer, first: number, length: number): TypedArray {
  if (dtype === 'bool') return Uint8Array.from(new Uint32Array(bytes, first, length));
  const own = hostArray(dtype, 0).constructor as new (bytes: ArrayBuffer) => TypedArray;
  return new own(bytes.slice(first, first + 4 * length));
}
