/** Packing: the parts of two matrices that a tile of the product walks along, brought to neighbouring addresses, whatever their strides. */
import type { Code, Frame, FunctionRef, Local, ModuleBuilder } from './wasm/assembler.ts';
import { advance, block, branchIf, count, f32x4, i32, i32x4, leave, loop, v128, when } from './wasm/instructions.ts';

const bytes = (elements: Code): Code => i32.shl(elements, i32.of(2));

/**
 * Packs `many` (at most `width`) lines of `depth` elements: pack(from, line stride, inner stride, many, depth, to), strides in bytes.
 * Element i of line j lands at to[i * width + j]. Lines that are missing up to `padded` are zeros.
 */
export function definePack(module: ModuleBuilder, width: number, padded: boolean): FunctionRef {
  return module.define(['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], [], (frame, from, line, inner, many, depth, to) => {
    const { i, j, at, row, left } = frame.ints('i', 'j', 'at', 'row', 'left');
    // Of a width that is no multiple of 4, the last vector runs into the next place, which is written afterwards.
    const groups = Array.from({ length: Math.ceil(width / 4) }, (_, group) => 16 * group);
    const next: Code = [advance(from, inner.get), advance(to, 4 * width)];
    const beside: Code = count(i, i32.of(0), depth.get, 1, groups.map((offset) => v128.store(to.get, v128.load(from.get, offset), offset)), next);
    const whole = Math.floor(width / 4);
    const across: Code = [
      left.set(depth.get),
      block(branchIf(0, i32.ltS(left.get, i32.of(4))), loop(
        at.set(from.get),
        Array.from({ length: whole }, (_, group) => transpose(frame, at, line, to, 16 * group, 4 * width)),
        width - 4 * whole >= 2 ? interleave(frame, at, line, to, 16 * whole, 4 * width) : [],
        width % 2 === 1 ? [[0, 1, 2, 3].map((step) => i32.store(to.get, i32.load(at.get, 4 * step), 4 * (width * (step + 1) - 1))), advance(at, line.get)] : [],
        advance(from, 16), advance(to, 16 * width), advance(left, -4),
        branchIf(0, i32.geS(left.get, i32.of(4))))),
      depth.set(left.get),
    ];
    return [
      when(i32.eq(many.get, i32.of(width)), [
        when(i32.eq(line.get, i32.of(4)), [beside, leave]),
        when(i32.eq(inner.get, i32.of(4)), across),
      ]),
      count(i, i32.of(0), depth.get, 1,
        at.set(from.get), row.set(to.get),
        padded ? groups.map((offset) => v128.store(to.get, f32x4.of(0), offset)) : [],
        count(j, i32.of(0), many.get, 1, i32.store(row.get, i32.load(at.get)), advance(at, line.get), advance(row, 4)),
        next),
    ];
  });
}

/** Inner elements that are packed together, so that a whole number of cache lines is written at once: panels may lie such that they push each other out of the cache. */
const TOGETHER = 4;

/**
 * Packs lanes that are neighbours, all of them at once, so that whole cache lines are read: pack(from, inner stride, lanes, depth, to).
 * They land in panels of 8, one behind the other; what the last one lacks are zeros.
 */
export function definePackBeside(module: ModuleBuilder): FunctionRef {
  return module.define(['i32', 'i32', 'i32', 'i32', 'i32'], [], (frame, from, inner, lanes, depth, to) => {
    const { i, n, at, row, target, panel, whole, rest, most } = frame.ints('i', 'n', 'at', 'row', 'target', 'panel', 'whole', 'rest', 'most');
    const masks = [0, 1].map(() => frame.local('v128'));
    const lines = (count: number, each: (k: number) => Code): Code => [row.set(at.get), Array.from({ length: count }, (_, k) => [each(k), k < count - 1 ? advance(row, inner.get) : []])];
    /** The next `together` inner elements of all lanes. */
    const pack = (together: number): Code => [
      at.set(from.get), target.set(to.get),
      count(n, i32.of(0), whole.get, 8,
        lines(together, (k) => [0, 16].map((half) => v128.store(target.get, v128.load(row.get, half), 32 * k + half))),
        advance(at, 32), advance(target, panel.get)),
      when(rest.get, lines(together, (k) => masks.map((mask, half) => v128.store(target.get, v128.and(v128.load(row.get, 16 * half), mask.get), 32 * k + 16 * half)))),
      advance(from, i32.mul(inner.get, i32.of(together))), advance(to, 32 * together),
    ];
    return [
      panel.set(i32.shl(depth.get, i32.of(5))), whole.set(i32.and(lanes.get, i32.of(-8))), rest.set(i32.sub(lanes.get, whole.get)), most.set(i32.and(depth.get, i32.of(-TOGETHER))),
      masks.map((mask, half) => mask.set(i32x4.ltS(i32x4.of(...[0, 1, 2, 3].map((lane) => 4 * half + lane)), i32x4.splat(rest.get)))),
      count(i, i32.of(0), most.get, TOGETHER, pack(TOGETHER)),
      count(i, most.get, depth.get, 1, pack(1)),
    ];
  });
}

/**
 * Packs lanes that lie anywhere, by tables of offsets: pack(from, table of lanes, table of inner elements, lanes, depth, to), of lanes a multiple of 8.
 * They land as those of {@link definePackBeside}. Four at a time are read at once where they are neighbours.
 */
