/** A text as numbers: a character is its place among all that occur. */
import { type Generator, type Tensor, tensor } from '@nn/tensor';

export class Characters {
  readonly list: readonly string[];
  readonly #places: ReadonlyMap<string, number>;

  constructor(text: string) {
    this.list = [...new Set(text)].sort();
    this.#places = new Map(this.list.map((character, i) => [character, i]));
  }

  /** Characters that do not occur in the text are left out. */
  encode(text: string): number[] { return Array.from(text, (character) => this.#places.get(character)).filter((place) => place !== undefined); }
  decode(ids: readonly number[]): string { return ids.map((id) => this.list[id]).join(''); }
}

/** Windows at random places, [count, length] int32, and the characters that follow each of theirs. */
export function windows(ids: readonly number[], count: number, length: number, generator: Generator): [inputs: Tensor, targets: Tensor] {
  const starts = [...generator.integers(0, ids.length - length, count)];
  const cut = (by: number): Tensor => tensor(starts.map((start) => ids.slice(start + by, start + by + length)), { dtype: 'int32' });
  return [cut(0), cut(1)];
}
