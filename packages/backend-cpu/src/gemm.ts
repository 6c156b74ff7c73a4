/**
 * The matrix product on one block of the result: both operands are packed into panels, so that any strides cost the same,
 * and a tile of 4 x 8 results stays in registers while it walks along the inner axis. Each result adds its products in the order of the inner
 * axis, cut every `depth` elements (a function of its size), whatever tile or thread computes it.
 */
import { call, type Code, type Frame, type FunctionRef, type Local, type ModuleBuilder } from './wasm/assembler.ts';
import { advance, block, branchIf, count, f32, f32x4, i32, i32x4, leave, loop, smaller, v128, when } from './wasm/instructions.ts';

/** Rows and columns of a tile. */
const ROWS = 4;
const COLUMNS = 8;
/** Rows packed at a time, and inner elements at most: the packed block stays in the second cache. */
export const BLOCK_ROWS = 192;
export const BLOCK_DEPTH = 400;

/** Working space: packed rows, one packed panel of columns, and a tile for what does not fill one. */
const PANEL = BLOCK_ROWS * BLOCK_DEPTH * 4;
const TILE = PANEL + BLOCK_DEPTH * COLUMNS * 4;

const bytes = (elements: Code): Code => i32.shl(elements, i32.of(2));

/** `rows` x 8 results from packed panels: tile(a, b, c, stride of c in bytes, depth, fresh). */
function defineTile(module: ModuleBuilder, rows: number, fused: boolean): FunctionRef {
  return module.define(['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], [], (frame, a, b, c, stride, depth, fresh) => {
    const sums = Array.from({ length: rows }, () => [frame.local('v128'), frame.local('v128')]);
    const [left, right, factor] = [frame.local('v128'), frame.local('v128'), frame.local('v128')];
    const add = (sum: Local, x: Local): Code =>
      sum.set(fused ? f32x4.relaxedMadd(factor.get, x.get, sum.get) : f32x4.add(f32x4.mul(factor.get, x.get), sum.get));
    const each = (store: (at: number, sum: Local) => Code): Code =>
      sums.map((pair, row) => [pair.map((sum, i) => store(16 * i, sum)), row + 1 < rows ? advance(c, stride.get) : []]);
    return [
      loop(
        left.set(v128.load(b.get)), right.set(v128.load(b.get, 16)),
        ...sums.map(([first, second], row): Code => [factor.set(v128.splat32(a.get, 4 * row)), add(first!, left), add(second!, right)]),
        advance(a, 4 * ROWS), advance(b, 4 * COLUMNS), advance(depth, -1), branchIf(0, depth.get),
      ),
      when(fresh.get,
        each((at, sum) => v128.store(c.get, sum.get, at)),
        each((at, sum) => v128.store(c.get, f32x4.add(v128.load(c.get, at), sum.get), at))),
    ];
  });
}

/**
 * Packs `many` of `width` lines: pack(from, line stride, inner stride, many, depth, to), strides in bytes.
 * Element i of line j lands at to[i * width + j]; missing lines are zeros.
 */
function definePack(module: ModuleBuilder, width: number): FunctionRef {
  return module.define(['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], [], (frame, from, line, inner, many, depth, to) => {
    const { i, j, at } = frame.ints('i', 'j', 'at');
    const groups = Array.from({ length: width / 4 }, (_, group) => 16 * group);
    const left = frame.local('i32');
    const next: Code = [advance(from, inner.get), advance(to, 4 * width)];
    const beside: Code = count(i, i32.of(0), depth.get, 1, ...groups.map((offset) => v128.store(to.get, v128.load(from.get, offset), offset)), next);
    const scalar = (elements: Code): Code => count(i, i32.of(0), elements, 1,
      at.set(from.get),
      groups.map((offset) => v128.store(to.get, f32x4.of(0), offset)),
      count(j, i32.of(0), many.get, 1, i32.store(i32.add(to.get, bytes(j.get)), i32.load(at.get)), advance(at, line.get)),
      next);
    return [
      when(i32.eq(many.get, i32.of(width)), [
        when(i32.eq(line.get, i32.of(4)), [beside, leave]),
        when(i32.eq(inner.get, i32.of(4)), [
          left.set(depth.get),
          block(branchIf(0, i32.ltS(left.get, i32.of(4))), loop(
            at.set(from.get),
            groups.map((offset) => transpose(frame, at, line, to, offset, 4 * width)),
            advance(from, 16), advance(to, 16 * width), advance(left, -4),
            branchIf(0, i32.geS(left.get, i32.of(4))))),
          depth.set(left.get),
        ]),
      ]),
      scalar(depth.get),
    ];
  });
}

