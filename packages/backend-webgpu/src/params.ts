/**
 * The run-time numbers of a kernel, in one uniform array `p`. The text takes slots in the order in which the host appends values:
 * each pair of functions below must stay in step.
 */
import { type DType, round } from '@nn/tensor/backend';
import { types } from './dialect.ts';
import { few, type Line } from './walk.ts';

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

/** Collects the values of parameters, for one kind of dispatch at a time. Negative numbers wrap: addresses are computed modulo 2 ** 32. */
export class Values {
  #words = new Uint32Array(64);
  #length = HEADER;
  /** Where each operand begins, and where each run-time number lies, as they were pushed. */
  readonly bases: number[] = [];
  readonly uniforms: number[] = [];
  readonly types: DType[] = [];

  restarted(): this {
    this.#length = HEADER;
    this.bases.length = this.uniforms.length = this.types.length = 0;
    return this;
  }

  /** What was appended, with the header filled in. */
  words(row: number, total: number): Uint32Array {
    this.#words[0] = row;
    this.#words[1] = total;
    return this.#words.slice(0, this.#length);
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

  /** Where the next operand begins, which is filled in for each call. */
  pushBase(): void { this.bases.push(this.#room()); }

  /** The next run-time number, which is filled in for each call. */
  pushUniform(dtype: DType): void {
    this.uniforms.push(this.#room());
    this.types.push(dtype);
  }

  #room(): number {
    if (this.#length === this.#words.length) {
      const wider = new Uint32Array(2 * this.#words.length);
      wider.set(this.#words);
      this.#words = wider;
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

/** Cuts the number called `from` into coordinates over `sizes`; the outermost size is not needed. Integer divisions are slow on every device: where floats are exact enough, their reciprocals do. */
export function coordinatesText(sizes: readonly number[], from: string, prefix: string, slots: Slots): { readonly lines: readonly string[]; readonly names: readonly string[] } {
  const lines: string[] = [];
  const names = sizes.map((_, axis) => (axis === 0 && sizes.length === 1 ? from : `${prefix}${axis}`));
  let rest = from;
  for (let axis = sizes.length - 1; axis > 0; axis--) {
    const size = slots.next();
    const next = axis === 1 ? names[0]! : `${prefix}r${axis}`;
    // Half an element away from where the quotient changes.
    lines.push(`let ${next} = ${few(sizes) ? `u32(i32((f32(i32(${rest})) + 0.5f) * bitcast<f32>(${slots.next()})))` : `${rest} / ${size}`};`);
    lines.push(`let ${names[axis]!} = ${rest} - ${next} * ${size};`);
    rest = next;
  }
  return { lines, names };
}

export function pushSizes(sizes: readonly number[], values: Values): void {
  for (let axis = sizes.length - 1; axis > 0; axis--) {
    values.push(sizes[axis]!);
    if (few(sizes)) values.push(bitsOf(1 / sizes[axis]!));
  }
}

/** Run-time numbers of a function, as `u0`, `u1`. */
export const uniformsText = (uniforms: readonly DType[], slots: Slots): string[] => uniforms.map((dtype, i) => `let u${i} = ${uniformText(dtype, slots.next())};`);

const uniformText = (dtype: DType, slot: string): string => (dtype === 'bool' ? `${slot} != 0u` : `bitcast<${types[dtype]!}>(${slot})`);

export function pushUniforms(dtypes: readonly DType[], values: Values): void {
  for (const dtype of dtypes) values.pushUniform(dtype);
}

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);
function bitsOf(value: number): number {
  float[0] = value;
  return floatBits[0]!;
}

/** `value` as word `at`. */
export function writeUniform(words: Uint32Array, at: number, dtype: DType, value: number): void {
  if (types[dtype] === 'f32') words[at] = bitsOf(round(value, dtype));
  else words[at] = dtype === 'bool' ? +(value !== 0) : value;
}
