/** What steps log: written down on the device, read a handful of steps at a time, so that no step waits. */
import { noGrad } from '@nn/autograd';
import { type DType, fail, fuse, isFloat, keep, show, type Tensor, zeros } from '@nn/tensor';

/** Steps between two reads. */
const STEPS = 32;
/** Numbers in one buffer. */
const ROOM = 256;

/** `value` at position `at` of the buffer, the rest as it was. */
const noted = /*@__PURE__*/ fuse((buffer, value, at) => value.where(buffer.index(0).eq(at), buffer));

/** How the values of an epoch become one. `mean` weighs each batch by its size, `batchMean` counts each alike. */
export type ReduceFx = 'mean' | 'batchMean' | 'sum' | 'max' | 'min' | ((values: readonly number[]) => number);

/** How a value is treated. */
export interface EntryOptions {
  readonly onStep: boolean;
  readonly onEpoch: boolean;
  readonly progBar: boolean;
  readonly logger: boolean;
  readonly reduceFx: ReduceFx;
}

/** The values of one step, as numbers. */
export interface Row {
  /** Within the pass, from 1. */
  readonly step: number;
  readonly globalStep: number;
  readonly values: ReadonlyMap<string, number>;
}

/** An epoch's value and what it is of. */
export interface Reduced { readonly value: number; readonly of: string }

/** A name's values so far. Plain data: it goes into checkpoints. */
interface Total { sum: number; weight: number; batches: number; max: number; min: number; values: number[] | null }

interface Buffer { readonly tensor: Tensor; used: number }
interface Noted { readonly name: string; readonly value: number | { readonly buffer: Buffer; readonly at: number }; readonly weight: number }
interface Open { readonly step: number; readonly globalStep: number; readonly batchSize: number; readonly noted: Noted[] }

const count = (n: number, word: 'batches' | 'examples'): string => `${n.toLocaleString('en-US')} ${n === 1 ? { batches: 'batch', examples: 'example' }[word] : word}`;

/** The log of one pass over a loader. */
export class Journal {
  readonly options = new Map<string, EntryOptions>();
  readonly #rows: Open[] = [];
  readonly #totals = new Map<string, Total>();
  #buffers: Buffer[] = [];
  #open: Open | undefined;
  #seen = new Map<Tensor, Noted['value']>();

  /** Whether it is time to `read`. */
  get full(): boolean { return this.#rows.length >= STEPS; }

  /** What follows belongs to this step. */
  begin(step: number, globalStep: number, batchSize: number): void {
    this.#open = { step, globalStep, batchSize, noted: [] };
    this.#rows.push(this.#open);
  }

  /** No step is open: what is logged counts once. */
  end(): void {
    this.#open = undefined;
    this.#seen.clear();
  }

  /**
   * Takes down a value.
   * @throws where it is not one number, or was logged in another way before
   */
  note(operation: string, name: string, value: Tensor | number, options: EntryOptions, batchSize?: number): void {
    const before = this.options.get(name);
    if (before && (String(before.reduceFx) !== String(options.reduceFx) || before.onStep !== options.onStep || before.onEpoch !== options.onEpoch)) {
      fail(operation, `'${name}' was logged before with other options`, 'Log it alike in every step, or under another name.');
    }
    this.options.set(name, options);
    const row = this.#open ?? { step: 0, globalStep: 0, batchSize: 1, noted: [] };
    if (!this.#open) this.#rows.push(row);
    if (row.noted.some((other) => other.name === name)) fail(operation, `'${name}' was logged twice in one step`, 'Give each value a name of its own.');
    row.noted.push({ name, value: typeof value === 'number' ? value : this.#write(operation, name, value), weight: batchSize ?? row.batchSize });
  }

  /** The rows since the last call, in order. Waits for the device. */
  async read(): Promise<Row[]> {
    const numbers = new Map<Buffer, ArrayLike<number>>();
    for (const buffer of this.#buffers) if (buffer.used > 0) numbers.set(buffer, await buffer.tensor.data());
    const rows = this.#rows.splice(0).map(({ step, globalStep, noted: entries }) => {
      const values = new Map<string, number>();
      for (const { name, value, weight } of entries) {
        const number = typeof value === 'number' ? value : numbers.get(value.buffer)![value.at]!;
        values.set(name, number);
        this.#add(name, number, weight);
      }
      return { step, globalStep, values };
    });
    for (const buffer of this.#buffers) buffer.used = 0;
    this.#seen.clear();
    return rows;
  }

  /** The value of the epoch so far, of what was read. */
  reduced(name: string): Reduced | undefined {
    const total = this.#totals.get(name);
    if (!total) return undefined;
    const { sum, weight, batches } = total;
    const reduce = this.options.get(name)?.reduceFx ?? 'mean';
    if (typeof reduce === 'function') return { value: reduce(total.values ?? []), of: `${reduce.name || 'reduceFx'} of ${count(batches, 'batches')}` };
    switch (reduce) {
      case 'mean': return { value: sum / weight, of: batches === 1 && weight === 1 ? 'one value' : `mean over ${count(weight, 'examples')}` };
      case 'batchMean': return { value: sum / batches, of: `mean of ${count(batches, 'batches')}` };
      case 'sum': return { value: sum, of: `sum of ${count(batches, 'batches')}` };
      default: return { value: total[reduce], of: `${reduce} of ${count(batches, 'batches')}` };
    }
  }

  /** The epoch so far, for a checkpoint; read first. */
  get state(): Readonly<Record<string, unknown>> { return Object.fromEntries([...this.#totals].map(([name, total]) => [name, { ...total }])); }
  set state(totals: Readonly<Record<string, unknown>>) { for (const [name, total] of Object.entries(totals as Record<string, Total>)) this.#totals.set(name, { ...total }); }

  release(): void {
    for (const { tensor } of this.#buffers) tensor.release();
    this.#buffers = [];
  }

  #write(operation: string, name: string, value: Tensor): Noted['value'] {
    if (value.numel !== 1) fail(operation, `'${name}' has the shape ${show(value.shape)}`, 'One number is needed: reduce it first, e.g. by mean().');
    const seen = this.#seen.get(value);
    if (seen !== undefined) return seen;
    const dtype: DType = isFloat(value.dtype) ? value.dtype : 'float32';
    const buffer = this.#buffer(value, dtype);
    const at = buffer.used++;
    noGrad(() => { noted.into([buffer.tensor], buffer.tensor, value.detach().cast(dtype).reshape(1), at); });
    const place = { buffer, at };
    this.#seen.set(value, place);
    return place;
  }

  #buffer({ device }: Tensor, dtype: DType): Buffer {
    let buffer = this.#buffers.find(({ tensor, used }) => used < ROOM && tensor.device === device && tensor.dtype === dtype);
    if (!buffer) this.#buffers.push((buffer = { tensor: keep(zeros([ROOM], { device, dtype })), used: 0 }));
    return buffer;
  }

  #add(name: string, value: number, weight: number): void {
    const total = this.#totals.get(name) ?? { sum: 0, weight: 0, batches: 0, max: -Infinity, min: Infinity, values: null };
    this.#totals.set(name, total);
    const reduce = this.options.get(name)?.reduceFx;
    total.sum += reduce === 'mean' ? value * weight : value;
    total.weight += weight;
    total.batches++;
    total.max = Math.max(total.max, value);
    total.min = Math.min(total.min, value);
    if (typeof reduce === 'function') (total.values ??= []).push(value);
  }
}
