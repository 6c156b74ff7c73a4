/** What the kernels of a product are told, and which block of it a chunk is. */
import type { Code, Frame, Local } from './wasm/assembler.ts';
import { i32, smaller } from './wasm/instructions.ts';

/**
 * Offsets of the parameters in words: sizes of the operands that give rows and lanes; their strides in bytes; the stride of the result in bytes; the part of a chunk;
 * parts a side; depth; whether rows are packed, whether the block is turned, whether all lanes of a chunk are packed at once, whether packed rows are kept for the chunks that follow; the product's number; the table of products (addresses of rows, lanes, results; the inner size); the parameters of what ends the chunks (see product-end.ts); tables of where lanes and inner elements lie, 0 where strides tell it; most rows of a tile and inner elements of its turns.
 */
export const GEMM = {
  rows: 0, lanes: 1, row: 2, rowInner: 3, lane: 4, laneInner: 5, stride: 6, chunkRows: 7, chunkLanes: 8, down: 9, across: 10, depth: 11, pack: 12, turned: 13, whole: 14, serial: 15, table: 16, end: 17, laneTable: 18, innerTable: 19, keep: 20, tile: 21, turn: 22,
} as const;
export const GEMM_WORDS = 23;
/** Of a product in the table. */
export const PRODUCT = { rows: 0, lanes: 4, result: 8, inner: 12, bytes: 16 } as const;

type Parameter = keyof typeof GEMM;

/** A chunk's block: its first row and lane, how many of each, and which product of the batch. `find` computes them. */
export interface Block {
  readonly row0: Local;
  readonly lane0: Local;
  readonly rows: Local;
  readonly lanes: Local;
  readonly product: Local;
  /** The product's place in the table. */
  readonly entry: Local;
  readonly find: Code;
  parameter(name: Parameter): Code;
}

/** Chunks that share their lanes follow each other. */
export function blockOf(frame: Frame, parameters: Local, chunk: Local): Block {
  const parameter = (name: Parameter): Code => i32.load(parameters.get, 4 * GEMM[name]);
  const { row0, lane0, rows, lanes, product, entry } = frame.ints('row0', 'lane0', 'rows', 'lanes', 'product', 'entry');
  const find: Code = [
    row0.set(i32.mul(i32.remU(chunk.get, parameter('down')), parameter('chunkRows'))),
    product.set(i32.divU(chunk.get, parameter('down'))),
    lane0.set(i32.mul(i32.remU(product.get, parameter('across')), parameter('chunkLanes'))),
    product.set(i32.divU(product.get, parameter('across'))),
    entry.set(i32.add(parameter('table'), i32.mul(product.get, i32.of(PRODUCT.bytes)))),
    rows.set(smaller(parameter('chunkRows'), i32.sub(parameter('rows'), row0.get))),
    lanes.set(smaller(parameter('chunkLanes'), i32.sub(parameter('lanes'), lane0.get))),
  ];
  return { row0, lane0, rows, lanes, product, entry, find, parameter };
}

/** Multiply-adds of a chunk, for who times it: `at` is the word where the parameters begin. */
export function workOf(ints: Int32Array, at: number, chunk: number): number {
  const word = (name: Parameter): number => ints[at + GEMM[name]]!;
  const down = chunk % word('down');
  const across = Math.floor(chunk / word('down')) % word('across');
  const rows = Math.min(word('chunkRows'), word('rows') - down * word('chunkRows'));
  const lanes = Math.min(word('chunkLanes'), word('lanes') - across * word('chunkLanes'));
  const product = Math.floor(chunk / word('down') / word('across'));
  return rows * lanes * ints[(word('table') + product * PRODUCT.bytes + PRODUCT.inner) >> 2]!;
}