/** Four lines of four elements from `at` (which advances past the lines) to columns, `stride` bytes apart. */
function transpose(frame: Frame, at: Local, line: Local, to: Local, offset: number, stride: number): Code {
  const [a, b, c, d, e, f, g, h] = Array.from({ length: 8 }, () => frame.local('v128')) as [Local, Local, Local, Local, Local, Local, Local, Local];
  const low = [0, 4, 1, 5] as const;
  const high = [2, 6, 3, 7] as const;
  return [
    [a, b, c, d].map((row) => [row.set(v128.load(at.get)), advance(at, line.get)]),
    e.set(i32x4.shuffle(a.get, b.get, low)), f.set(i32x4.shuffle(a.get, b.get, high)),
    g.set(i32x4.shuffle(c.get, d.get, low)), h.set(i32x4.shuffle(c.get, d.get, high)),
    v128.store(to.get, i32x4.shuffle(e.get, g.get, [0, 1, 4, 5]), offset), v128.store(to.get, i32x4.shuffle(e.get, g.get, [2, 3, 6, 7]), offset + stride),
    v128.store(to.get, i32x4.shuffle(f.get, h.get, [0, 1, 4, 5]), offset + 2 * stride), v128.store(to.get, i32x4.shuffle(f.get, h.get, [2, 3, 6, 7]), offset + 3 * stride),
  ];
}

/** Offsets of the parameters in words: sizes, strides in elements, the block of a chunk, blocks a side, and the table of batches (addresses of a, b, c). */
export const GEMM = { rows: 0, columns: 1, inner: 2, aRow: 3, aInner: 4, bInner: 5, bColumn: 6, chunkRows: 7, chunkColumns: 8, down: 9, across: 10, depth: 11, table: 12 } as const;

