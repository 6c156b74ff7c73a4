/** Values between host arrays and the device's words. */
import { type DType, fromFloat16Bits, toFloat16Bits, hostArray, type Storage, type TypedArray } from '@nn/tensor/backend';

/** `values` as the device holds them, in whole words. */
export function toDevice(dtype: DType, values: TypedArray): TypedArray | Uint16Array {
  if (dtype === 'float16') return Uint16Array.from({ length: 2 * Math.ceil(values.length / 2) }, (_, i) => toFloat16Bits(values[i] ?? 0));
  if (dtype === 'bool') return Uint32Array.from(values, (value) => +(value !== 0));
  const own = hostArray(dtype, 0).constructor as new (values: ArrayLike<number>) => TypedArray;
  return values instanceof own && values.buffer instanceof ArrayBuffer ? values : new own(values);
}

/** `length` elements of `dtype` that begin at byte `first` of `bytes`. */
export function fromDevice(dtype: DType, bytes: ArrayBuffer, first: number, length: number): TypedArray {
  if (dtype === 'float16') return Float32Array.from(new Uint16Array(bytes, first, length), fromFloat16Bits);
  if (dtype === 'bool') return Uint8Array.from(new Uint32Array(bytes, first, length));
  const own = hostArray(dtype, 0).constructor as new (bytes: ArrayBuffer) => TypedArray;
  return new own(bytes.slice(first, first + 4 * length));
}

/** Whether `length` elements from `offset` on are whole words of a storage, or reach to its end, after which there is room. */
export const writesWords = ({ dtype, length: all }: Storage, offset: number, length: number): boolean =>
  dtype !== 'float16' || (offset % 2 === 0 && (length % 2 === 0 || offset + length === all));
