/** Datasets: rows that are gathered into batches on the host. Tensors come into being in the loader. */
import { fail, type Tensor } from '@nn/tensor';
import { type Column, gatherColumns, type HostArray, resolveColumn } from './column.ts';

/**
 * Anything that a `DataLoader` can draw from: a number of rows, and a way to gather some of them.
 *
 * `Batch` lists what a batch consists of, usually inputs and labels. `gather` may return a promise, e.g. where rows come
 * from files; the loader then asks for the next batch while the current one is worked on.
 *
 * @example
 * const squares: Dataset<[HostArray]> = {
 *   length: 100,
 *   gather: (rows) => [{ data: Float32Array.from(rows, (i) => i * i), shape: [rows.length, 1], dtype: 'float32' }],
 * };
 */
export interface Dataset<Batch extends readonly HostArray[] = readonly [HostArray, HostArray]> {
  /** Number of rows. */
  readonly length: number;
  /**
   * The given rows, in the given order, as one host array a column: `[rows.length, ...row]`.
   *
   * @param spare an earlier batch of this dataset that nobody reads any more: its arrays may be filled and given again
   */
  gather(rows: ArrayLike<number>, spare?: Batch): Batch | Promise<Batch>;
}

/** One host array for each of `Columns`. */
export type BatchOf<Columns extends readonly unknown[]> = { [K in keyof Columns]: HostArray };

/**
 * Columns of equal length, one row an example; as `torch.utils.data.TensorDataset`.
 *
 * A column is a tensor, whose values are copied to the host as they are now, or a typed array with its shape, which is
 * used where it lies. Batches are float32 for floats and int32 for integers; see {@link Column} for other dtypes and for
 * scaling at no cost.
 *
 * @throws Where there is no column, shapes do not fit, or the numbers of rows differ.
 * @example
 * const xor = new TensorDataset(tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), tensor([[0], [1], [1], [0]]));
 * const bytes = new TensorDataset({ data: pixels, shape: [1000, 784], dtype: 'float32', scale: 1 / 255 }, { data: labels });
 */
export class TensorDataset<const Columns extends readonly (Tensor | Column)[]> implements Dataset<BatchOf<Columns>> {
  readonly length: number;
  readonly #columns: readonly Required<Column>[] | Promise<readonly Required<Column>[]>;

  constructor(...columns: Columns) {
    const counts = columns.map(rowsIn);
    const [length] = counts;
    if (length === undefined) fail('TensorDataset', 'no column was given', 'Give tensors, or typed arrays with their shapes.');
    if (counts.some((count) => count !== length)) fail('TensorDataset', `the columns have ${counts.join(', ')} rows`, 'Every column needs one row an example.');
    this.length = length;
    const resolved = columns.map((column) => (isColumn(column) ? resolveColumn(column, 'TensorDataset') : download(column)));
    this.#columns = resolved.some((column) => column instanceof Promise) ? Promise.all(resolved.map((column) => Promise.resolve(column))) : (resolved as Required<Column>[]);
    // A failed read is reported by the gather that needs it.
    if (this.#columns instanceof Promise) this.#columns.catch(() => undefined);
  }

  gather(rows: ArrayLike<number>, spare?: BatchOf<Columns>): BatchOf<Columns> | Promise<BatchOf<Columns>> {
    const from = (columns: readonly Required<Column>[]) => gatherColumns(columns, rows, spare) as unknown as BatchOf<Columns>;
    return this.#columns instanceof Promise ? this.#columns.then(from) : from(this.#columns);
  }
}

const isColumn = (column: Tensor | Column): column is Column => ArrayBuffer.isView(column.data);

function rowsIn(column: Tensor | Column): number {
  const { shape } = column;
  if (shape === undefined) return column.data.length;
  return shape[0] ?? fail('TensorDataset', 'a column is a scalar', 'Its first axis counts the examples.');
}

async function download(tensor: Tensor): Promise<Required<Column>> {
  const { shape, dtype } = tensor;
  return { data: await tensor.data(), shape, dtype, scale: 1, shift: 0 };
}

/**
 * Some rows of a dataset, in the given order; as `torch.utils.data.Subset`. Nothing is copied.
 *
 * @throws Where a row is not one of the dataset's.
 * @example
 * const firstHundred = new Subset(data, Array.from({ length: 100 }, (_, i) => i));
 */
export class Subset<Batch extends readonly HostArray[] = readonly [HostArray, HostArray]> implements Dataset<Batch> {
  readonly dataset: Dataset<Batch>;
  /** Row numbers in `dataset`. A subset of a subset refers to the whole. */
  readonly rows: Int32Array;

  constructor(dataset: Dataset<Batch>, rows: ArrayLike<number>) {
    const wrong = Array.prototype.findIndex.call(rows, (row: number) => !(Number.isInteger(row) && row >= 0 && row < dataset.length));
    if (wrong >= 0) fail('Subset', `there is no row ${rows[wrong]} among ${dataset.length}`, `Rows are 0 to ${dataset.length - 1}.`);
    this.dataset = dataset instanceof Subset ? dataset.dataset : dataset;
    this.rows = dataset instanceof Subset ? dataset.rowsOf(rows) : Int32Array.from(rows);
  }

  get length(): number {
    return this.rows.length;
  }

  gather(rows: ArrayLike<number>, spare?: Batch): Batch | Promise<Batch> {
    return this.dataset.gather(this.rowsOf(rows), spare);
  }

  private rowsOf(rows: ArrayLike<number>): Int32Array {
    return Int32Array.from(rows, (row) => this.rows[row] ?? fail('gather', `there is no row ${row} among ${this.length}`, `Rows are 0 to ${this.length - 1}.`));
  }
}
