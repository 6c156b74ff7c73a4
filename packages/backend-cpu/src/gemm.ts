/**
 * The matrix product on one block of the result. One operand gives the lanes of the tiles: it is packed into panels of 8, once per thread where all of it fits.
 * The other gives the rows of the tiles, read where they lie or packed, a few at a time. Which is which is for the caller to choose: where the lanes are the rows of
 * the result, it is computed in working space and written turned. Each result adds its products in the order of the inner axis, cut every `depth`
 * elements (a function of its size), whatever tile, part or thread computes it.
 */
import { definePack, definePackAnywhere, definePackBeside, defineTurn } from './pack.ts';
import { blockOf, PRODUCT } from './product-block.ts';
import { COLUMNS, defineTile, type Rows } from './tile.ts';
import { call, type Code, type Frame, type FunctionRef, type Local, type ModuleBuilder } from './wasm/assembler.ts';
import { advance, choose, count, f32, i32, leave, smaller, when } from './wasm/instructions.ts';
import { SCRATCH_BYTES } from './memory.ts';

/** Inner elements that are added up in registers. */
export const BLOCK_DEPTH = 400;

/** Working space: packed lanes; packed rows, of one tile or of all; what is computed before it is written: a tile that does not fill 8 columns, or a turned block; what the lanes and the rows are. */
export const LANE_BYTES = 640 * 1024;
const ROWS_AT = LANE_BYTES;
export const ROW_BYTES = 128 * 1024;
const BLOCK_AT = ROWS_AT + ROW_BYTES + 64;
const TAG_AT = SCRATCH_BYTES - 64;
export const BLOCK_BYTES = TAG_AT - BLOCK_AT - 64;

/** Rows of tiles that are low. */
const LOW = 3;

const bytes = (elements: Code): Code => i32.shl(elements, i32.of(2));

/**
 * Chunk = one block of rows and lanes of one product of the batch, by tiles of as many rows as the parameters say, at most `height` (up to 6), whose turns have one of the given numbers
 * of inner elements. Chunks that share their lanes follow each other.
 */