export function definePackAnywhere(module: ModuleBuilder): FunctionRef {
  return module.define(['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], [], (frame, from, table, inner, lanes, depth, to) => {
    const { n, i, at, target, panel } = frame.ints('n', 'i', 'at', 'target', 'panel');
    const [a, b, c, d] = Array.from({ length: 4 }, () => frame.local('i32')) as [Local, Local, Local, Local];
    const places = [a, b, c, d];
    const value = frame.local('v128');
    const apart = (lane: number): Code => i32.sub(places[lane]!.get, a.get);
    const walk = (read: (offset: Code) => Code): Code => [
      at.set(inner.get),
      count(i, i32.of(0), depth.get, 1, read(i32.load(at.get)), v128.store(target.get, value.get), advance(at, 4), advance(target, 32)),
    ];
    return [
      panel.set(i32.shl(depth.get, i32.of(5))),
      count(n, i32.of(0), lanes.get, 4,
        places.map((place, lane) => place.set(i32.add(from.get, i32.load(table.get, 4 * lane)))), advance(table, 16),
        target.set(i32.add(to.get, i32.add(i32.mul(i32.shrU(n.get, i32.of(3)), panel.get), i32.shl(i32.and(n.get, i32.of(4)), i32.of(2))))),
        when(i32.and(i32.and(i32.eq(apart(1), i32.of(4)), i32.eq(apart(2), i32.of(8))), i32.eq(apart(3), i32.of(12))),
          walk((offset) => value.set(v128.load(i32.add(a.get, offset)))),
          walk((offset) => {
            const here = frame.local('i32');
            return [here.set(offset), value.set([b, c, d].reduce<Code>((sum, place, lane) => v128.loadLane32(i32.add(place.get, here.get), sum, lane + 1), v128.zero32(i32.add(a.get, here.get))))];
          }))),
    ];
  });
}

/** Four lines of four elements from `at` (which advances past the lines) to columns, `stride` bytes apart. */
function transpose(frame: Frame, at: Local, line: Local, to: Local, offset: number, stride: number): Code {
  const rows = Array.from({ length: 4 }, () => frame.local('v128'));
  return [
    rows.map((row) => [row.set(v128.load(at.get)), advance(at, line.get)]),
    transposed(frame, rows).map((column, i) => v128.store(to.get, column, offset + i * stride)),
  ];
}

/** As {@link transpose}, of two lines. */
function interleave(frame: Frame, at: Local, line: Local, to: Local, offset: number, stride: number): Code {
  const [a, b] = [frame.local('v128'), frame.local('v128')];
  const pairs = ([[0, 4, 1, 5], [2, 6, 3, 7]] as const).map((lanes) => ({ lanes, both: frame.local('v128') }));
  return [
    [a, b].map((row) => [row.set(v128.load(at.get)), advance(at, line.get)]),
    pairs.map(({ lanes, both }, i) => [both.set(i32x4.shuffle(a.get, b.get, lanes)), [0, 1].map((half) => v128.storeLane64(to.get, both.get, half, offset + (2 * i + half) * stride))]),
  ];
}

/** The columns of four rows of four. */
function transposed(frame: Frame, rows: readonly Local[]): Code[] {
  const [a, b, c, d] = rows as [Local, Local, Local, Local];
  const [e, f, g, h] = Array.from({ length: 4 }, () => frame.local('v128')) as [Local, Local, Local, Local];
  const low = [0, 4, 1, 5] as const;
  const high = [2, 6, 3, 7] as const;
  return [
    [e.set(i32x4.shuffle(a.get, b.get, low)), f.set(i32x4.shuffle(a.get, b.get, high)), g.set(i32x4.shuffle(c.get, d.get, low)), h.set(i32x4.shuffle(c.get, d.get, high)), i32x4.shuffle(e.get, g.get, [0, 1, 4, 5])],
    i32x4.shuffle(e.get, g.get, [2, 3, 6, 7]), i32x4.shuffle(f.get, h.get, [0, 1, 4, 5]), i32x4.shuffle(f.get, h.get, [2, 3, 6, 7]),
  ];
}

/** Writes `rows` rows of `columns` elements as columns: turn(from, row stride, rows, columns, to, stride of the written rows), strides in bytes. */
export function defineTurn(module: ModuleBuilder): FunctionRef {
  return module.define(['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], [], (frame, from, line, rows, columns, to, stride) => {
    const { i, j, at, target, step } = frame.ints('i', 'j', 'at', 'target', 'step');
    const vectors = Array.from({ length: 4 }, () => frame.local('v128'));
    const element = (row: Local, column: Local): Code => [
      i32.store(i32.add(to.get, i32.add(i32.mul(column.get, stride.get), bytes(row.get))), i32.load(i32.add(from.get, i32.add(i32.mul(row.get, line.get), bytes(column.get))))),
    ];
    const square = (size: Local): Code => i32.and(size.get, i32.of(-4));
    return [
      step.set(i32.shl(stride.get, i32.of(2))),
      count(i, i32.of(0), square(rows), 4,
        at.set(i32.add(from.get, i32.mul(i.get, line.get))), target.set(i32.add(to.get, bytes(i.get))),
        count(j, i32.of(0), square(columns), 4,
          vectors.map((vector, row) => [vector.set(v128.load(at.get)), row < 3 ? advance(at, line.get) : []]),
          transposed(frame, vectors).map((column) => [v128.store(target.get, column), advance(target, stride.get)]),
          at.set(i32.add(i32.sub(at.get, i32.mul(line.get, i32.of(3))), i32.of(16)))),
        count(j, square(columns), columns.get, 1, [0, 1, 2, 3].map((row) => [element(i, j), row < 3 ? advance(i, 1) : advance(i, -3)]))),
      count(i, square(rows), rows.get, 1, count(j, i32.of(0), columns.get, 1, element(i, j))),
    ];
  });
}
