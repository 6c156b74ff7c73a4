import { cat, fail, keep, quietly, type Tensor } from '@nn/tensor';
import type { Metric } from './metric.ts';

/**
 * A metric that depends on all values together, as ranks do: batches are kept on their device, and read when it is computed. Memory grows with the batches until `reset`.
 *
 * @typeParam Result - what it comes to
 */
export abstract class Gathered<Result = number> implements Metric<[outputs: Tensor, targets: Tensor], Result> {
  abstract readonly typeName: string;
  #batches: (readonly [outputs: Tensor, targets: Tensor])[] = [];

  /** Checks a batch and brings it into the form that is kept: outputs and targets of as many elements or rows. */
  protected abstract prepare(outputs: Tensor, targets: Tensor): readonly [outputs: Tensor, targets: Tensor];
  /** What all values come to, row-major. */
  protected abstract solve(outputs: Float64Array, targets: Float64Array): Result;

  /**
   * Keeps a batch.
   * @throws where the shapes do not fit
   */
  update(outputs: Tensor, targets: Tensor): void {
    quietly(() => {
      const [x, y] = this.prepare(outputs, targets);
      this.#batches.push([keep(x.clone()), keep(y.clone())]);
    }, `${this.typeName}.update`);
  }

  /** Keeps a batch and gives its own value. Waits for the device, unlike metrics that only count. */
  async forward(outputs: Tensor, targets: Tensor): Promise<Result> {
    this.update(outputs, targets);
    const batch = this.#batches.at(-1) ?? fail(this.typeName, 'the batch was reset meanwhile');
    return this.#solve([batch]);
  }

  /** What all batches since the last `reset` come to. Waits for the device. */
  compute(): Promise<Result> { return this.#solve(this.#batches); }

  /** Starts anew. */
  reset(): void {
    for (const pair of this.#batches) for (const tensor of pair) tensor.release();
    this.#batches = [];
  }

  /** Takes in the batches of another metric of the same kind and options; the other keeps its own. */
  merge(other: this): this {
    quietly(() => { this.#batches.push(...other.#batches.map(([x, y]) => [keep(x.clone()), keep(y.clone())] as const)); }, `${this.typeName}.merge`);
    return this;
  }

  /** What was kept, all batches in one: `{ outputs, targets }` on their device, or nothing before the first batch. */
  stateDict(): Record<string, Tensor> {
    if (this.#batches.length === 0) return {};
    const all = (part: 0 | 1): Tensor => quietly(() => keep(cat(this.#batches.map((batch) => batch[part]), 0)), `${this.typeName}.stateDict`);
    return { outputs: all(0), targets: all(1) };
  }

  /**
   * Goes on from what {@link stateDict} gave.
   *
   * @throws where it holds something else
   */
  loadStateDict(dict: Readonly<Record<string, Tensor>>): void {
    const { outputs, targets, ...others } = dict;
    if (Object.keys(others).length > 0 || !outputs !== !targets) fail(`${this.typeName}.loadStateDict`, `it holds ${Object.keys(dict).join(', ')}`, 'Give what stateDict() gave: { outputs, targets }, or {}.');
    this.reset();
    if (outputs && targets) quietly(() => { this.#batches.push([keep(outputs.clone()), keep(targets.clone())]); }, `${this.typeName}.loadStateDict`);
  }

  /** Moves what was kept to another device. */
  async to(device: Tensor['device']): Promise<this> {
    for (const pair of this.#batches) for (const tensor of pair) await tensor.moveTo(device);
    return this;
  }

  async #solve(batches: readonly (readonly [Tensor, Tensor])[]): Promise<Result> {
    const read = await Promise.all(batches.map(([x, y]) => Promise.all([x.data(), y.data()])));
    return this.solve(joined(read.map(([x]) => x)), joined(read.map(([, y]) => y)));
  }
}

function joined(parts: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
