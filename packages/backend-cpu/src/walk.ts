/**
 * How a kernel walks a shape. Everything that a loop needs per element is an affine function of the coordinates: the address of
 * each input, the value that each bound tests, and each `index` leaf. Adjacent axes along which all of them step evenly are one loop.
 */
import { bytesOf, type DType, isContiguous, mapped, type Shape, type View } from '@nn/tensor/backend';

/** An affine function of the coordinates, with strides per axis of the walk. Axes of a walk are innermost first. */
export interface Quantity {
  readonly base: number;
  readonly strides: readonly number[];
}

/** How an input is read along the innermost axis: neighbours, the same element, or in steps. */
export type Reach = 'unit' | 'same' | 'step';

/** What a kernel is compiled for, of an input. */
export interface Access {
  readonly dtype: DType;
  readonly reach: Reach;
  readonly bounds: number;
}

export interface Walk {
  readonly sizes: readonly number[];
  /** In the order of the inputs: the address in bytes, then its bounds; then the index leaves. */
  readonly quantities: readonly Quantity[];
  readonly accesses: readonly Access[];
  /** Walks of one kind run on the same kernel of a function. */
  readonly kind: Kind;
}

/** Rank and accesses in short: a number, which is found faster than a text is made, or a text where they are many. */
export type Kind = number | string;

const CODES: { readonly [R in Reach]: number } = { unit: 0, same: 1, step: 2 };
/** What a number has room for: accesses, and bounds of each. */
const MOST_ACCESSES = 7;
const MOST_BOUNDS = 20;

function kindOf(rank: number, accesses: readonly Access[]): Kind {
  let kind = rank;
  for (const { reach, bounds } of accesses) {
    if (bounds > MOST_BOUNDS || accesses.length > MOST_ACCESSES) return [rank, ...accesses.map((access) => `${access.reach} ${access.bounds}`)].join();
    kind = 64 * kind + 3 * bounds + CODES[reach];
  }
  return kind;
}

/** Storages of this backend know where they are. */
export const addressOf = (storage: View['storage']): number => (storage as unknown as { address: number }).address;

/** The walk over `shape` with its axes in the given order (outermost first; by default their own). `indices` are the axes that `index` leaves mean. */
export function plan(shape: Shape, inputs: readonly View[], indices: readonly number[], order?: readonly number[]): Walk {
  const line = indices.length === 0 && !order && planLine(shape, inputs);
  if (line) return line;
  const { bases, lists } = affine(shape, inputs, indices);
  return finished(inputs, bases, collapsed(shape, lists, order));
}

/** The walk of inputs that all are gapless: one axis. The same that joining their axes comes to, found sooner. */
function planLine(shape: Shape, inputs: readonly View[]): Walk | undefined {
  let total = 1;
  for (let axis = 0; axis < shape.length; axis++) total *= shape[axis]!;
  if (total === 1) return undefined;
  for (let i = 0; i < inputs.length; i++) if (!isContiguous(inputs[i]!)) return undefined;
  const accesses = mapped(inputs, ({ storage: { dtype } }): Access => ({ dtype, reach: 'unit', bounds: 0 }));
  const quantities = mapped(inputs, ({ storage, offset }) => ({ base: addressOf(storage) + offset * bytesOf(storage.dtype), strides: [bytesOf(storage.dtype)] }));
  return { sizes: [total], quantities, accesses, kind: kindOf(1, accesses) };
}

/** The walk over rows, which run along `axes`: its innermost axis is a row. Undefined where `axes` are not the last ones, or a row is no even run. */
export function planRows(shape: Shape, inputs: readonly View[], indices: readonly number[], axes: readonly number[]): Walk | undefined {
  let first = shape.length;
  for (const axis of axes) if (shape[axis] !== 1 && axis < first) first = axis;
  for (let axis = first; axis < shape.length; axis++) if (shape[axis] !== 1 && !axes.includes(axis)) return undefined;
  const { bases, lists } = affine(shape, inputs, indices);
  const row = collapsed(shape, lists, undefined, first);
  if (row.sizes.length > 1) return undefined;
  const { sizes, steps } = collapsed(shape.slice(0, first), lists);
  return finished(inputs, bases, sizes.length === 1 && sizes[0] === 1 ? row : { sizes: [...row.sizes, ...sizes], steps: mapped(row.steps, (step, i) => [...step, ...steps[i]!]) });
}

function affine(shape: Shape, inputs: readonly View[], indices: readonly number[]): { bases: number[]; lists: (readonly number[])[] } {
  const bases: number[] = [];
  const lists: (readonly number[])[] = [];
  for (const { storage, strides, offset, bounds } of inputs) {
    bases.push(addressOf(storage) + offset * bytesOf(storage.dtype));
    lists.push(strides);
    for (const bound of bounds) {
      bases.push(bound.offset);
      lists.push(bound.strides);
    }
  }
  for (const axis of indices) {
    bases.push(0);
    lists.push(mapped(shape, (_, i) => +(i === axis)));
  }
  return { bases, lists };
}

function finished(inputs: readonly View[], bases: readonly number[], { sizes, steps }: { sizes: number[]; steps: number[][] }): Walk {
  let at = 0;
  const accesses = mapped(inputs, ({ storage: { dtype }, bounds }): Access => {
    const strides = steps[at]!;
    const reach = strides[0] === 1 ? 'unit' : strides[0] === 0 ? 'same' : 'step';
    const bytes = bytesOf(dtype);
    if (bytes !== 1) for (let i = 0; i < strides.length; i++) strides[i]! *= bytes;
    at += 1 + bounds.length;
    return { dtype, reach, bounds: bounds.length };
  });
  return { sizes, quantities: mapped(steps, (strides, i) => ({ base: bases[i]!, strides })), accesses, kind: kindOf(sizes.length, accesses) };
}

/** Drops axes of size 1 and joins those that all `lists` step through evenly. Axes before `first` are left out. */
function collapsed(shape: Shape, lists: readonly (readonly number[])[], order?: readonly number[], first = 0): { sizes: number[]; steps: number[][] } {
  const [axes, sizes] = joined(shape, lists, order, first);
  return { sizes, steps: mapped(lists, (list) => (axes.length > 0 ? mapped(axes, (axis) => list[axis]!) : [0])) };
}

/** Axes of `shape` that are left, innermost first, and how many elements each of them has then. */
function joined(shape: Shape, lists: readonly (readonly number[])[], order: readonly number[] | undefined, first: number): [axes: number[], sizes: number[]] {
  const axes: number[] = [];
  const sizes: number[] = [];
  for (let i = shape.length - 1; i >= first; i--) {
    const axis = order ? order[i]! : i;
    const size = shape[axis]!;
    if (size === 1) continue;
    const last = axes.length - 1;
    let joins = last >= 0;
    for (let k = 0; joins && k < lists.length; k++) joins = lists[k]![axis] === lists[k]![axes[last]!]! * sizes[last]!;
    if (joins) sizes[last]! *= size;
    else {
      axes.push(axis);
      sizes.push(size);
    }
  }
  if (axes.length === 0) sizes.push(1);
  return [axes, sizes];
}
