/** Folding elements that lie in working space: whole rows to one value each, or rows onto each other. The order is fixed by the sizes alone. */
import type { DType, Reduction } from '@nn/tensor/backend';
import type { Code, Frame, Local } from './wasm/assembler.ts';
import { advance, block, branchIf, count, f32x4, f64, i32, i32x4, loop, v128, when } from './wasm/instructions.ts';

/** dtypes that results are folded in; bool counts as int32. */
export type FoldType = 'float32' | 'float64' | 'int32' | 'uint32';

/** How two partial results become one, and what changes nothing. */
interface Monoid {
  combine(a: Code, b: Code): Code;
  readonly neutral: Code;
}

export function vectorMonoid(kind: Reduction, dtype: DType): Monoid {
  if (dtype === 'float32') {
    switch (kind) {
      case 'sum': return { combine: f32x4.add, neutral: f32x4.of(0) };
      case 'prod': return { combine: f32x4.mul, neutral: f32x4.of(1) };
      case 'max': return { combine: f32x4.max, neutral: f32x4.of(-Infinity) };
      case 'min': return { combine: f32x4.min, neutral: f32x4.of(Infinity) };
    }
  }
  const unsigned = dtype === 'uint32';
  switch (kind) {
    case 'sum': return { combine: i32x4.add, neutral: i32x4.of(0) };
    case 'prod': return { combine: i32x4.mul, neutral: i32x4.of(1) };
    case 'max': return { combine: unsigned ? i32x4.maxU : i32x4.maxS, neutral: i32x4.of(unsigned ? 0 : -(2 ** 31)) };
    case 'min': return { combine: unsigned ? i32x4.minU : i32x4.minS, neutral: i32x4.of(unsigned ? -1 : 2 ** 31 - 1) };
  }
}

function doubleMonoid(kind: Reduction): Monoid {
  switch (kind) {
    case 'sum': return { combine: f64.add, neutral: f64.of(0) };
    case 'prod': return { combine: f64.mul, neutral: f64.of(1) };
    case 'max': return { combine: f64.max, neutral: f64.of(-Infinity) };
    case 'min': return { combine: f64.min, neutral: f64.of(Infinity) };
  }
}

/** Folds `rows` rows of `size` elements each, one after the other from `from` on, to `rows` values from `to` on. */
export function foldRows(frame: Frame, kind: Reduction, dtype: FoldType, from: Local, rows: Local, size: Local, to: Local): Code {
  const { row, left } = frame.ints('row', 'left');
  if (dtype === 'float64') {
    const { combine, neutral } = doubleMonoid(kind);
    const sum = frame.local('f64');
    return count(row, i32.of(0), rows.get, 1,
      sum.set(neutral), left.set(size.get),
      loop(sum.set(combine(sum.get, f64.load(from.get))), advance(from, 8), advance(left, -1), branchIf(0, left.get)),
      f64.store(to.get, sum.get), advance(to, 8));
  }
  const { combine, neutral } = vectorMonoid(kind, dtype);
  const lanes = Array.from({ length: 4 }, () => frame.local('v128'));
  const first = lanes[0]!;
  const turned = (order: readonly [number, number, number, number]): Code => first.set(combine(first.get, i32x4.shuffle(first.get, first.get, order)));
  const tail = v128.select(i32x4.ltS(i32x4.of(0, 1, 2, 3), i32x4.splat(left.get)), v128.load(from.get), neutral);
  return count(row, i32.of(0), rows.get, 1,
    ...lanes.map((lane) => lane.set(neutral)), left.set(size.get),
    // Sixteen at a time, in four vectors; then four; then what is left.
    block(branchIf(0, i32.ltS(left.get, i32.of(16))), loop(
      ...lanes.map((lane, i) => lane.set(combine(lane.get, v128.load(from.get, 16 * i)))),
      advance(from, 64), advance(left, -16), branchIf(0, i32.geS(left.get, i32.of(16))))),
    block(branchIf(0, i32.ltS(left.get, i32.of(4))), loop(
      first.set(combine(first.get, v128.load(from.get))),
      advance(from, 16), advance(left, -4), branchIf(0, i32.geS(left.get, i32.of(4))))),
    when(left.get, [first.set(combine(first.get, tail)), advance(from, i32.shl(left.get, i32.of(2)))]),
    first.set(combine(combine(first.get, lanes[1]!.get), combine(lanes[2]!.get, lanes[3]!.get))),
    turned([2, 3, 0, 1]), turned([1, 0, 3, 2]),
    v128.storeLane32(to.get, first.get, 0), advance(to, 4));
}

/** Vectors that are folded side by side. */
const TOGETHER = 4;

/** Folds `rows` rows of `size` elements onto each other, and onto what stands at `to` unless `fresh`. */
export function foldColumns(frame: Frame, kind: Reduction, dtype: FoldType, from: Local, rows: Local, size: Local, to: Local, fresh: Local): Code {
  const { column, row, at, left, target, stride, whole } = frame.ints('column', 'row', 'at', 'left', 'target', 'stride', 'whole');
  const wide = dtype === 'float64';
  const bytes = wide ? 8 : 4;
  const width = wide ? 1 : 4;
  const { combine } = wide ? doubleMonoid(kind) : vectorMonoid(kind, dtype);
  const [load, put] = wide ? [f64.load, f64.store] : [v128.load, v128.store];
  const sums = Array.from({ length: TOGETHER }, () => frame.local(wide ? 'f64' : 'v128'));
  const [sum] = sums as [Local];
  const last: Code = wide ? put(target.get, sum.get) : when(i32.geS(left.get, i32.of(4)), put(target.get, sum.get),
    [0, 1, 2].map((lane) => when(i32.gtS(left.get, i32.of(lane)), v128.storeLane32(target.get, sum.get, lane, 4 * lane))));
  /** `some` sums of the columns from `column` on. */
  const fold = (some: readonly Local[], store: Code): Code => {
    const each = (make: (sum: Local, offset: number) => Code): Code => some.map((local, i) => local.set(make(local, i * width * bytes)));
    return [
      at.set(i32.add(from.get, i32.mul(column.get, i32.of(bytes)))),
      target.set(i32.add(to.get, i32.mul(column.get, i32.of(bytes)))),
      each((_, offset) => load(at.get, offset)),
      count(row, i32.of(1), rows.get, 1, advance(at, stride.get), each((local, offset) => combine(local.get, load(at.get, offset)))),
      when(i32.eqz(fresh.get), each((local, offset) => combine(load(target.get, offset), local.get))),
      store,
    ];
  };
  return [
    stride.set(i32.mul(size.get, i32.of(bytes))),
    whole.set(i32.sub(size.get, i32.remU(size.get, i32.of(TOGETHER * width)))),
    count(column, i32.of(0), whole.get, TOGETHER * width, fold(sums, sums.map((local, i) => put(target.get, local.get, i * width * bytes)))),
    count(column, whole.get, size.get, width, left.set(i32.sub(size.get, column.get)), fold([sum], last)),
  ];
}

