import { fail, fuse, keep, quietly, type Scalar, show, type Tensor } from '@nn/tensor';
import type { Metric } from './metric.ts';

/** What {@link Accuracy} takes. */
export interface AccuracyOptions {
  /** What is classified: one class of several. The only task for now, and the default. */
  readonly task?: 'multiclass';
  /** The number of classes; where given, logits must have it. */
  readonly numClasses?: number;
}

const hits = fuse((predicted: Scalar, truth: Scalar) => predicted.eq(truth).cast('int32'));
const plus = fuse((count: Scalar, more: Scalar) => [count.add(more)]);

/**
 * The share of right answers, over all batches since the last `reset`. Counting happens on the device; only `compute` reads.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/classification/accuracy.html (`average="micro"`)
 *
 * @example
 * const accuracy = new Accuracy({ numClasses: 10 });
 * for await (const [inputs, labels] of loader) accuracy.update(model.forward(inputs), labels);
 * console.log(await accuracy.compute());
 */
export class Accuracy implements Metric<[outputs: Tensor, targets: Tensor]> {
  static readonly typeName = 'MulticlassAccuracy';
  readonly typeName = Accuracy.typeName;
  readonly #numClasses: number | undefined;
  /** How many were right, [] int32. */
  #right: Tensor | undefined;
  #total = 0;

  constructor({ task = 'multiclass', numClasses }: AccuracyOptions = {}) {
    if (task !== 'multiclass') fail('Accuracy', `there is no task '${String(task)}'`, "Use 'multiclass'.");
    if (numClasses !== undefined && !(Number.isInteger(numClasses) && numClasses > 1)) fail('Accuracy', `numClasses is ${numClasses}`, 'Use a whole number from 2 on.');
    this.#numClasses = numClasses;
  }

  /**
   * Counts a batch.
   *
   * @param outputs labels of the targets' shape, or logits or probabilities with one more axis of C classes, the second: [N, C], [N, C, d1, ...]
   * @param targets labels, [N] or [N, d1, ...]
   * @throws where the shapes do not fit
   */
  update(outputs: Tensor, targets: Tensor): void { this.#count(outputs, targets); }

  /** Counts a batch and gives its own accuracy, a float32 scalar on the device. */
  forward(outputs: Tensor, targets: Tensor): Tensor {
    return quietly(() => this.#count(outputs, targets).div(targets.numel), 'Accuracy.forward');
  }

  /** The accuracy of all that was counted, 0 to 1; NaN where nothing was. */
  async compute(): Promise<number> { return (await this.#right?.item() ?? NaN) / this.#total; }

  /** Starts anew. */
  reset(): void {
    this.#right?.release();
    this.#right = undefined;
    this.#total = 0;
  }

  /** Moves the counts to another device. */
  async to(device: Tensor['device']): Promise<this> {
    await this.#right?.moveTo(device);
    return this;
  }

  /** The number of hits in a batch, added to the total. */
  #count(outputs: Tensor, targets: Tensor): Tensor {
    const labels = this.#labels(outputs, targets);
    return quietly(() => {
      const right = hits.reduce('sum', undefined, labels ? outputs : outputs.argmax(1), targets);
      const count = (this.#right ??= keep(right.newFull([], 0)));
      plus.into([count], count, right);
      this.#total += targets.numel;
      return right;
    }, 'Accuracy.update');
  }

  /** Whether the outputs are labels already. */
  #labels(outputs: Tensor, targets: Tensor): boolean {
    const [samples, classes, ...rest] = outputs.shape;
    if (show(outputs.shape) === show(targets.shape)) return true;
    if (classes === undefined || show([samples!, ...rest]) !== show(targets.shape)) {
      fail('Accuracy', `the outputs are ${show(outputs.shape)}, the targets ${show(targets.shape)}`, 'Give labels of equal shape, or logits [N, C] with labels [N].');
    }
    if (this.#numClasses !== undefined && classes !== this.#numClasses) fail('Accuracy', `the outputs ${show(outputs.shape)} have ${classes} classes`, `It was made for ${this.#numClasses}.`);
    return false;
  }
}
