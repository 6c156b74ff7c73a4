/**
 * Dispatches that were worked out before. Calls of one form (the same function on operands of the same layouts in the same arenas) differ in where their operands
 * begin and in run-time numbers only, so the second one is a look-up, a few additions and the dispatch.
 */
import type { DType, Target, View } from '@nn/tensor/backend';
import { baseOf } from './bindings.ts';
import { writeUniform } from './params.ts';
import type { Compiled } from './pipelines.ts';
import type { GpuStorage } from './storage.ts';

/** What a kernel reads or writes. */
export type Operand = View | Target;

/** One dispatch of a form. */
export interface Plan {
  readonly kernel: Compiled;
  readonly group: GPUBindGroup;
  /** Its parameters; those at `bases` (of each operand) and `uniforms` are filled in for each call. */
  readonly words: Uint32Array;
  readonly bases: readonly number[];
  readonly uniforms: readonly number[];
  readonly types: readonly DType[];
  /** Workgroups. */
  readonly x: number;
  readonly y: number;
}

/** The parameters of a call. */
export function filled({ words, bases, uniforms, types }: Plan, operands: readonly Operand[], numbers: readonly number[]): Uint32Array {
  for (let i = 0; i < bases.length; i++) words[bases[i]!] = operands[i]!.offset + baseOf(operands[i]!.storage);
  for (let i = 0; i < uniforms.length; i++) writeUniform(words, uniforms[i]!, types[i]!, numbers[i]!);
  return words;
}

const letters: { readonly [D in DType]: number } = { bool: 0, uint32: 1, int32: 2, float16: 3, float32: 4, float64: 5 };

/** Collects what tells forms apart. */
export class Form {
  #words = new Int32Array(256);
  #length = 0;
  #hash = 0;
  /** Numbers of function keys. */
  readonly #ids = new Map<string, number>();

  restarted(): this {
    this.#length = 0;
    this.#hash = 0;
    return this;
  }

  get hash(): number { return this.#hash; }
  taken(): Int32Array { return this.#words.slice(0, this.#length); }

  is(key: Int32Array): boolean {
    if (key.length !== this.#length) return false;
    for (let i = 0; i < key.length; i++) if (key[i] !== this.#words[i]) return false;
    return true;
  }

  push(value: number): void {
    if (this.#length === this.#words.length) {
      const wider = new Int32Array(2 * this.#words.length);
      wider.set(this.#words);
      this.#words = wider;
    }
    this.#words[this.#length++] = value;
    this.#hash = Math.imul(this.#hash ^ value, 0x01000193) ^ (this.#hash >>> 15);
  }

  list(values: readonly number[]): void {
    this.push(values.length);
    for (let i = 0; i < values.length; i++) this.push(values[i]!);
  }

  /** Names a function, or none. */
  text(key: string | undefined): void {
    let id = key === undefined ? -1 : this.#ids.get(key);
    if (id === undefined) this.#ids.set(key!, (id = this.#ids.size));
    this.push(id);
  }

  operand(operand: Operand): void {
    const { dtype, block, length } = operand.storage as GpuStorage;
    this.push(letters[dtype]);
    this.push(block!.arena.id);
    if ('strides' in operand) {
      // Whether fours can be read: where it begins does not matter otherwise.
      this.push(operand.offset & 3);
      this.list(operand.shape);
      for (let i = 0; i < operand.strides.length; i++) this.push(operand.strides[i]!);
      this.push(operand.bounds.length);
      for (const { strides, offset, size } of operand.bounds) {
        this.push(offset);
        this.push(size);
        for (let i = 0; i < strides.length; i++) this.push(strides[i]!);
      }
    } else {
      this.push(operand.offset & 3);
      this.push(length - operand.offset);
    }
  }

  forget(): void { this.#ids.clear(); }
}

/** Most forms that are remembered; beyond, all are forgotten. */
const MOST = 4000;

/** What was worked out, by form. */
export class Known<Value> {
  readonly #found = new Map<number, { readonly key: Int32Array; readonly value: Value }[]>();
  #size = 0;

  get(form: Form): Value | undefined {
    const some = this.#found.get(form.hash);
    if (some) for (const { key, value } of some) if (form.is(key)) return value;
    return undefined;
  }

  /** Remembers, until there is too much; then it says so, and is empty. */
  set(form: Form, value: Value): boolean {
    const full = this.#size >= MOST;
    if (full) {
      this.#found.clear();
      this.#size = 0;
      return false;
    }
    const entry = { key: form.taken(), value };
    const some = this.#found.get(form.hash);
    if (some) some.push(entry);
    else this.#found.set(form.hash, [entry]);
    this.#size++;
    return true;
  }
}
