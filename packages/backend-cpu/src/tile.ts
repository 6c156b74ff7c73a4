/** The innermost part of the matrix product: a tile of results stays in registers while it walks along the inner axis. */
import type { Code, FunctionRef, Local, ModuleBuilder } from './wasm/assembler.ts';
import { advance, branchIf, f32x4, i32, loop, v128, when } from './wasm/instructions.ts';

/** Lanes of a tile, in vectors of 4. */
const VECTORS = 2;
export const COLUMNS = 4 * VECTORS;

/** Tiles differ in rows and in the inner elements of a turn of their loop. */
export interface TileSize { readonly rows: number; readonly turn: number }

/** How rows lie: neighbours of each other, packed or in place; or each along the inner axis. */
export type Rows = 'beside' | 'along';

/**
 * Tiles of `rows` x 8 results, one after the other along packed lanes: tile(a, row stride, inner stride, b, c, stride of c, depth, panels, fresh), strides in bytes.
 * `a` is where the first row begins; rows that lie `along` need the row stride, those that lie `beside` the inner stride.
 * `panels` is how many tiles; b and c go on from one to the next. Results are written where `fresh`, else added.
 */
export function defineTile(module: ModuleBuilder, { rows, turn }: TileSize, lie: Rows, fused: boolean): FunctionRef {
  return module.define(new Array<'i32'>(9).fill('i32'), [], (frame, a, row, inner, b, c, stride, depth, panels, fresh) => {
    const sums = Array.from({ length: rows }, () => Array.from({ length: VECTORS }, () => frame.local('v128')));
    const right = Array.from({ length: VECTORS }, () => frame.local('v128'));
    const factor = frame.local('v128');
    const { left, to } = frame.ints('left', 'to');
    const [first, ...others] = Array.from({ length: lie === 'along' ? rows : 1 }, () => frame.local('i32')) as [Local, ...Local[]];
    const pointers = [first, ...others];
    const add = (sum: Local, x: Local): Code =>
      sum.set(fused ? f32x4.relaxedMadd(factor.get, x.get, sum.get) : f32x4.add(f32x4.mul(factor.get, x.get), sum.get));
    /** Row r at inner element i of a turn. V8 keeps the memory's base plus each offset in a register, so there should be few offsets. */
    const read = (r: number, i: number): Code => (lie === 'along' ? v128.splat32(pointers[r]!.get, 4 * i) : v128.splat32(first.get, 4 * r));
    /** Turns of `many` inner elements until none is `left`. */
    const walk = (many: number): Code => loop(
      Array.from({ length: many }, (_, i) => [
        right.map((vector, half) => vector.set(v128.load(b.get, 4 * (i * COLUMNS + 4 * half)))),
        sums.map((vectors, r) => [factor.set(read(r, i)), vectors.map((sum, half) => add(sum, right[half]!))]),
        lie === 'beside' ? advance(first, inner.get) : [],
      ]),
      lie === 'beside' ? [] : pointers.map((pointer) => advance(pointer, 4 * many)),
      advance(b, 4 * many * COLUMNS), advance(left, -1), branchIf(0, left.get),
    );
    const each = (store: (at: number, sum: Local) => Code): Code =>
      [to.set(c.get), sums.map((vectors, r) => [vectors.map((sum, i) => store(16 * i, sum)), r + 1 < rows ? advance(to, stride.get) : []])];
    return loop(
      first.set(a.get), others.map((pointer, r) => pointer.set(i32.add(pointers[r]!.get, row.get))),
      sums.flat().map((sum) => sum.set(f32x4.of(0))),
      turn === 1 ? [left.set(depth.get), walk(1)]
        : [left.set(i32.divU(depth.get, i32.of(turn))), when(left.get, walk(turn)), left.set(i32.remU(depth.get, i32.of(turn))), when(left.get, walk(1))],
      when(fresh.get,
        each((at, sum) => v128.store(to.get, sum.get, at)),
        each((at, sum) => v128.store(to.get, f32x4.add(v128.load(to.get, at), sum.get), at))),
      advance(c, 4 * COLUMNS), advance(panels, -1), branchIf(0, panels.get),
    );
  });
}
