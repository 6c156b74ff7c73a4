/** The matrix product in float64: dot products, one result after the other. The parameters are those of gemm.ts. */
import { GEMM } from './gemm.ts';
import type { Code, Frame, Local } from './wasm/assembler.ts';
import { advance, count, f64, i32, smaller } from './wasm/instructions.ts';

/** Chunk = one block of rows and columns of one product of the batch. */
export function plainProduct(frame: Frame, parameters: Local, chunk: Local, _scratch: Local): Code {
  const parameter = (word: number): Code => i32.load(parameters.get, 4 * word);
  const bytes = (elements: Code): Code => i32.shl(elements, i32.of(3));
  const { rest, entry, row, column, row0, column0, rowEnd, columnEnd, i, x, y } = frame.ints('rest', 'entry', 'row', 'column', 'row0', 'column0', 'rowEnd', 'columnEnd', 'i', 'x', 'y');
  const sum = frame.local('f64');
  return [
    column0.set(i32.mul(i32.remU(chunk.get, parameter(GEMM.across)), parameter(GEMM.chunkColumns))),
    rest.set(i32.divU(chunk.get, parameter(GEMM.across))),
    row0.set(i32.mul(i32.remU(rest.get, parameter(GEMM.down)), parameter(GEMM.chunkRows))),
    entry.set(i32.add(parameter(GEMM.table), i32.mul(i32.divU(rest.get, parameter(GEMM.down)), i32.of(12)))),
    rowEnd.set(smaller(i32.add(row0.get, parameter(GEMM.chunkRows)), parameter(GEMM.rows))),
    columnEnd.set(smaller(i32.add(column0.get, parameter(GEMM.chunkColumns)), parameter(GEMM.columns))),
    count(row, row0.get, rowEnd.get, 1, count(column, column0.get, columnEnd.get, 1,
      x.set(i32.add(i32.load(entry.get), bytes(i32.mul(row.get, parameter(GEMM.aRow))))),
      y.set(i32.add(i32.load(entry.get, 4), bytes(i32.mul(column.get, parameter(GEMM.bColumn))))),
      sum.set(f64.of(0)),
      count(i, i32.of(0), parameter(GEMM.inner), 1,
        sum.set(f64.add(sum.get, f64.mul(f64.load(x.get), f64.load(y.get)))),
        advance(x, bytes(parameter(GEMM.aInner))), advance(y, bytes(parameter(GEMM.bInner)))),
      f64.store(i32.add(i32.load(entry.get, 8), bytes(i32.add(i32.mul(row.get, parameter(GEMM.columns)), column.get))), sum.get))),
  ];
}
