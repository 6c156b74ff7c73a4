/** What a kernel is told for a walk, and where it finds it. */
import { type DType, mapped, type View } from '@nn/tensor/backend';
import type { Access, Quantity, Walk } from './walk.ts';

/** Where a kernel finds its parameters, in bytes from the address that it is given; {@link writeParameters} puts them there. */
export interface Slots {
  readonly total: number;
  readonly chunk: number;
  readonly sizes: number;
  /** Per quantity: its base, then strides, then for each outer axis what stepping on it adds. */
  readonly quantities: readonly { base: number; strides: number; jumps: number; size: number }[];
  readonly outputs: number;
  readonly uniforms: number;
  readonly end: number;
}

/** `bounded` tells for each quantity whether it is a bound, which has a size. */
export function slots(rank: number, bounded: readonly boolean[], outputs: number, uniforms: number): Slots {
  let at = 8 + 4 * rank;
  const quantities = mapped(bounded, (sized) => {
    const here = { base: at, strides: at + 4, jumps: at + 4 + 4 * rank, size: at + 8 * rank };
    at += 8 * rank + (sized ? 4 : 0);
    return here;
  });
  const places = at;
  at += 4 * outputs;
  at = (at + 7) & ~7;
  return { total: 0, chunk: 4, sizes: 8, quantities, outputs: places, uniforms: at, end: at + 8 * uniforms };
}

/** Which quantities of a walk are bounds. */
export function boundedness(accesses: readonly Access[], indices: number): boolean[] {
  const result: boolean[] = [];
  for (const { bounds } of accesses) {
    result.push(false);
    for (let i = 0; i < bounds; i++) result.push(true);
  }
  for (let i = 0; i < indices; i++) result.push(false);
  return result;
}

/** Memory as words and doubles. */
export interface Words {
  readonly ints: Int32Array;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
}

/** Writes what `slots` describes at `address`; gives the first byte behind it. `total` elements in chunks of `chunk`. */
export function writeParameters(
  { ints, floats, doubles }: Words, address: number, walk: Walk, inputs: readonly View[], outputs: readonly number[],
  uniforms: readonly number[], types: readonly DType[], total: number, chunk: number,
): number {
  let at = address >> 2;
  ints[at++] = total;
  ints[at++] = chunk;
  const { sizes, quantities } = walk;
  for (let axis = 0; axis < sizes.length; axis++) ints[at++] = sizes[axis]!;
  let quantity = 0;
  for (let i = 0; i < inputs.length; i++) {
    at = writeQuantity(ints, at, quantities[quantity++]!, sizes);
    const { bounds } = inputs[i]!;
    for (let k = 0; k < bounds.length; k++) {
      at = writeQuantity(ints, at, quantities[quantity++]!, sizes);
      ints[at++] = bounds[k]!.size;
    }
  }
  while (quantity < quantities.length) at = writeQuantity(ints, at, quantities[quantity++]!, sizes);
  for (let i = 0; i < outputs.length; i++) ints[at++] = outputs[i]!;
  at = (at + 1) & ~1;
  for (let i = 0; i < types.length; i++, at += 2) {
    const value = uniforms[i]!;
    switch (types[i]!) {
      case 'float64': doubles[at >> 1] = value; break;
      case 'bool': ints[at] = value ? -1 : 0; break;
      case 'float32': floats[at] = value; break;
      default: ints[at] = value;
    }
  }
  return at << 2;
}

/** A base, strides, and what stepping on each outer axis adds. Gives the place behind. */
function writeQuantity(ints: Int32Array, at: number, { base, strides }: Quantity, sizes: readonly number[]): number {
  ints[at++] = base;
  for (let axis = 0; axis < strides.length; axis++) ints[at++] = strides[axis]!;
  let passed = 0;
  for (let axis = 1; axis < sizes.length; axis++) {
    ints[at++] = strides[axis]! - passed;
    passed += (sizes[axis]! - 1) * strides[axis]!;
  }
  return at;
}
