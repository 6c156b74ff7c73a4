import { defaultDevice, type Device, fail, type Generator, type GeneratorState, tensor, type Tensor } from '@nn/tensor';
import type { HostArray } from './column.ts';
import type { Dataset } from './dataset.ts';
import { BatchSampler, RandomSampler, type Sampler, SequentialSampler } from './sampler.ts';
import { generatorOf, type Seeding } from './seeding.ts';

/** Options of {@link DataLoader}. */
export interface DataLoaderOptions extends Seeding {
  /** Rows in a batch. Default 1. */
  readonly batchSize?: number;
  /** Another random order in each epoch. Default false. */
  readonly shuffle?: boolean;
  /** Leaves out a last batch that is smaller than the others. Default false. */
  readonly dropLast?: boolean;
  /** Which rows, in which order, instead of `shuffle`. */
  readonly sampler?: Sampler;
  /** Which rows make a batch, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  readonly batchSampler?: Sampler<ArrayLike<number>>;
  /** Where the tensors live. Default: the default device. */
  readonly device?: Device;
  /** How many batches are asked of the dataset ahead of the one worked on, which matters where it reads files. Default 1. */
  readonly prefetch?: number;
  /** PyTorch's number of processes. It changes nothing: batches are gathered ahead, while the device works, in this process; see `prefetch`. */
  readonly numWorkers?: number;
  /** PyTorch's page-locked memory. It changes nothing here. */
  readonly pinMemory?: boolean;
}

/** What becomes of a gathered batch before it is made tensors. */
export interface Collating<Batch, Out> {
  /**
   * Changes batches on the host: pads, augments, encodes. Unlike PyTorch's it is given the batch, an array a column, not the rows one by one.
   * Default: nothing is changed.
   */
  readonly collateFn?: (batch: Batch) => Out | Promise<Out>;
}

/** A tensor for each array of a batch. */
export type TensorsOf<Batch extends readonly HostArray[]> = { -readonly [K in keyof Batch]: Tensor };

/** Where a loader stands: enough to go on exactly, as JSON. */
export interface LoaderState {
  /** Batches of the epoch that have been given; 0 between epochs. */
  readonly batch: number;
  /** The random stream, as it was before the epoch's order was drawn. */
  readonly order?: GeneratorState;
  /** The random stream now. */
  readonly generator?: GeneratorState;
}

const OPTIONS = ['batchSize', 'shuffle', 'dropLast', 'sampler', 'batchSampler', 'device', 'prefetch', 'numWorkers', 'pinMemory', 'seed', 'generator', 'collateFn'];

/**
 * Draws a dataset batch by batch, as tensors; as `torch.utils.data.DataLoader`. Each `for await` over it is an epoch.
 *
 * The same seed gives the same orders, epoch for epoch. Leaving the loop early is fine. Between batches it gives the
 * device the opportunity to free what nobody holds any more.
 *
 * @throws Where an option is unknown, is out of range, or contradicts another.
 * @example
 * const loader = new DataLoader(train, { batchSize: 32, shuffle: true });
 * for await (const [inputs, labels] of loader) {
 *   const loss = criterion.forward(model.forward(inputs), labels); // inputs [32, 784], labels [32]
 * }
 */
export class DataLoader<Batch extends readonly HostArray[] = readonly [HostArray, HostArray], Out extends readonly HostArray[] = Batch> implements AsyncIterable<TensorsOf<NoInfer<Out>>> {
  readonly dataset: Dataset<Batch>;
  readonly batchSampler: Sampler<ArrayLike<number>>;
  /** The random stream of the order; undefined where nothing is random. */
  readonly generator: Generator | undefined;
  readonly #options: DataLoaderOptions & Collating<Batch, Out>;
  #position: LoaderState = { batch: 0 };
  #resumed: LoaderState | undefined;

  constructor(dataset: Dataset<Batch>, options: DataLoaderOptions & Collating<Batch, Out> = {}) {
    check(options);
    const { batchSize = 1, dropLast, shuffle, sampler, batchSampler } = options;
    this.dataset = dataset;
    this.#options = options;
    this.batchSampler = batchSampler ?? new BatchSampler(sampler ?? (shuffle ? new RandomSampler(dataset, { generator: generatorOf(options, 'DataLoader') }) : new SequentialSampler(dataset)), batchSize, dropLast);
    this.generator = this.batchSampler.generator;
  }

