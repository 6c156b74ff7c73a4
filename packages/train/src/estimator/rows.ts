/** What estimators are given: rows of numbers, and a target a row, in any of the forms they come in. */
import type { HostArray } from '@nn/data';
import { fail, show, type Tensor, type TypedArray } from '@nn/tensor';

/** Numbers `[rows, columns]`: a tensor, rows as arrays, or what a dataset's `gather` gives. */
export type Rows = Tensor | HostArray | readonly ArrayLike<number>[];

/** A target a row: an array, or numbers `[rows]`, `[rows, 1]` or `[rows, outputs]` as a tensor or what a dataset's `gather` gives. */
export type Targets<T> = Tensor | HostArray | TypedArray | readonly T[];

/** Rows on the host. */
export interface Matrix {
  readonly data: TypedArray;
  readonly rows: number;
  readonly columns: number;
}

/** @throws where `x` is no matrix, has no row, or holds what is not finite; `operation` is what errors name */
export async function readRows(operation: string, x: Rows): Promise<Matrix> {
  const { data, shape } = await values(operation, x);
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2) fail(operation, `x is ${show(shape)}`, 'Give [rows, features]: one row may be [row].');
  if (rows === 0 || columns === 0) fail(operation, `x is ${show(shape)}: there is nothing in it`, 'Give at least one row with one feature.');
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) fail(operation, `x holds ${data[wrong]}, in row ${Math.floor(wrong / columns)}`, 'Replace or leave out what is missing.');
  return { data, rows, columns };
}

/** The targets as a list: of what was given, or of numbers, or of rows of numbers. */
export async function readTargets<T>(operation: string, y: Targets<T>): Promise<readonly T[]> {
  if (Array.isArray(y)) return (y as readonly (T | readonly T[])[]).map((value) => (Array.isArray(value) && value.length === 1 ? value[0] : value)) as readonly T[];
  if (ArrayBuffer.isView(y)) return Array.from(y) as readonly unknown[] as readonly T[];
  const { data, shape } = await values(operation, y as Tensor | HostArray);
  const [rows = 0, outputs = 1] = shape;
  if (shape.length === 0 || shape.length > 2) fail(operation, `y is ${show(shape)}`, 'Give [rows], or [rows, outputs].');
  const flat = Array.from(data);
  return (outputs === 1 ? flat : Array.from({ length: rows }, (_, row) => flat.slice(row * outputs, (row + 1) * outputs))) as readonly unknown[] as readonly T[];
}

async function values(operation: string, x: Rows): Promise<{ data: TypedArray; shape: readonly number[] }> {
  if (!Array.isArray(x)) {
    const { data, shape } = x as Tensor | HostArray;
    return { data: typeof data === 'function' ? await (x as Tensor).data() : data, shape };
  }
  const rows = x as readonly ArrayLike<number>[];
  const columns = rows[0]?.length;
  if (rows.length > 0 && columns === undefined) fail(operation, `x is ${show([rows.length])}`, 'Give [rows, features]: a feature alone is rows of one number, [[1], [2]].');
  const uneven = rows.findIndex((row) => row.length !== columns);
  if (uneven >= 0) fail(operation, `row 0 of x has ${columns} numbers, row ${uneven} has ${rows[uneven]!.length}`, 'Give all rows the same features.');
  return { data: Float64Array.from(rows.flatMap((row) => Array.from(row))), shape: [rows.length, columns ?? 0] };
}
