/** The losses of a pass over the data: written down on the device, read a handful at a time, so that no step waits. */
import { fail, fuse, keep, show, type Tensor, zeros } from '@nn/tensor';

const ROOM = 32;

/** `loss` at position `at` of the log, the rest as it was. */
const noted = /*@__PURE__*/ fuse((log, loss, at) => loss.where(log.index(0).eq(at), log));

/** A running mean of batch losses. The values are those that reading each one would give. */
export class Losses {
  readonly #operation: string;
  readonly #where: string;
  #log: Tensor | undefined;
  #noted = 0;
  #sum = 0;
  /** How many have been read. */
  batches = 0;

  /** @param where appears in errors: `epoch 2, step` */
  constructor(operation: string, where: string) {
    this.#operation = operation;
    this.#where = where;
  }

  /** Whether it is time to `read`. */
  get full(): boolean {
    return this.#noted === ROOM;
  }

  /** Mean of the losses read so far. */
  get mean(): number {
    return this.#sum / this.batches;
  }

  /** Takes down the loss of one batch; at most 32 before each `read`. */
  add(loss: Tensor): void {
    if (loss.numel !== 1) fail(this.#operation, `the loss has the shape ${show(loss.shape)}`, "One number is needed: a criterion with reduction 'mean', say.");
    this.#log ??= keep(zeros([ROOM], { device: loss.device, dtype: loss.dtype }));
    noted.into([this.#log], this.#log, loss.reshape(1), this.#noted++);
  }

  /** @throws where one of them is not finite, naming its step */
  async read(): Promise<void> {
    if (!this.#log || this.#noted === 0) return;
    const losses = await this.#log.data();
    for (let i = 0; i < this.#noted; i++) {
      this.#sum += checkLoss(losses[i]!, this.#operation, `${this.#where} ${this.batches + 1}`);
      this.batches++;
    }
    this.#noted = 0;
  }

  release(): void {
    this.#log?.release();
    this.#log = undefined;
  }
}

/**
 * The loss, unless it is NaN or infinite.
 *
 * @param where what the error names, e.g. `epoch 2, step 17`
 * @throws where training cannot go on
 * @example
 * totalLoss += checkLoss(await loss.item(), 'train', `epoch ${epoch}, step ${step}`);
 */
export function checkLoss(loss: number, operation: string, where: string): number {
  if (Number.isFinite(loss)) return loss;
  return fail(operation, `the loss is ${loss} at ${where}`, 'Lower the learning rate, scale the inputs, or look for a division by zero or a logarithm of zero.');
}
