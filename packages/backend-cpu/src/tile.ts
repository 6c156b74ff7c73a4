/** The innermost part of the matrix product: a tile of results stays in registers while it walks along the inner axis. */
import type { Code, FunctionRef, Local, ModuleBuilder } from './wasm/assembler.ts';
import { advance, branchIf, f32x4, i32, loop, v128, when } from './wasm/instructions.ts';

/** Lanes of a tile, in vectors of 4. */
const VECTORS = 2;
export const COLUMNS = 4 * VECTORS;

/**
 * Tiles of `rows` x 8 results, one after the other along a packed block: tile(a, row stride, inner stride, b, c, stride of c, depth, panels, fresh).
 * Element i of row r is read at a + r * row + i * inner; the strides are given where `packed` (rows of that width beside each other) does not say them.
 * `panels` is how many tiles; b and c go on from one to the next. Results are written where `fresh`, else added.
 */
export function defineTile(module: ModuleBuilder, rows: number, packed: number | undefined, fused: boolean): FunctionRef {
  return module.define(new Array<'i32'>(9).fill('i32'), [], (frame, a, row, inner, b, c, stride, depth, panels, fresh) => {
    const sums = Array.from({ length: rows }, () => Array.from({ length: VECTORS }, () => frame.local('v128')));
    const right = Array.from({ length: VECTORS }, () => frame.local('v128'));
    const factor = frame.local('v128');
    const { left, to } = frame.ints('left', 'to');
    const pointers = packed === undefined ? sums.map(() => frame.local('i32')) : [frame.local('i32')];
    const add = (sum: Local, x: Local): Code =>
      sum.set(fused ? f32x4.relaxedMadd(factor.get, x.get, sum.get) : f32x4.add(f32x4.mul(factor.get, x.get), sum.get));
    const read = (r: number): Code => (packed === undefined ? v128.splat32(pointers[r]!.get) : v128.splat32(pointers[0]!.get, 4 * r));
    const each = (store: (at: number, sum: Local) => Code): Code =>
      [to.set(c.get), sums.map((vectors, r) => [vectors.map((sum, i) => store(16 * i, sum)), r + 1 < rows ? advance(to, stride.get) : []])];
    return loop(
      pointers.map((pointer, r) => pointer.set(r === 0 ? a.get : i32.add(pointers[r - 1]!.get, row.get))),
      sums.flat().map((sum) => sum.set(f32x4.of(0))),
      left.set(depth.get),
      loop(
        right.map((vector, i) => vector.set(v128.load(b.get, 16 * i))),
        sums.map((vectors, r) => [factor.set(read(r)), vectors.map((sum, i) => add(sum, right[i]!))]),
        packed === undefined ? pointers.map((pointer) => advance(pointer, inner.get)) : advance(pointers[0]!, 4 * packed),
        advance(b, 4 * COLUMNS), advance(left, -1), branchIf(0, left.get),
      ),
      when(fresh.get,
        each((at, sum) => v128.store(to.get, sum.get, at)),
        each((at, sum) => v128.store(to.get, f32x4.add(v128.load(to.get, at), sum.get), at))),
      advance(c, 4 * COLUMNS), advance(panels, -1), branchIf(0, panels.get),
    );
  });
}