export function gemm(module: ModuleBuilder, frame: Frame, height: number, turns: readonly number[], fused: boolean, parameters: Local, chunk: Local, scratch: Local): Code {
  const packRows = Array.from({ length: height }, (_, i) => definePack(module, i + 1, false));
  const packLanes = definePack(module, COLUMNS, true);
  const packBeside = definePackBeside(module);
  const packAnywhere = definePackAnywhere(module);
  const turn = defineTurn(module);
  /** By the number of rows, one of several functions. */
  const chosen = (functions: readonly (typeof turn)[], params: number) => module.define(new Array<'i32'>(params + 1).fill('i32'), [], (_, rows, ...rest) => [
    ...functions.slice(1).reverse().map((target, i) => when(i32.eq(rows.get, i32.of(functions.length - i)), [call(target, ...rest.map(({ get }) => get)), leave])),
    call(functions[0]!, ...rest.map(({ get }) => get)),
  ]);
  const packing = chosen(packRows, 6);
  /** By turns. Long ones are not worth it for low tiles, which are rare. */
  const tiles = (lie: Rows): FunctionRef[] => {
    const plain = Array.from({ length: height }, (_, i) => defineTile(module, { rows: i + 1, turn: 1 }, lie, fused));
    return turns.map((turn) => chosen(plain.map((target, i) => (turn === 1 || i < LOW ? target : defineTile(module, { rows: i + 1, turn }, lie, fused))), 9));
  };
  const [beside, along] = [tiles('beside'), tiles('along')];

  const { row0, lane0, rows, lanes, entry, find, parameter } = blockOf(frame, parameters, chunk);
  const { inner, row, rowInner, lane, laneInner, stride, depth, pack, keep, tallest, turned, whole, laneTable } = frame.ints('inner', 'row', 'rowInner', 'lane', 'laneInner', 'stride', 'depth', 'pack', 'keep', 'tallest', 'turned', 'whole', 'laneTable');
  const { a, b, c, padded, filled, kept, tile0 } = frame.ints('a', 'b', 'c', 'padded', 'filled', 'kept', 'tile0');
  const { k, n, i, j, r, many, at, panels, from, to, left, tall, target, block, width, fresh } = frame.ints('k', 'n', 'i', 'j', 'r', 'many', 'at', 'panels', 'from', 'to', 'left', 'tall', 'target', 'block', 'width', 'fresh');
  const place = i32.add(scratch.get, i32.of(BLOCK_AT));
  const tag = i32.add(scratch.get, i32.of(TAG_AT));

  /** Lanes of inner elements [k, k + depth), after those before where all are kept. */
  const start = i32.add(scratch.get, bytes(i32.mul(choose('i32', whole.get, k.get, i32.of(0)), padded.get)));
  const first = i32.add(b.get, i32.mul(k.get, laneInner.get));
  const anywhere = call(packAnywhere, i32.load(entry.get, PRODUCT.lanes), i32.add(laneTable.get, bytes(lane0.get)), i32.add(parameter('innerTable'), bytes(k.get)), padded.get, many.get, start);
  const packing8: Code = when(laneTable.get, anywhere, when(i32.eq(lane.get, i32.of(4)), call(packBeside, first, laneInner.get, lanes.get, many.get, start), count(n, i32.of(0), lanes.get, COLUMNS,
    call(packLanes, i32.add(first, i32.mul(n.get, lane.get)), lane.get, laneInner.get,
      smaller(i32.of(COLUMNS), i32.sub(lanes.get, n.get)), many.get,
      i32.add(start, bytes(i32.mul(n.get, many.get)))))));
  const eachDepth = (...body: Code[]): Code => count(k, i32.of(0), inner.get, depth.get, many.set(smaller(depth.get, i32.sub(inner.get, k.get))), ...body);
  const tile = (result: Code, count: Code, start: Code): Code => {
    const whether = (packed: Code, inPlace: Code): Code => choose('i32', pack.get, packed, inPlace);
    const run = (target: FunctionRef): Code => call(target, tall.get, whether(tile0.get, from.get), row.get, whether(bytes(tall.get), rowInner.get), start, result, width.get, many.get, count, fresh.get);
    const by = ([first, ...others]: FunctionRef[]): Code => others.reduce((otherwise, target, i) => when(i32.eq(parameter('turn'), i32.of(turns[i + 1]!)), run(target), otherwise), run(first!));
    return when(i32.gtU(i32.eq(rowInner.get, i32.of(4)), pack.get), by(along), by(beside));
  };
  /** A tile that does not fill 8 columns is computed apart, and what counts of it is added. */
  const partial: Code = [
    width.set(i32.of(4 * COLUMNS)), left.set(fresh.get), fresh.set(i32.of(1)),
    tile(place, i32.of(1), i32.add(to.get, i32.mul(i32.mul(panels.get, many.get), i32.of(4 * COLUMNS)))),
    fresh.set(left.get), width.set(stride.get),
    count(r, i32.of(0), tall.get, 1, count(j, i32.shl(panels.get, i32.of(3)), lanes.get, 1,
      at.set(i32.add(target.get, i32.add(i32.mul(r.get, stride.get), bytes(j.get)))),
      addScalar(at.get, i32.add(place, i32.add(i32.mul(r.get, i32.of(4 * COLUMNS)), bytes(i32.sub(j.get, i32.shl(panels.get, i32.of(3)))))), fresh.get))),
  ];
  return [
    row.set(parameter('row')), rowInner.set(parameter('rowInner')), lane.set(parameter('lane')), laneInner.set(parameter('laneInner')),
    stride.set(parameter('stride')), depth.set(parameter('depth')), pack.set(parameter('pack')), keep.set(parameter('keep')), tallest.set(parameter('tile')), turned.set(parameter('turned')), whole.set(parameter('whole')), laneTable.set(parameter('laneTable')),
    find,
    inner.set(i32.load(entry.get, PRODUCT.inner)),
    padded.set(i32.and(i32.add(lanes.get, i32.of(COLUMNS - 1)), i32.of(-COLUMNS))),
    a.set(i32.add(i32.load(entry.get, PRODUCT.rows), i32.mul(row0.get, row.get))),
    b.set(i32.add(i32.load(entry.get, PRODUCT.lanes), i32.mul(lane0.get, lane.get))),
    c.set(i32.add(i32.load(entry.get, PRODUCT.result), choose('i32', turned.get,
      i32.add(i32.mul(lane0.get, stride.get), bytes(row0.get)), i32.add(i32.mul(row0.get, stride.get), bytes(lane0.get))))),
    // In working space all tiles are whole, and rows as long as those.
    block.set(choose('i32', turned.get, place, c.get)),
    width.set(choose('i32', turned.get, bytes(padded.get), stride.get)),
    panels.set(i32.shrU(choose('i32', turned.get, padded.get, lanes.get), i32.of(3))),
    filled.set(i32.of(0)),
    when(whole.get, [
      filled.set(i32.and(i32.eq(i32.load(tag), parameter('serial')), i32.eq(i32.load(tag, 4), b.get))),
      when(i32.eqz(filled.get), [
        eachDepth(packing8),
        i32.store(tag, parameter('serial')), i32.store(tag, b.get, 4), filled.set(i32.of(1))]),
    ]),
    kept.set(i32.and(keep.get, i32.and(i32.eq(i32.load(tag, 8), parameter('serial')), i32.eq(i32.load(tag, 12), a.get)))),
    tile0.set(i32.add(scratch.get, i32.of(ROWS_AT))),
    eachDepth(
      fresh.set(i32.eqz(k.get)),
      when(i32.eqz(filled.get), packing8),
      to.set(i32.add(scratch.get, choose('i32', whole.get, bytes(i32.mul(k.get, padded.get)), i32.of(0)))),
      i.set(i32.of(0)),
      count(i, i32.of(0), rows.get, tall.get,
        left.set(i32.sub(rows.get, i.get)),
        // Two tiles of nearly the same height rather than a whole and a small one.
        tall.set(choose('i32', i32.geS(left.get, i32.shl(tallest.get, i32.of(1))), tallest.get,
          choose('i32', i32.gtS(left.get, tallest.get), i32.shrU(i32.add(left.get, i32.of(1)), i32.of(1)), left.get))),
        from.set(i32.add(a.get, i32.add(i32.mul(i.get, row.get), i32.mul(k.get, rowInner.get)))),
        target.set(i32.add(block.get, i32.mul(i.get, width.get))),
        when(i32.gtS(pack.get, kept.get), call(packing, tall.get, from.get, row.get, rowInner.get, tall.get, many.get, tile0.get)),
        when(panels.get, tile(target.get, panels.get, to.get)),
        when(i32.and(i32.eqz(turned.get), i32.ne(lanes.get, i32.shl(panels.get, i32.of(3)))), partial),
        when(keep.get, advance(tile0, bytes(i32.mul(tall.get, many.get)))))),
    when(keep.get, [i32.store(tag, parameter('serial'), 8), i32.store(tag, a.get, 12)]),
    when(turned.get, call(turn, block.get, width.get, rows.get, lanes.get, c.get, stride.get)),
  ];
}

/** `at = (fresh ? 0 : at) + from`, of one float32. */
function addScalar(at: Code, from: Code, fresh: Code): Code {
  return when(fresh, f32.store(at, f32.load(from)), f32.store(at, f32.add(f32.load(at), f32.load(from))));
}