  /** Undefined where a `batchSampler` decides. Another one holds from the next epoch on. */
  get batchSize(): number | undefined { return this.#options.batchSampler ? undefined : (this.batchSampler as BatchSampler).batchSize; }
  set batchSize(size: number | undefined) {
    if (this.#options.batchSampler || size === undefined) fail('DataLoader', `batchSize is set to ${size}${this.#options.batchSampler ? ', but a batchSampler decides' : ''}`, 'Give a loader without batchSampler a number.');
    (this.batchSampler as BatchSampler).batchSize = size;
  }

  /** Number of batches in an epoch. */
  get length(): number {
    return this.batchSampler.length;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TensorsOf<NoInfer<Out>>, void, undefined> {
    const { device = defaultDevice(), prefetch = 1, collateFn } = this.#options;
    const { batches, first, order } = this.#draw();
    const spares: Batch[] = [];
    let slow = false;
    const gather = async (rows: ArrayLike<number>): Promise<readonly HostArray[]> => {
      const given = this.dataset.gather(rows, spares.pop());
      slow = given instanceof Promise;
      const batch = await given;
      return collateFn ? collateFn(batch) : batch;
    };
    const ahead: (() => Promise<readonly HostArray[]>)[] = [];
    try {
      for (let batch = first, asked = first; batch < batches.length; batch++) {
        for (; asked < Math.min(batch + 1 + prefetch, batches.length); asked++) {
          const rows = batches[asked]!;
          const begin = once(() => gather(rows));
          ahead.push(begin);
          // What takes this thread's time is best done while it would wait for the device; what waits for files, the sooner the better.
          if (asked === batch || slow) void begin();
          else device.meanwhile.add(begin);
        }
        const begin = ahead.shift()!;
        device.meanwhile.delete(begin);
        const arrays = await begin();
        await device.relieve();
        this.#position = { batch: batch + 1, ...order };
        const tensors = arrays.map(({ data, shape, dtype }) => tensor(data, { shape, dtype, device })) as TensorsOf<NoInfer<Out>>;
        if (!collateFn) spares.push(arrays as unknown as Batch);
        yield tensors;
      }
    } finally {
      for (const begin of ahead) device.meanwhile.delete(begin);
    }
    this.#position = { batch: 0 };
  }

  /**
   * Where it stands, to be saved beside a model in training: after the batch that was given last, or between epochs.
   *
   * @example
   * const state = JSON.stringify(loader.stateDict());
   * anotherLoader.loadStateDict(JSON.parse(state)); // its next loop goes on with the next batch, and then with the next epochs
   */
  stateDict(): LoaderState {
    const { order, batch } = this.#resumed ?? this.#position;
    return { batch, ...(order && { order }), ...(this.generator && { generator: this.generator.state }) };
  }

  /**
   * Goes on from `state`: the next loop gives the rest of that epoch. Where the order comes from the stream that `manualSeed` seeds, that is set too.
   *
   * @throws Where the state is of a loader with other options.
   */
  loadStateDict(state: LoaderState): void {
    const { batch, generator, order } = state;
    if (!(Number.isInteger(batch) && batch >= 0 && batch <= this.length)) fail('DataLoader', `the state stands at batch ${batch} of ${this.length}`, 'It is of another loader.');
    if (!generator !== !this.generator || (this.generator && batch > 0 && !order)) fail('DataLoader', `the state is of a loader ${generator ? 'with' : 'without'} a random order`, 'It is of another loader.');
    if (this.generator && generator) this.generator.state = generator;
    this.#resumed = state;
  }

  /** The batches of an epoch, and the first to be given. */
  #draw(): { batches: readonly ArrayLike<number>[]; first: number; order: Pick<LoaderState, 'order'> } {
    const { generator } = this;
    const resumed = this.#resumed?.batch ? this.#resumed : undefined;
    this.#resumed = undefined;
    // An order that was begun is drawn again from where it was, which leaves the stream as it is now.
    const now = generator?.state;
    if (generator && resumed?.order) generator.state = resumed.order;
    const order = generator && { order: generator.state };
    const batches = [...this.batchSampler];
    if (generator && now && resumed) generator.state = now;
    const first = resumed?.batch ?? 0;
    this.#position = { batch: first, ...order };
    return { batches, first, order: order ?? {} };
  }
}

/** Begins when first called. What it throws is thrown where it is awaited, if the loop comes so far. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    if (!made) {
      made = make();
      made.catch(() => undefined);
    }
    return made;
  };
}

function check(options: DataLoaderOptions): void {
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) fail('DataLoader', `there is no option ${unknown}`, `There are ${OPTIONS.join(', ')}.`);
  const { batchSize = 1, prefetch = 1, numWorkers = 0, shuffle, dropLast, sampler, batchSampler } = options;
  if (!(Number.isInteger(batchSize) && batchSize > 0)) fail('DataLoader', `batchSize is ${batchSize}`, 'Give a positive whole number.');
  for (const [name, value] of [['prefetch', prefetch], ['numWorkers', numWorkers]] as const) {
    if (!(Number.isInteger(value) && value >= 0)) fail('DataLoader', `${name} is ${value}`, 'Give a whole number from 0 on.');
  }
  if (sampler && shuffle) fail('DataLoader', 'both a sampler and shuffle were given', 'The sampler decides the order: leave out shuffle.');
  if (batchSampler && (batchSize !== 1 || shuffle || sampler || dropLast)) fail('DataLoader', 'a batchSampler was given beside batchSize, shuffle, sampler or dropLast', 'It decides all of them: leave them out.');
  if ((sampler || batchSampler) && (options.seed !== undefined || options.generator)) fail('DataLoader', 'a seed or generator was given beside a sampler', 'Give it to the sampler.');
}
