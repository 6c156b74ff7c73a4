/**
 * How a kernel visits its elements: as few axes as possible, and the affine functions of their coordinates that it needs.
 * Addresses, bounds and `index` leaves are all such lines, so one rule merges axes for all of them.
 */
import type { Layout, Shape } from '@nn/tensor/backend';

/** `offset + sum(coordinates * strides)` */
export interface Line {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Groups of axes (merged inside a group, never across) and lines over all of their axes in order. */
export interface Walk {
  readonly groups: readonly (readonly number[])[];
  readonly lines: readonly Line[];
}

/** Drops axes of size 1 and merges neighbours over which every line steps evenly. */
export function walk(groups: readonly Shape[], lines: readonly Line[]): Walk {
  const merged: { offset: number; strides: number[] }[] = lines.map(({ offset }) => ({ offset, strides: [] }));
  let axis = 0;
  const sizes = groups.map((shape) => {
    const kept: number[] = [];
    for (const size of shape) {
      const at = axis++;
      if (size === 1) continue;
      if (kept.length > 0 && lines.every(({ strides }, i) => merged[i]!.strides.at(-1) === strides[at]! * size)) {
        kept[kept.length - 1]! *= size;
        for (const [i, { strides }] of lines.entries()) merged[i]!.strides[merged[i]!.strides.length - 1] = strides[at]!;
      } else {
        kept.push(size);
        for (const [i, { strides }] of lines.entries()) merged[i]!.strides.push(strides[at]!);
      }
    }
    return kept;
  });
  return { groups: sizes, lines: merged };
}

/** The lines of a view, address first. */
export const linesOf = (view: Layout): Line[] => [view, ...view.bounds];

/** `line` with its axes in another order; -1 stands for an axis that it does not have. */
export const reordered = (line: Line, order: readonly number[]): Line => ({ offset: line.offset, strides: order.map((axis) => line.strides[axis] ?? 0) });

/** Whether numbers of elements of `sizes` can be cut by multiplication of floats: (n + 1/2) / size is further from a whole number than two roundings move it. */
export const few = (sizes: readonly number[]): boolean => sizes.reduce((product, size) => product * size, 1) <= 2 ** 21;

/** What of a walk shapes the text of a kernel: how many axes, and which lines ignore which. The numbers are run-time values. */
export const signature = ({ groups, lines }: Walk): string =>
  `${groups.map((sizes) => `${sizes.length}${few(sizes) ? '' : 'm'}`).join()}:${lines.map(({ strides }) => strides.map((stride) => (stride === 0 ? '0' : 'x')).join('')).join()}`;