/** Chunk = one block of rows and columns of one product of the batch. */
export function gemm(module: ModuleBuilder, frame: Frame, fused: boolean, parameters: Local, chunk: Local, scratch: Local): Code {
  const tiles = Array.from({ length: ROWS }, (_, i) => defineTile(module, i + 1, fused));
  const tile = module.define(new Array<'i32'>(7).fill('i32'), [], (_, rows, ...rest) => [
    ...tiles.slice(0, -1).map((target, i) => when(i32.eq(rows.get, i32.of(i + 1)), [call(target, ...rest.map(({ get }) => get)), leave])),
    call(tiles.at(-1)!, ...rest.map(({ get }) => get)),
  ]);
  const packRows = definePack(module, ROWS);
  const packColumns = definePack(module, COLUMNS);
  const parameter = (word: number): Code => i32.load(parameters.get, 4 * word);
  const { a, b, c, rest, rowEnd, columnEnd, row0, column0 } = frame.ints('a', 'b', 'c', 'rest', 'rowEnd', 'columnEnd', 'row0', 'column0');
  const { aRow, aInner, bInner, bColumn, stride, inner } = frame.ints('aRow', 'aInner', 'bInner', 'bColumn', 'stride', 'inner');
  const { k, depth, m, rows, n, columns, i, height, at, j, r, target, entry } = frame.ints('k', 'depth', 'm', 'rows', 'n', 'columns', 'i', 'height', 'at', 'j', 'r', 'target', 'entry');
  const packed = i32.add(scratch.get, bytes(i32.mul(i.get, depth.get)));
  const panel = i32.add(scratch.get, i32.of(PANEL));
  const corner = i32.add(scratch.get, i32.of(TILE));
  const fresh = i32.eqz(k.get);
  // A tile that does not fill 8 columns is computed apart, and what counts of it is added.
  const partial: Code = [
    call(tile, height.get, packed, panel, corner, i32.of(4 * COLUMNS), depth.get, i32.of(1)),
    count(r, i32.of(0), height.get, 1, count(j, i32.of(0), columns.get, 1,
      at.set(i32.add(target.get, i32.add(i32.mul(r.get, stride.get), bytes(j.get)))),
      addScalar(at.get, i32.add(corner, i32.add(i32.mul(r.get, i32.of(4 * COLUMNS)), bytes(j.get))), fresh))),
  ];
  return [
    inner.set(parameter(GEMM.inner)), aRow.set(bytes(parameter(GEMM.aRow))), aInner.set(bytes(parameter(GEMM.aInner))),
    bInner.set(bytes(parameter(GEMM.bInner))), bColumn.set(bytes(parameter(GEMM.bColumn))), stride.set(bytes(parameter(GEMM.columns))),
    column0.set(i32.mul(i32.remU(chunk.get, parameter(GEMM.across)), parameter(GEMM.chunkColumns))),
    rest.set(i32.divU(chunk.get, parameter(GEMM.across))),
    row0.set(i32.mul(i32.remU(rest.get, parameter(GEMM.down)), parameter(GEMM.chunkRows))),
    rest.set(i32.divU(rest.get, parameter(GEMM.down))),
    entry.set(i32.add(parameter(GEMM.table), i32.mul(rest.get, i32.of(12)))),
    a.set(i32.load(entry.get)), b.set(i32.load(entry.get, 4)), c.set(i32.load(entry.get, 8)),
    rowEnd.set(smaller(i32.add(row0.get, parameter(GEMM.chunkRows)), parameter(GEMM.rows))),
    columnEnd.set(smaller(i32.add(column0.get, parameter(GEMM.chunkColumns)), parameter(GEMM.columns))),
    count(k, i32.of(0), inner.get, depth.get,
      depth.set(smaller(parameter(GEMM.depth), i32.sub(inner.get, k.get))),
      count(m, row0.get, rowEnd.get, BLOCK_ROWS,
        rows.set(smaller(i32.of(BLOCK_ROWS), i32.sub(rowEnd.get, m.get))),
        count(i, i32.of(0), rows.get, ROWS,
          call(packRows, i32.add(a.get, i32.add(i32.mul(i32.add(m.get, i.get), aRow.get), i32.mul(k.get, aInner.get))), aRow.get, aInner.get,
            smaller(i32.of(ROWS), i32.sub(rows.get, i.get)), depth.get, packed)),
        count(n, column0.get, columnEnd.get, COLUMNS,
          columns.set(smaller(i32.of(COLUMNS), i32.sub(columnEnd.get, n.get))),
          call(packColumns, i32.add(b.get, i32.add(i32.mul(n.get, bColumn.get), i32.mul(k.get, bInner.get))), bColumn.get, bInner.get, columns.get, depth.get, panel),
          count(i, i32.of(0), rows.get, ROWS,
            height.set(smaller(i32.of(ROWS), i32.sub(rows.get, i.get))),
            target.set(i32.add(c.get, i32.add(i32.mul(i32.add(m.get, i.get), stride.get), bytes(n.get)))),
            when(i32.eq(columns.get, i32.of(COLUMNS)),
              call(tile, height.get, packed, panel, target.get, stride.get, depth.get, fresh),
              partial))))),
  ];
}

/** `at = (fresh ? 0 : at) + from`, of one float32. */
function addScalar(at: Code, from: Code, fresh: Code): Code {
  return when(fresh, f32.store(at, f32.load(from)), f32.store(at, f32.add(f32.load(at), f32.load(from))));
}
