/** The kernel of gather: reads an index, then the source at it. */
import type { Layout } from '@nn/tensor/backend';
import { literal } from './dialect.ts';
import type { Target } from './single.ts';
import { type Affine, collapsed } from './space.ts';
import { coordinateNames, coordinates, kernel, reading, spanned, within } from './text.ts';

/** A kernel of the parameters: source array, index array, their offsets. */
export function writeGather(source: Layout, index: Layout, axis: number, target: Target): string {
  const along = source.strides[axis]!;
  /** Without the axis that is looked up. */
  const still = ({ offset, strides }: Affine): Affine => ({ offset, strides: strides.map((stride, i) => (i === axis ? 0 : stride)) });
  const space = collapsed({
    kept: index.shape, reduced: [],
    maps: [{ offset: 0, strides: index.strides }, ...index.bounds, still({ offset: 0, strides: source.strides }), ...source.bounds.map(still)],
  });
  const maps = space.maps.map((map) => spanned(map, coordinateNames(space.kept), space.kept));
  const first = maps.slice(0, 1 + index.bounds.length);
  const second = maps.slice(first.length);
  const looked = reading(1, `${first[0]!.text} + o1`, index.bounds.map(({ size }, j) => within(`b1x${j}`, first[j + 1]!.text, size, first[j + 1]!.span)));
  const anywhere = [-Infinity, Infinity] as const;
  const found = reading(0, `${second[0]!.text} + at * ${literal(along)} + o0`, [
    within('place', 'at', source.shape[axis]!, anywhere),
    ...source.bounds.map(({ strides, size }, j) => within(`b0x${j}`, `${second[j + 1]!.text} + at * ${literal(strides[axis]!)}`, size, anywhere)),
  ]);
  return kernel(['x0', 'x1', 'o0', 'o1'], [...coordinates(space.kept, target), ...looked.lines, `const at = ${looked.code};`, ...found.lines, `return ${found.code};`]);
}

