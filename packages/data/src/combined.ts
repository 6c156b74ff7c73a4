/** Datasets made of others. */
import { fail, show } from '@nn/tensor';
import type { HostArray } from './column.ts';
import type { Dataset } from './dataset.ts';

/**
 * The rows of several datasets, one dataset after the other; as `torch.utils.data.ConcatDataset`. Nothing is copied until batches are gathered.
 *
 * @throws Where none is given; gathering, where their batches do not match in number of arrays, shapes or dtypes.
 * @example
 * const all = new ConcatDataset([train, test]);
 */
export class ConcatDataset<Batch extends readonly HostArray[] = readonly [HostArray, HostArray]> implements Dataset<Batch> {
  readonly datasets: readonly Dataset<Batch>[];

  constructor(datasets: readonly Dataset<Batch>[]) {
    if (datasets.length === 0) fail('ConcatDataset', 'no dataset was given');
    this.datasets = [...datasets];
  }

  get length(): number { return this.datasets.reduce((sum, { length }) => sum + length, 0); }

  async gather(rows: ArrayLike<number>): Promise<Batch> {
    const { length } = this;
    const own = this.datasets.map(() => ({ rows: [] as number[], places: [] as number[] }));
    Array.from(rows).forEach((row, place) => {
      if (!(Number.isInteger(row) && row >= 0 && row < length)) fail('gather', `there is no row ${row} among ${length}`, `Rows are 0 to ${length - 1}.`);
      let [dataset, at] = [0, row];
      while (at >= this.datasets[dataset]!.length) at -= this.datasets[dataset++]!.length;
      own[dataset]!.rows.push(at);
      own[dataset]!.places.push(place);
    });
    // Without rows the first dataset tells what an empty batch is.
    const asked = own.flatMap((part, i) => (part.rows.length > 0 || (rows.length === 0 && i === 0) ? [{ ...part, dataset: this.datasets[i]! }] : []));
    const batches = await Promise.all(asked.map(async (part) => part.dataset.gather(part.rows)));
    const [first] = batches;
    if (batches.length === 1) return first!;
    return first!.map((_, column) => merged(batches.map((batch) => batch[column]), asked.map(({ places }) => places), rows.length)) as unknown as Batch;
  }
}

/** The rows of `parts` at their `places`. */
function merged(parts: readonly (HostArray | undefined)[], places: readonly number[][], count: number): HostArray {
  const described = parts.map((part) => (part ? `${part.dtype} ${show(part.shape.slice(1))}` : 'nothing'));
  const [first] = parts;
  if (!first || described.some((text) => text !== described[0])) return fail('ConcatDataset', `rows do not match: ${described.join(', ')}`, 'All datasets must give rows of the same shapes and dtypes.');
  const shape = [count, ...first.shape.slice(1)];
  const size = first.data.length / first.shape[0]!;
  const data = new (first.data.constructor as new (length: number) => HostArray['data'])(count * size);
  parts.forEach((part, i) => places[i]!.forEach((place, row) => data.set(part!.data.subarray(row * size, (row + 1) * size), place * size)));
  return { data, shape, dtype: first.dtype };
}

/** The arrays of all of `Batches`, one after the other. */
export type Joined<Batches extends readonly (readonly HostArray[])[]> = Batches extends readonly [infer First extends readonly HostArray[], ...infer Rest extends readonly (readonly HostArray[])[]] ? readonly [...First, ...Joined<Rest>] : readonly [];

/**
 * Datasets of equal length side by side: a batch has the arrays of all; as `torch.utils.data.StackDataset`.
 *
 * @throws Where none is given, or their lengths differ.
 * @example
 * const pairs = new StackDataset(images, captions); // batches [pixels, labels, words]
 */
export class StackDataset<Batches extends readonly (readonly HostArray[])[]> implements Dataset<Joined<Batches>> {
  readonly datasets: readonly Dataset<readonly HostArray[]>[];
  readonly length: number;

  constructor(...datasets: { readonly [K in keyof Batches]: Dataset<Batches[K]> }) {
    const [first] = datasets;
    if (!first) fail('StackDataset', 'no dataset was given');
    if (datasets.some(({ length }) => length !== first.length)) fail('StackDataset', `the datasets have ${datasets.map(({ length }) => length).join(', ')} rows`, 'They must have the same number.');
    this.datasets = datasets;
    this.length = first.length;
  }

  async gather(rows: ArrayLike<number>): Promise<Joined<Batches>> {
    return (await Promise.all(this.datasets.map(async (dataset) => dataset.gather(rows)))).flat() as unknown as Joined<Batches>;
  }
}
