import { defaultDevice, type Device, fail, type Generator, tensor, type Tensor } from '@nn/tensor';
import type { HostArray } from './column.ts';
import type { Dataset } from './dataset.ts';
import { generatorOf, type Seeding } from './seeding.ts';

/** Options of {@link DataLoader}. */
export interface DataLoaderOptions extends Seeding {
  /** Rows in a batch. Default 1. */
  readonly batchSize?: number;
  /** Another random order in each epoch. Default false. */
  readonly shuffle?: boolean;
  /** Leaves out a last batch that is smaller than the others. Default false. */
  readonly dropLast?: boolean;
  /** Where the tensors live. Default: the default device. */
  readonly device?: Device;
  /** How many batches are asked of the dataset ahead of the one worked on, which matters where it reads files. Default 1. */
  readonly prefetch?: number;
}

/** A tensor for each array of a batch. */
export type TensorsOf<Batch extends readonly HostArray[]> = { -readonly [K in keyof Batch]: Tensor };

/**
 * Draws a dataset batch by batch, as tensors; as `torch.utils.data.DataLoader`. Each `for await` over it is an epoch.
 *
 * The same seed gives the same orders, epoch for epoch. Leaving the loop early is fine. Between batches it gives the
 * device the opportunity to free what nobody holds any more.
 *
 * @throws Where batchSize is not a positive whole number, or prefetch a negative one.
 * @example
 * const loader = new DataLoader(train, { batchSize: 32, shuffle: true });
 * for await (const [inputs, labels] of loader) {
 *   const loss = criterion.forward(model.forward(inputs), labels); // inputs [32, 784], labels [32]
 * }
 */
export class DataLoader<Batch extends readonly HostArray[] = readonly [HostArray, HostArray]> implements AsyncIterable<TensorsOf<Batch>> {
  readonly dataset: Dataset<Batch>;
  readonly batchSize: number;
  readonly #options: DataLoaderOptions;
  /** The stream that orders are drawn from; its state belongs into a checkpoint. */
  readonly generator: Generator | undefined;

  constructor(dataset: Dataset<Batch>, options: DataLoaderOptions = {}) {
    const { batchSize = 1, prefetch = 1 } = options;
    if (!(Number.isInteger(batchSize) && batchSize > 0)) fail('DataLoader', `batchSize is ${batchSize}`, 'Give a positive whole number.');
    if (!(Number.isInteger(prefetch) && prefetch >= 0)) fail('DataLoader', `prefetch is ${prefetch}`, 'Give a whole number from 0 on.');
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.#options = options;
    this.generator = options.shuffle ? generatorOf(options, 'DataLoader') : undefined;
  }

  /** Number of batches in an epoch. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.#options.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TensorsOf<Batch>, void, undefined> {
    const { device = defaultDevice(), prefetch = 1 } = this.#options;
    const { length, batchSize } = this;
    const order = this.#order();
    const gather = async (batch: number): Promise<Batch> => this.dataset.gather(order.subarray(batch * batchSize, (batch + 1) * batchSize));
    const ahead: Promise<Batch>[] = [];
    for (let batch = 0, asked = 0; batch < length; batch++) {
      for (; asked < Math.min(batch + 1 + prefetch, length); asked++) {
        const promise = gather(asked);
        promise.catch(() => undefined); // thrown where it is awaited below, if the loop comes so far
        ahead.push(promise);
      }
      const arrays = await ahead.shift()!;
      await device.relieve();
      yield arrays.map(({ data, shape, dtype }) => tensor(data, { shape, dtype, device })) as TensorsOf<Batch>;
    }
  }

  #order(): Int32Array {
    const n = this.dataset.length;
    return this.generator ? this.generator.permutation(n) : Int32Array.from({ length: n }, (_, i) => i);
  }
}
