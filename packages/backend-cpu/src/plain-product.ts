/** The matrix product in float64: dot products, one result after the other. */
import { blockOf, PRODUCT } from './product-block.ts';
import type { Code, Frame, Local } from './wasm/assembler.ts';
import { advance, choose, count, f64, i32 } from './wasm/instructions.ts';

/** Chunk = one block of one product of the batch. */
export function plainProduct(frame: Frame, parameters: Local, chunk: Local, _scratch: Local): Code {
  const { row0, lane0, rows, lanes, entry, find, parameter } = blockOf(frame, parameters, chunk);
  const bytes = (elements: Code): Code => i32.shl(elements, i32.of(3));
  const { row, lane, rowEnd, laneEnd, i, x, y } = frame.ints('row', 'lane', 'rowEnd', 'laneEnd', 'i', 'x', 'y');
  const sum = frame.local('f64');
  const result = (at: Local, across: Local): Code => i32.add(i32.load(entry.get, PRODUCT.result), i32.add(i32.mul(at.get, parameter('stride')), bytes(across.get)));
  return [
    find,
    rowEnd.set(i32.add(row0.get, rows.get)), laneEnd.set(i32.add(lane0.get, lanes.get)),
    count(row, row0.get, rowEnd.get, 1, count(lane, lane0.get, laneEnd.get, 1,
      x.set(i32.add(i32.load(entry.get, PRODUCT.rows), i32.mul(row.get, parameter('row')))),
      y.set(i32.add(i32.load(entry.get, PRODUCT.lanes), i32.mul(lane.get, parameter('lane')))),
      sum.set(f64.of(0)),
      count(i, i32.of(0), i32.load(entry.get, PRODUCT.inner), 1,
        sum.set(f64.add(sum.get, f64.mul(f64.load(x.get), f64.load(y.get)))),
        advance(x, parameter('rowInner')), advance(y, parameter('laneInner'))),
      f64.store(choose('i32', parameter('turned'), result(lane, row), result(row, lane)), sum.get))),
  ];
}
