/** What the kernels of a product are told, and which block of it a chunk is. */
import type { Code, Frame, Local } from './wasm/assembler.ts';
import { i32, smaller } from './wasm/instructions.ts';

/**
 * Offsets of the parameters in words: sizes of the operands that give rows and lanes, and the inner one; their strides in bytes; the stride of the result in bytes; the part of a chunk;
 * parts a side; depth; whether rows are packed, whether the block is turned, whether all lanes of a chunk are packed at once; the product's number; the table of batches (addresses of rows, lanes, results); the parameters of what ends the chunks (see product-end.ts); tables of where lanes and inner elements lie, 0 where strides tell it.
 */
export const GEMM = {
  rows: 0, lanes: 1, inner: 2, row: 3, rowInner: 4, lane: 5, laneInner: 6, stride: 7, chunkRows: 8, chunkLanes: 9, down: 10, across: 11, depth: 12, pack: 13, turned: 14, whole: 15, serial: 16, table: 17, end: 18, laneTable: 19, innerTable: 20,
} as const;
export const GEMM_WORDS = 22;

type Parameter = keyof typeof GEMM;

/** A chunk's block: its first row and lane, how many of each, and which product of the batch. `find` computes them. */
export interface Block {
  readonly row0: Local;
  readonly lane0: Local;
  readonly rows: Local;
  readonly lanes: Local;
  readonly product: Local;
  readonly find: Code;
  parameter(name: Parameter): Code;
}

/** Chunks that share their lanes follow each other. */
export function blockOf(frame: Frame, parameters: Local, chunk: Local): Block {
  const parameter = (name: Parameter): Code => i32.load(parameters.get, 4 * GEMM[name]);
  const { row0, lane0, rows, lanes, product } = frame.ints('row0', 'lane0', 'rows', 'lanes', 'product');
  const find: Code = [
    row0.set(i32.mul(i32.remU(chunk.get, parameter('down')), parameter('chunkRows'))),
    product.set(i32.divU(chunk.get, parameter('down'))),
    lane0.set(i32.mul(i32.remU(product.get, parameter('across')), parameter('chunkLanes'))),
    product.set(i32.divU(product.get, parameter('across'))),
    rows.set(smaller(parameter('chunkRows'), i32.sub(parameter('rows'), row0.get))),
    lanes.set(smaller(parameter('chunkLanes'), i32.sub(parameter('lanes'), lane0.get))),
  ];
  return { row0, lane0, rows, lanes, product, find, parameter };
}

/** Multiply-adds of a chunk, for who times it: `at` is the word where the parameters begin. */
export function workOf(ints: Int32Array, at: number, chunk: number): number {
  const word = (name: Parameter): number => ints[at + GEMM[name]]!;
  const down = chunk % word('down');
  const across = Math.floor(chunk / word('down')) % word('across');
  const rows = Math.min(word('chunkRows'), word('rows') - down * word('chunkRows'));
  const lanes = Math.min(word('chunkLanes'), word('lanes') - across * word('chunkLanes'));
  return rows * lanes * word('inner');
}
