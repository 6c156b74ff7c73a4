/**
 * The run-time numbers of a kernel, in one uniform array `p`. The text takes slots in the order in which the host appends values:
 * each pair of functions below must stay in step.
 */
import { type DType, round } from '@nn/tensor/backend';
import { types } from './dialect.ts';
import type { Line } from './walk.ts';

/** Every kernel has two first: p[0].x, how many workgroups lie in a row of the grid, and p[0].y, how many elements or workgroups there are in all. */
const HEADER = 2;

/** Hands out the names of parameters while a kernel's text is written. */
export class Slots {
  #taken = HEADER;
  readonly #from: string;

  /** Where there are several sets of parameters, `from` names the place of the one to take. */
  constructor(from = '') { this.#from = from && `${from} + `; }

  next(): string {
    const at = this.#taken++;
    return `p[${this.#from}${at >> 2}u].${'xyzw'[at & 3]!}`;
  }
  /** Length of `p`, or of one set in it. */
  get vectors(): number { return (this.#taken + 3) >> 2; }
}

/** Collects the values of parameters, for one dispatch at a time. Negative numbers wrap: addresses are computed modulo 2 ** 32. */
export class Values {
  #words = new Uint32Array(64);
  #floats = new Float32Array(this.#words.buffer);
  #length = HEADER;

  restarted(): this {
    this.#length = HEADER;
    return this;
  }

  /** What was appended, with the header filled in. */
  words(row: number, total: number): Uint32Array {
    this.#words[0] = row;
    this.#words[1] = total;
    return this.#words.subarray(0, this.#length);
  }

  /** Fills up the last four. */
  align(): void { while (this.#length % 4 !== 0) this.push(0); }

  get vectors(): number { return Math.ceil(this.#length / 4); }

  push(...values: readonly number[]): void {
    for (const value of values) {
      // First the room, which may be in a wider array.
      const at = this.#room();
      this.#words[at] = value;
    }
  }

  pushFloat(value: number): void {
    const at = this.#room();
    this.#floats[at] = value;
  }

  #room(): number {
    if (this.#length === this.#words.length) {
      const wider = new Uint32Array(2 * this.#words.length);
      wider.set(this.#words);
      this.#words = wider;
      this.#floats = new Float32Array(wider.buffer);
    }
    return this.#length++;
  }
}

/** A line at `coordinates`. */
export const lineText = (line: Line, coordinates: readonly string[], slots: Slots): string =>
  [slots.next(), ...line.strides.flatMap((stride, i) => (stride === 0 ? [] : [`${coordinates[i]!} * ${slots.next()}`]))].join(' + ');

export function pushLine({ offset, strides }: Line, values: Values): void {
  values.push(offset);
  for (const stride of strides) if (stride !== 0) values.push(stride);
}

/** Cuts the number called `from` into coordinates over `sizes`; the outermost size is not needed. */
export function coordinatesText(sizes: readonly number[], from: string, prefix: string, slots: Slots): { readonly lines: readonly string[]; readonly names: readonly string[] } {
  const lines: string[] = [];
  const names = sizes.map((_, axis) => (axis === 0 && sizes.length === 1 ? from : `${prefix}${axis}`));
  let rest = from;
  for (let axis = sizes.length - 1; axis > 0; axis--) {
    const size = slots.next();
    lines.push(`let ${names[axis]!} = ${rest} % ${size};`);
    const next = axis === 1 ? names[0]! : `${prefix}r${axis}`;
    lines.push(`let ${next} = ${rest} / ${size};`);
    rest = next;
  }
  return { lines, names };
}

export function pushSizes(sizes: readonly number[], values: Values): void {
  for (let axis = sizes.length - 1; axis > 0; axis--) values.push(sizes[axis]!);
}

/** Run-time numbers of a function, as `u0`, `u1`. */
export const uniformsText = (uniforms: readonly DType[], slots: Slots): string[] => uniforms.map((dtype, i) => `let u${i} = ${uniformText(dtype, slots.next())};`);

const uniformText = (dtype: DType, slot: string): string => (dtype === 'bool' ? `${slot} != 0u` : `bitcast<${types[dtype]!}>(${slot})`);

export function pushUniforms(dtypes: readonly DType[], uniforms: readonly number[], values: Values): void {
  for (const [i, dtype] of dtypes.entries()) {
    if (types[dtype] === 'f32') values.pushFloat(round(uniforms[i]!, dtype));
    else values.push(dtype === 'bool' ? +(uniforms[i] !== 0) : uniforms[i]!);
  }
}
