/**
 * The space that a kernel walks: an index of kept axes for each output element, an index of reduced axes for each step of its loop,
 * and affine maps of both together (addresses, bounds, coordinates). gpu.js counts in floats, so every sum must stay within 2^24.
 */
import { fail } from '@nn/tensor/backend';

/** Whole numbers are exact in floats up to here. */
export const EXACT = 2 ** 24;

/** `offset + index . strides`, the index being that of the kept axes, then that of the reduced ones. */
export interface Affine {
  readonly offset: number;
  readonly strides: readonly number[];
}

export interface Space {
  readonly kept: readonly number[];
  readonly reduced: readonly number[];
  readonly maps: readonly Affine[];
}

/** The same space with as few axes as its maps allow: axes of one element go, axes that step evenly in all maps merge. */
export function collapsed({ kept, reduced, maps }: Space): Space {
  const front = merged(kept, maps.map(({ strides }) => strides.slice(0, kept.length)));
  const back = merged(reduced, maps.map(({ strides }) => strides.slice(kept.length)));
  return { kept: front.sizes, reduced: back.sizes, maps: maps.map(({ offset }, i) => ({ offset, strides: [...front.lists[i]!, ...back.lists[i]!] })) };
}

function merged(sizes: readonly number[], lists: readonly (readonly number[])[]): { sizes: number[]; lists: number[][] } {
  const out: number[] = [];
  const result = lists.map((): number[] => []);
  for (const [axis, size] of sizes.entries()) {
    if (size === 1) continue;
    const last = out.length - 1;
    if (last >= 0 && lists.every((list, i) => result[i]![last] === list[axis]! * size)) {
      out[last]! *= size;
      for (const [i, list] of lists.entries()) result[i]![last] = list[axis]!;
    } else {
      out.push(size);
      for (const [i, list] of lists.entries()) result[i]!.push(list[axis]!);
    }
  }
  return { sizes: out, lists: result };
}

/** A space in which some steps lie outside: those where `maps[at]` is not below `size`. */
export interface Guarded extends Space {
  readonly guards: readonly { readonly at: number; readonly size: number }[];
}

/**
 * Cuts a reduced axis into pieces of `length`: r = part * length + step, to be asked whether it is inside where the last piece is shorter.
 * The parts become the last kept axis (another pass reduces them) or a reduced one; the steps are the last reduced axis.
 */
export function divided({ kept, reduced, maps, guards }: Guarded, axis: number, length: number, to: 'kept' | 'reduced'): Guarded {
  const size = reduced[axis]!;
  const parts = Math.ceil(size / length);
  const place = kept.length + axis;
  const rest = reduced.filter((_, i) => i !== axis);
  const inserted = kept.length + (to === 'kept' ? 0 : rest.length);
  const uneven = parts * length !== size;
  const itself: Affine = { offset: 0, strides: [...kept, ...reduced].map((_, i) => +(i === place)) };
  const cut = [...maps, ...(uneven ? [itself] : [])].map(({ offset, strides }): Affine => {
    const others = strides.filter((_, i) => i !== place);
    const stride = strides[place]!;
    return { offset, strides: [...others.slice(0, inserted), stride * length, ...others.slice(inserted), stride] };
  });
  return {
    kept: to === 'kept' ? [...kept, parts] : kept,
    reduced: to === 'kept' ? [...rest, length] : [...rest, parts, length],
    maps: cut,
    guards: uneven ? [...guards, { at: maps.length, size }] : guards,
  };
}

/** The same steps with the reduced axes the other way round. */
export const reversed = (space: Guarded): Guarded => ({
  ...space, reduced: [...space.reduced].reverse(),
  maps: space.maps.map(({ offset, strides }) => ({ offset, strides: [...strides.slice(0, space.kept.length), ...strides.slice(space.kept.length).reverse()] })),
});

/** Smallest and largest value of `map` over the space; throws where a partial sum of it is not exact. */
export function range({ offset, strides }: Affine, sizes: readonly number[]): readonly [number, number] {
  let low = offset;
  let high = offset;
  for (const [axis, stride] of strides.entries()) {
    const reach = stride * (sizes[axis]! - 1);
    if (reach > 0) high += reach;
    else low += reach;
    if (high > EXACT || low < -EXACT) {
      fail('gpu.js', `an address of ${Math.max(high, -low)} is past 2^24, where gpu.js counts exactly`, 'Use smaller batches.');
    }
  }
  return [low, high];
}
