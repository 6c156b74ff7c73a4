/** The kernel of map and reduce, and so of matmul: one thread per kept index, a loop over the reduced ones, around a printed function. */
import { type Dialect, type Layout, ordered, print, type Reduction, type ScalarFunction, type Shape, sizeOf } from '@nn/tensor/backend';
import { literal, spellings } from './dialect.ts';
import { depthOf, madd, type Target } from './single.ts';
import { type Affine, collapsed, divided, type Guarded, reversed } from './space.ts';
import { coordinateNames, coordinates, type Joining, joining, kernel, loops, reading, spanned, starts, within } from './text.ts';

/** `f` over `shape`, reduced over `axes` where there is a `kind`. */
export interface Fold {
  readonly f: ScalarFunction;
  readonly kind: Reduction | undefined;
  readonly inputs: readonly Layout[];
  readonly shape: Shape;
  readonly axes: readonly number[];
  /** Whether it is a sum of products of two inputs, on hosts by multiply-add. */
  readonly multiplied?: boolean;
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
/** Up to this length the CPU backend's sums of rows are followed. */
const LANED = 1024;
/** Elements that it works on at a time. */
const STRIP = 4096;

export function writeFold(fold: Fold, target: Target): Source {
  const { f, kind, inputs, shape, multiplied } = fold;
  const leaves = ordered(f.roots);
  const mentioned = (op: 'input' | 'uniform' | 'index') => leaves.filter((node) => node.op === op).map((node) => node.value).sort((a, b) => a - b);
  const [reads, numbers, axes] = [mentioned('input'), mentioned('uniform'), mentioned('index')];
  const shifts = reads.filter((i) => inputs[i]!.offset !== 0);

  const { space, parts } = planned(fold, [
    ...reads.flatMap((i) => [{ offset: 0, strides: inputs[i]!.strides }, ...inputs[i]!.bounds]),
    ...axes.map((axis) => ({ offset: 0, strides: shape.map((_, i) => +(i === axis)) })),
  ], target);
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
  const body = kind && space.reduced.length > 0 ? loops(joined(), space.reduced, lines) : [...lines, `return ${value};`];
  const parameters = [...reads.map((i) => `x${i}`), ...shifts.map((i) => `o${i}`), ...numbers.map((i) => `u${i}`)];
  return { text: kernel(parameters, [...coordinates(space.kept, target), ...body]), reads, shifts, numbers, length: sizeOf(space.kept), parts };

  function joined(): Joining {
    const guard = guarded.join(' && ');
    const joins = joining(kind!, guard ? `(${guard} ? ${value} : ${literal(starts[kind!])})` : value, target);
    return multiplied ? { ...joins, step: (total) => madd(target, taken[0]!.code, taken[1]!.code, total) } : joins;
  }
}

/** The walk over `maps` of the whole shape, its sums cut: where they are long, and as the CPU's are. */
function planned({ kind, shape, axes, multiplied }: Fold, maps: readonly Affine[], target: Target): { space: Guarded; parts: number } {
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
  if (turns > (few ? FEW : LONG) && (target === 'shader' || space.reduced.length > 1)) {
    const wanted = Math.min(size, Math.ceil(turns / (few ? PART : LONG)));
    const cut = divided(space, longest, Math.ceil(size / wanted), 'kept');
    return { space: cut, parts: cut.kept.at(-1)! };
  }
  if (multiplied) return { space: shorter(space, longest, depthOf(size)), parts: 1 };
  if (kind !== 'sum') return { space, parts: 1 };
  return { space: space.reduced.length > 1 ? shorter(space, longest, 2 * BLOCK < size ? BLOCK : size) : summed(space, sizeOf(shape.slice(Math.max(...axes) + 1))), parts: 1 };
}

/** The reduced axis `at` cut to `length`, where it is longer. */
const shorter = (space: Guarded, at: number, length: number): Guarded => (space.reduced[at]! > length ? divided(space, at, length, 'reduced') : space);

/** The sum over one axis with `inner` elements behind it, in the order of the CPU backend. */
function summed(space: Guarded, inner: number): Guarded {
  const [size] = space.reduced as [number];
  if (inner === 1) return size > LANED ? shorter(shorter(space, 0, BLOCK * BLOCK), +(size > BLOCK * BLOCK), BLOCK) : size > 2 ? laned(space) : space;
  // Rows onto each other: blocks of some, of which as many at a time as fill a strip of working space.
  const block = Math.max(64, Math.floor(65536 / inner));
  const cut = size > 1.5 * block ? shorter(space, 0, block) : space;
  return inner > STRIP / 2 ? cut : shorter(cut, cut.reduced.length - 1, Math.floor(STRIP / inner));
}

/** As the lanes of a vector add up: every fourth element; then lanes 0 and 2, 1 and 3; then both. */
const laned = (space: Guarded): Guarded => reversed(divided(divided(space, 0, 4, 'reduced'), 1, 2, 'reduced'));
