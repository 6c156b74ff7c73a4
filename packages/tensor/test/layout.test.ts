/** Random chains of views equal a model that copies element by element. */
import { describe, expect, it } from 'vitest';
import { Generator, range, tensor, type Tensor } from '@nn/tensor';

/** What a view is, said by copying. */
class Model {
  readonly shape: readonly number[];
  readonly values: readonly number[];

  constructor(shape: readonly number[], values: readonly number[]) {
    this.shape = shape;
    this.values = values;
  }

  /** The value at an index; 0 outside. */
  at(index: readonly number[]): number {
    let place = 0;
    for (const [axis, size] of this.shape.entries()) {
      const i = index[axis]!;
      if (i < 0 || i >= size) return 0;
      place = place * size + i;
    }
    return this.values[place]!;
  }

  /** Of `shape`, where each index reads this at `from(index)`. */
  view(shape: readonly number[], from: (index: readonly number[]) => readonly number[]): Model {
    const values: number[] = [];
    const visit = (index: readonly number[]): void => {
      if (index.length === shape.length) values.push(this.at(from(index)));
      else for (let i = 0; i < shape[index.length]!; i++) visit([...index, i]);
    };
    visit([]);
    return new Model(shape, values);
  }
}

interface Step { readonly name: string; apply(x: Tensor): Tensor; model(m: Model): Model }
const replaced = <T>(list: readonly T[], at: number, value: T): T[] => list.map((old, i) => (i === at ? value : old));

/** A random step that fits `shape`. */
function step(shape: readonly number[], pick: (count: number) => number): Step {
  const rank = shape.length;
  const axis = pick(rank);
  const size = shape[axis]!;
  const kind = pick(9);
  if (kind === 0) {
    const order = shape.map((_, i) => i).sort(() => pick(3) - 1);
    return { name: `permute ${order.join()}`, apply: (x) => x.permute(...order), model: (m) => m.view(order.map((i) => shape[i]!), (index) => shape.map((_, i) => index[order.indexOf(i)]!)) };
  }
  if (kind === 1 && size > 1) {
    const start = pick(size);
    const by = 1 + pick(2);
    const count = Math.ceil((size - start) / by);
    return { name: `every ${by} from ${start} of ${axis}`, apply: (x) => x.at(...shape.map((_, i) => (i === axis ? range(start, undefined, by) : range()))), model: (m) => m.view(replaced(shape, axis, count), (index) => replaced(index, axis, start + by * index[axis]!)) };
  }
  if (kind === 2 && size > 0) {
    const start = pick(size);
    const by = 1 + pick(2);
    return { name: `backwards by ${by} from ${start} of ${axis}`, apply: (x) => x.at(...shape.map((_, i) => (i === axis ? range(start, undefined, -by) : range()))), model: (m) => m.view(replaced(shape, axis, Math.floor(start / by) + 1), (index) => replaced(index, axis, start - by * index[axis]!)) };
  }
  if (kind === 3 || kind === 4) {
    const [before, after] = [pick(4) - 1, pick(4) - 1];
    if (size + before + after > 0) {
      const padding = shape.flatMap((_, i) => (i === axis ? [before, after] : [0, 0]));
      const pairs = shape.flatMap((_, i) => padding.slice(2 * (rank - 1 - i), 2 * (rank - i)));
      return { name: `pad ${before}, ${after} on ${axis}`, apply: (x) => x.pad(pairs), model: (m) => m.view(replaced(shape, axis, size + before + after), (index) => replaced(index, axis, index[axis]! - before)) };
    }
  }
  if (kind === 5 && size > 1 && rank < 6) {
    const [window, by, dilation] = [1 + pick(Math.min(3, size)), 1 + pick(2), 1 + pick(2)];
    const places = size - (window - 1) * dilation;
    if (places > 0) {
      return {
        name: `windows ${window}, ${by}, ${dilation} on ${axis}`, apply: (x) => x.unfold(axis, window, by, { dilation }),
        model: (m) => m.view([...replaced(shape, axis, Math.ceil(places / by)), window], (index) => replaced(index.slice(0, -1), axis, index[axis]! * by + index.at(-1)! * dilation)),
      };
    }
  }
  if (kind === 6 && rank < 6) {
    const copies = 1 + pick(3);
    return { name: `${copies} copies`, apply: (x) => x.unsqueeze(axis).expand([...shape.slice(0, axis), copies, ...shape.slice(axis)]), model: (m) => m.view([...shape.slice(0, axis), copies, ...shape.slice(axis)], (index) => index.filter((_, i) => i !== axis)) };
  }
  if (kind === 7 && rank > 1) {
    const other = (axis + 1 + pick(rank - 1)) % rank;
    const kept = shape.map((_, i) => i).filter((i) => i !== axis && i !== other);
    return {
      name: `diagonal ${axis}, ${other}`, apply: (x) => x.diagonal(0, axis, other),
      model: (m) => m.view([...kept.map((i) => shape[i]!), Math.min(size, shape[other]!)], (index) => shape.map((_, i) => (i === axis || i === other ? index.at(-1)! : index[kept.indexOf(i)]!))),
    };
  }
  const merged = axis < rank - 1 ? [...shape.slice(0, axis), size * shape[axis + 1]!, ...shape.slice(axis + 2)] : size % 2 === 0 && size > 0 && rank < 6 ? [...shape.slice(0, -1), 2, size / 2] : shape;
  return { name: `reshape ${merged.join()}`, apply: (x) => x.reshape(...merged), model: (m) => new Model(merged, m.values) };
}

describe('chains of views', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('of up to eight steps, seed %i', async (seed) => {
    const random = new Generator(seed);
    const pick = (count: number) => Math.floor(random.uniform(1)[0]! * count);
    for (let round = 0; round < 60; round++) {
      const shape = Array.from({ length: 1 + pick(3) }, () => 1 + pick(5));
      const count = shape.reduce((a, b) => a * b, 1);
      const values = Array.from({ length: count }, (_, i) => i + 1);
      let x = tensor(values, { shape });
      let model = new Model(shape, values);
      const names: string[] = [`[${shape.join()}]`];
      for (let length = 1 + pick(8); length > 0 && model.values.length < 3000; length--) {
        const next = step(model.shape, pick);
        names.push(next.name);
        x = next.apply(x);
        model = next.model(model);
      }
      const chain = names.join(', ');
      expect({ chain, shape: x.shape, values: [...await x.data()] }).toEqual({ chain, shape: model.shape, values: model.values });
    }
  });
});
