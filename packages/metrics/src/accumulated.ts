import { fail, fuse, keep, quietly, reference, type Scalar, show, type Tensor, tensor } from '@nn/tensor';
import type { Metric } from './metric.ts';

let host: Tensor['device'] | undefined;
const sum = fuse((state: Scalar, counts: Scalar) => [state.add(counts)]);

/**
 * A metric whose memory is one small tensor on the device of its batches. `update` never waits; `compute` reads once and scores in float64.
 * To write one's own: say what a batch adds, and what the whole comes to.
 *
 * @typeParam In - what a batch consists of
 * @typeParam Result - a number, or a nested array of them
 * @example
 * class Bias extends Accumulated<[outputs: Tensor, targets: Tensor]> {
 *   readonly typeName = 'Bias';
 *   protected blank() { return NaN; }
 *   protected count(outputs: Tensor, targets: Tensor) { return stack([outputs.sub(targets).sum(), outputs.newFull([], outputs.numel)]); }
 *   protected score(state: Tensor) { return state.at(0).div(state.at(1)); }
 * }
 * const bias = new Bias();
 * bias.update(tensor([1, 3]), tensor([1, 2]));
 * await bias.compute(); // 0.5
 */
export abstract class Accumulated<In extends unknown[], Result = number> implements Metric<In, Result> {
  /** The name under which summaries and logs show it: torchmetrics'. */
  abstract readonly typeName: string;
  #state: Tensor | undefined;

  /** What a batch adds; always of the same shape and dtype. */
  protected abstract count(...batch: In): Tensor;
  /** What a state comes to, written for any device: floating point in, the result out. */
  protected abstract score(state: Tensor): Tensor;
  /** What `compute` gives where nothing was counted. */
  protected abstract blank(): Result;
  /** The state of two sets of batches, where it is not their sum. */
  protected combine?(one: Tensor, other: Tensor): Tensor;
  /** Looks at a state that was read, before it is scored; for what has to be said about the batches. */
  protected inspect?(state: Float64Array): void;
  /** Where it counts, once it has. */
  protected get device(): Tensor['device'] | undefined { return this.#state?.device; }

  /**
   * Counts a batch.
   * @throws where the shapes do not fit
   */
  update(...batch: In): void { quietly(() => { this.#add(this.count(...batch)); }, `${this.typeName}.update`); }

  /** Counts a batch and gives its own value, a tensor on the device. */
  forward(...batch: In): Tensor {
    return quietly(() => {
      const counts = this.count(...batch);
      this.#add(counts);
      return this.score(counts.dtype === 'float64' ? counts : counts.cast('float32'));
    }, `${this.typeName}.forward`);
  }

  /** What all batches since the last `reset` come to. Waits for the device. */
  async compute(): Promise<Result> {
    if (!this.#state) return this.blank();
    const { shape } = this.#state;
    const values = Float64Array.from(await this.#state.data());
    this.inspect?.(values);
    host ??= reference();
    const device = host;
    const result = quietly(() => this.score(tensor(values, { shape, dtype: 'float64', device })), `${this.typeName}.compute`);
    const read = await result.toArray();
    result.release();
    return read as Result;
  }

  /** Starts anew. */
  reset(): void {
    this.#state?.release();
    this.#state = undefined;
  }

  /**
   * Takes in what another metric of the same kind and options has counted; the other keeps it.
   * @throws where they live on different devices: move one by `to` first
   */
  merge(other: this): this {
    const state = other.#state;
    if (state) quietly(() => { this.#add(state); }, `${this.typeName}.merge`);
    return this;
  }

  /** What was counted: `{ state }`, a copy on its device, or nothing before the first batch. */
  stateDict(): Record<string, Tensor> { return this.#state ? { state: quietly(() => keep(this.#state!.clone()), `${this.typeName}.stateDict`) } : {}; }

  /**
   * Goes on from what {@link stateDict} gave.
   *
   * @throws where it holds something else
   */
  loadStateDict(dict: Readonly<Record<string, Tensor>>): void {
    const { state, ...others } = dict;
    if (Object.keys(others).length > 0) fail(`${this.typeName}.loadStateDict`, `there is no ${Object.keys(others).join(', ')}`, 'Give what stateDict() gave: { state }, or {}.');
    if (state && this.#state && show(state.shape) !== show(this.#state.shape)) fail(`${this.typeName}.loadStateDict`, `the state is ${show(state.shape)}, not ${show(this.#state.shape)}`, 'Give the state of a metric of the same options.');
    this.reset();
    if (state) this.#state = quietly(() => keep(state.clone()), `${this.typeName}.loadStateDict`);
  }

  /** Moves what was counted to another device. */
  async to(device: Tensor['device']): Promise<this> {
    await this.#state?.moveTo(device);
    return this;
  }

  #add(counts: Tensor): void {
    const state = this.#state;
    if (!state) this.#state = keep(counts.clone());
    else if (this.combine) state.assign(this.combine(state, counts));
    else sum.into([state], state, counts);
  }
}
