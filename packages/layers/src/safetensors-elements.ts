/** Elements as safetensors files hold them, little-endian, and as the host holds them. */
import { type DType, fail, fromFloat16Bits, toFloat16Bits, type TypedArray } from '@nn/tensor';

export type Stored = 'BOOL' | 'U8' | 'I8' | 'I16' | 'U16' | 'F16' | 'BF16' | 'I32' | 'U32' | 'F32' | 'F64' | 'I64' | 'U64';

interface Element {
  readonly bytes: number;
  /** Of the tensor that they become. */
  readonly dtype: DType;
  readonly get: (view: DataView, at: number) => number;
  /** Where tensors are written as these. */
  readonly set?: (view: DataView, at: number, value: number) => void;
}

/** What is read, and what it becomes. */
export const STORED: { readonly [S in Stored]: Element } = {
  BOOL: { bytes: 1, dtype: 'bool', get: (view, at) => +(view.getUint8(at) !== 0), set: (view, at, value) => view.setUint8(at, value) },
  U8: { bytes: 1, dtype: 'int32', get: (view, at) => view.getUint8(at) },
  I8: { bytes: 1, dtype: 'int32', get: (view, at) => view.getInt8(at) },
  I16: { bytes: 2, dtype: 'int32', get: (view, at) => view.getInt16(at, true) },
  U16: { bytes: 2, dtype: 'int32', get: (view, at) => view.getUint16(at, true) },
  F16: { bytes: 2, dtype: 'float32', get: (view, at) => fromFloat16Bits(view.getUint16(at, true)), set: (view, at, value) => view.setUint16(at, toFloat16Bits(value), true) },
  BF16: { bytes: 2, dtype: 'float32', get: (view, at) => upperHalf(view.getUint16(at, true)) },
  I32: { bytes: 4, dtype: 'int32', get: (view, at) => view.getInt32(at, true), set: (view, at, value) => view.setInt32(at, value, true) },
  U32: { bytes: 4, dtype: 'uint32', get: (view, at) => view.getUint32(at, true), set: (view, at, value) => view.setUint32(at, value, true) },
  F32: { bytes: 4, dtype: 'float32', get: (view, at) => view.getFloat32(at, true), set: (view, at, value) => view.setFloat32(at, value, true) },
  F64: { bytes: 8, dtype: 'float64', get: (view, at) => view.getFloat64(at, true), set: (view, at, value) => view.setFloat64(at, value, true) },
  I64: { bytes: 8, dtype: 'int32', get: (view, at) => Number(view.getBigInt64(at, true)) },
  U64: { bytes: 8, dtype: 'int32', get: (view, at) => Number(view.getBigUint64(at, true)) },
};

const NAMES: { readonly [D in DType]: Stored } = { bool: 'BOOL', uint32: 'U32', int32: 'I32', float16: 'F16', float32: 'F32', float64: 'F64' };

export const isStored = (dtype: string): dtype is Stored => Object.hasOwn(STORED, dtype);
export const storedAs = (dtype: DType): Stored => NAMES[dtype];

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** `data` as elements of `stored`, from byte `start` of `out` on. */
export function write(stored: Stored, data: TypedArray, out: Uint8Array, start: number): void {
  const { bytes, set = () => fail('encodeSafetensors', `${stored} is only read`) } = STORED[stored];
  const view = viewOf(out);
  for (let i = 0; i < data.length; i++) set(view, start + i * bytes, data[i]!);
}

/** The elements that `source` consists of. `name` is what errors call the tensor. */
export function hostValues(stored: Stored, source: Uint8Array, name: string): TypedArray {
  const { bytes, dtype, get } = STORED[stored];
  const out = new ARRAYS[dtype](source.length / bytes);
  const view = viewOf(source);
  const narrow = dtype === 'int32' && bytes === 8;
  for (let i = 0; i < out.length; i++) {
    const value = get(view, i * bytes);
    if (narrow && value !== (value | 0)) fail('decodeSafetensors', `${name} holds ${value}`, `${stored} is read as int32, which ends at 2 ** 31 - 1: save it as F64.`);
    out[i] = value;
  }
  return out;
}

const ARRAYS: { readonly [D in DType]: new (length: number) => TypedArray } = {
  bool: Uint8Array, uint32: Uint32Array, int32: Int32Array, float16: Float32Array, float32: Float32Array, float64: Float64Array,
};

const float = /*@__PURE__*/ new Float32Array(1);
const bits = /*@__PURE__*/ new Uint32Array(float.buffer);

/** bfloat16: the upper half of a float32. */
function upperHalf(sixteen: number): number {
  bits[0] = sixteen << 16;
  return float[0]!;
}
