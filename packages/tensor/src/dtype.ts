import { roundHalf } from './half.ts';

/**
 * Element types. Which of them a device can store is told by its `limits.dtypes`. float16 is a way to store: functions of it are computed in float32 and rounded once.
 */
export type DType = 'bool' | 'uint32' | 'int32' | 'float16' | 'float32' | 'float64';

/** Host values as they are written to and read from a device; float16 travels as float32, bool as bytes 0 and 1. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

interface Traits {
  readonly rank: number;
  readonly bytes: number;
  readonly array: { new (length: number): TypedArray; from(values: Iterable<number>): TypedArray };
}

/** Rank orders promotion: of two operands the higher rank wins, as in PyTorch. */
const traits: { readonly [D in DType]: Traits } = {
  bool: { rank: 0, bytes: 1, array: Uint8Array },
  uint32: { rank: 1, bytes: 4, array: Uint32Array },
  int32: { rank: 2, bytes: 4, array: Int32Array },
  float16: { rank: 3, bytes: 2, array: Float32Array },
  float32: { rank: 4, bytes: 4, array: Float32Array },
  float64: { rank: 5, bytes: 8, array: Float64Array },
};

export const isFloat = (dtype: DType): boolean => traits[dtype].rank >= 3;
export const isInteger = (dtype: DType): boolean => dtype === 'int32' || dtype === 'uint32';

/** Bytes of one element on the host's side of the contract. */
export const bytesOf = (dtype: DType): number => traits[dtype].bytes;

/** Its place in the order of promotion, 0 to 5. */
export const rankOf = (dtype: DType): number => traits[dtype].rank;

/** The dtype of a result of two operands. */
export const promote = (a: DType, b: DType): DType => (traits[a].rank >= traits[b].rank ? a : b);

/** What arithmetic gives: bool counts as int32. */
export const arithmetic = (dtype: DType): DType => (dtype === 'bool' ? 'int32' : dtype);

/** What functions such as `exp` and true division give: integers become float32. */
export const floating = (dtype: DType): DType => (isFloat(dtype) ? dtype : 'float32');

/** The dtype that a bare number takes beside an operand of `dtype`: numbers never promote a float, and integers only when fractional. */
export function weak(value: number, dtype: DType): DType {
  if (isFloat(dtype)) return dtype;
  return Number.isInteger(value) ? arithmetic(dtype) : 'float32';
}

/** What functions of `dtype` are computed in. */
export const computed = (dtype: DType): DType => (dtype === 'float16' ? 'float32' : dtype);

/** `values` of `dtype` as it holds them, in place: typed arrays round to every dtype but float16. */
export function rounded<T extends TypedArray>(dtype: DType, values: T): T {
  if (dtype === 'float16') for (let i = 0; i < values.length; i++) values[i] = roundHalf(values[i]!);
  return values;
}

/** A zeroed host array for `length` elements of `dtype`. */
export const hostArray = (dtype: DType, length: number): TypedArray => new traits[dtype].array(length);

/** `values` as a host array of `dtype`: int32 wraps, bool is "not zero", float16 is rounded to. */
export function toHostArray(dtype: DType, values: ArrayLike<number>): TypedArray {
  const array = traits[dtype].array;
  if (values instanceof array && dtype !== 'bool' && dtype !== 'float16') return values;
  const out = hostArray(dtype, values.length);
  if (dtype === 'bool') for (let i = 0; i < values.length; i++) out[i] = +(values[i] !== 0);
  else out.set(values);
  return rounded(dtype, out);
}

/** `value` as `dtype` holds it, e.g. 0.1 rounded to float32. */
export function round(value: number, dtype: DType): number {
  switch (dtype) {
    case 'bool': return value !== 0 ? 1 : 0;
    case 'uint32': return value >>> 0;
    case 'int32': return value | 0;
    case 'float64': return value;
    case 'float16': return roundHalf(value);
    default: return Math.fround(value);
  }
}
