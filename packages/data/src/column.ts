/**
 * A column is one array of a dataset on the host: a row for each example, kept as compactly as it came, and turned into
 * what the model wants while a batch is gathered, in the one pass that copies it anyway.
 */
import { type DType, fail, isFloat, show, sizeOf, type TypedArray } from '@nn/tensor';

/** Rows on the host, one after the other, and how they become batches. */
export interface Column {
  readonly data: TypedArray;
  /** All of it: `[rows, ...row]`. Default `[data.length]`, one number a row. */
  readonly shape?: readonly number[];
  /** Of the batches. Default: float32 for floats (float64 for a Float64Array), int32 for integers, so that bytes are labels unless told otherwise. */
  readonly dtype?: DType;
  /** Batches hold `value * scale + shift`; float dtypes only. Default 1. */
  readonly scale?: number;
  /** Default 0. */
  readonly shift?: number;
}

/** Values on the host, ready to become a tensor. */
export interface HostArray {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

type Resolved = Required<Column>;

function defaultDType(data: TypedArray): DType {
  if (data instanceof Float64Array) return 'float64';
  return data instanceof Float32Array ? 'float32' : 'int32';
}

/** The column with its defaults, checked. `operation` is what errors name. */
export function resolveColumn(column: Column, operation: string): Required<Column> {
  const { data, shape = [data.length], dtype = defaultDType(data), scale = 1, shift = 0 } = column;
  const size = sizeOf(shape);
  if (shape.length === 0 || size !== data.length) {
    fail(operation, `a column's shape ${show(shape)} does not fit its ${data.length} values`, 'The shape is [rows, ...row].');
  }
  if (!isFloat(dtype) && (scale !== 1 || shift !== 0)) {
    fail(operation, `scale ${scale} and shift ${shift} were given for batches of ${dtype}`, "They need a float: add dtype: 'float32'.");
  }
  return { data, shape, dtype, scale, shift };
}

/** Numbers of a row from which on rows are copied whole. */
const LONG = 32;

/** Copies `rows` of the column, in that order, into an array of shape `[rows.length, ...row]`: a new one, or `spare` where it has the size and dtype. */
function gatherRows(column: Resolved, rows: ArrayLike<number>, spare?: HostArray): HostArray {
  const { data, shape, dtype, scale, shift } = column;
  const [count = 0, ...row] = shape;
  const size = sizeOf(row);
  const length = rows.length * size;
  const out = spare?.data.length === length && spare.dtype === dtype ? spare.data : hostArray(dtype, length);
  const plain = scale === 1 && shift === 0;
  // Of a few numbers, making the view of a row takes longer than copying them.
  const whole = plain && size >= LONG && data.constructor === out.constructor;
  for (let i = 0, to = 0; i < rows.length; i++, to += size) {
    const from = rows[i]! * size;
    if (!(from >= 0 && from + size <= data.length && Number.isInteger(from))) fail('gather', `there is no row ${rows[i]} among ${count}`, `Rows are 0 to ${count - 1}.`);
    if (whole) out.set(data.subarray(from, from + size), to);
    else if (plain) for (let j = 0; j < size; j++) out[to + j] = data[from + j]!;
    else for (let j = 0; j < size; j++) out[to + j] = data[from + j]! * scale + shift;
  }
  return { data: out, shape: [rows.length, ...row], dtype };
}

/** {@link gatherRows} of each column. */
export function gatherColumns<Columns extends readonly Resolved[]>(columns: Columns, rows: ArrayLike<number>, spare?: readonly HostArray[]): { [K in keyof Columns]: HostArray } {
  return columns.map((column, i) => gatherRows(column, rows, spare?.[i])) as { [K in keyof Columns]: HostArray };
}

function hostArray(dtype: DType, length: number): TypedArray {
  switch (dtype) {
    case 'bool': return new Uint8Array(length);
    case 'uint32': return new Uint32Array(length);
    case 'int32': return new Int32Array(length);
    case 'float64': return new Float64Array(length);
    default: return new Float32Array(length);
  }
}
