/** The kernel of map and reduce, and so of matmul: one thread per kept index, a loop over the reduced ones, around a printed function. */
import { type Dialect, type Layout, ordered, print, type Reduction, type ScalarFunction, type Shape, sizeOf } from '@nn/tensor/backend';
import { literal, spellings } from './dialect.ts';
import { type Affine, collapsed, divided, type Guarded } from './space.ts';
import { coordinateNames, coordinates, kernel, loops, reading, spanned, starts, type Target, within } from './text.ts';

/** `f` over `shape`, reduced over `axes` where there is a `kind`. */
export interface Fold {
  readonly f: ScalarFunction;
  readonly kind: Reduction | undefined;
  readonly inputs: readonly Layout[];
  readonly shape: Shape;
  readonly axes: readonly number[];
}

/** A kernel's text. It takes the arrays of the inputs `reads`, the offsets of the inputs `shifts`, the uniforms `numbers`. */
export interface Source {
  readonly text: string;
  readonly reads: readonly number[];
  readonly shifts: readonly number[];
  readonly numbers: readonly number[];
  /** Elements that it writes. */
  readonly length: number;
  /** How many of them, one after another, another pass has to reduce to one. */
  readonly parts: number;
}

/** Few results of long sums are cut into parts, so that there are threads enough; so are sums that would keep a graphics card too long. */
const FEW = 1024;
const LONG = 65536;
const PART = 256;
/** Sums run in blocks of this length. */
const BLOCK = 64;

export function writeFold(fold: Fold, target: Target): Source {
  const { f, kind, inputs, shape } = fold;
  const leaves = ordered(f.roots);
  const mentioned = (op: 'input' | 'uniform' | 'index') => leaves.filter((node) => node.op === op).map((node) => node.value).sort((a, b) => a - b);
  const [reads, numbers, axes] = [mentioned('input'), mentioned('uniform'), mentioned('index')];
  const shifts = reads.filter((i) => inputs[i]!.offset !== 0);

  const { space, parts } = planned(fold, [
    ...reads.flatMap((i) => [{ offset: 0, strides: inputs[i]!.strides }, ...inputs[i]!.bounds]),
    ...axes.map((axis) => ({ offset: 0, strides: shape.map((_, i) => +(i === axis)) })),
  ]);
  const names = coordinateNames(space.kept, space.reduced);
  const maps = space.maps.map((map) => spanned(map, names, [...space.kept, ...space.reduced]));
  const guards = space.guards.map(({ at, size }, i) => within(`g${i}`, maps[at]!.text, size, maps[at]!.span));
  const guarded = guards.flatMap(({ tests }) => tests);
  let next = 0;
  const taken = reads.map((i) => {
    const address = maps[next++]!.text;
    const bounds = inputs[i]!.bounds.map(({ size }, j) => within(`b${i}x${j}`, maps[next]!.text, size, maps[next++]!.span));
    return reading(i, shifts.includes(i) ? `${address} + o${i}` : address, bounds, guarded);
  });
  const places = axes.map(() => maps[next++]!.text);

  const dialect: Dialect = {
    ops: spellings[target], constant: literal, uniform: (i) => `u${i}`,
    input: (i) => taken[reads.indexOf(i)]!.code, index: (axis) => places[axes.indexOf(axis)]!,
    bind: (serial, code) => ({ line: `const t${serial} = ${code};`, name: `t${serial}` }),
  };
  const printed = print(f, dialect);
  const lines = [...guards.map(({ line }) => line), ...taken.flatMap(({ lines }) => lines), ...printed.lines];
  const [value] = printed.roots as [string];
  const body = kind ? loops(kind, space.reduced, lines, guarded.length > 0 ? `(${guarded.join(' && ')} ? ${value} : ${literal(starts[kind])})` : value) : [...lines, `return ${value};`];
  const parameters = [...reads.map((i) => `x${i}`), ...shifts.map((i) => `o${i}`), ...numbers.map((i) => `u${i}`)];
  return { text: kernel(parameters, [...coordinates(space.kept, target), ...body]), reads, shifts, numbers, length: sizeOf(space.kept), parts };
}

/** The walk over `maps` of the whole shape, cut where its sums are long. */
function planned({ kind, shape, axes }: Fold, maps: readonly Affine[]): { space: Guarded; parts: number } {
  const order = [...shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)), ...axes];
  const sizes = order.map((axis) => shape[axis]!);
  const rank = order.length - axes.length;
  const arranged = maps.map(({ offset, strides }): Affine => ({ offset, strides: order.map((axis) => strides[axis]!) }));
  const space: Guarded = { ...collapsed({ kept: sizes.slice(0, rank), reduced: sizes.slice(rank), maps: arranged }), guards: [] };
  if (space.reduced.length === 0) return { space, parts: 1 };
  const size = Math.max(...space.reduced);
  const longest = space.reduced.indexOf(size);
  const few = sizeOf(space.kept) < FEW;
  const turns = sizeOf(space.reduced);
  if (turns > (few ? FEW : LONG)) {
    const wanted = Math.min(size, Math.ceil(turns / (few ? PART : LONG)));
    const cut = divided(space, longest, Math.ceil(size / wanted), 'kept');
    return { space: cut, parts: cut.kept.at(-1)! };
  }
  return { space: kind === 'sum' && size > 2 * BLOCK ? divided(space, longest, BLOCK, 'reduced') : space, parts: 1 };
}
