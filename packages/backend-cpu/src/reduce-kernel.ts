/** The kernel of a reduction: computes its function into a strip of working space and folds the strip; what only has to be read is folded where it lies. A chunk is a range of groups. */
import { bytesOf, type Reduction } from '@nn/tensor/backend';
import { foldColumns, foldRows, type FoldType } from './fold.ts';
import { call, type Code, type Frame, type FunctionRef, type Local } from './wasm/assembler.ts';
import { advance, branchIf, i32, larger, loop, smaller, when } from './wasm/instructions.ts';
import type { Slots } from './parameters.ts';

/** Elements of a strip. */
export const STRIP = 4096;

/**
 * What is folded, as [outer, run, inner]. Along the run it is cut into `blocks` of `block` elements, along the inner axis into `tiles` of STRIP elements;
 * one block of one tile is a group, which gives one value (inner 1) or a tile of them.
 */
export interface Groups {
  readonly run: number;
  readonly inner: number;
  readonly blocks: number;
  readonly block: number;
  readonly tiles: number;
}

/** The order in which the kernel finds them, behind the parameters of the walk. */
export const groupWords = ({ run, inner, blocks, block, tiles }: Groups): number[] => [run, inner, blocks, block, tiles];

export interface ReduceSpec {
  readonly kind: Reduction;
  readonly type: FoldType;
  readonly rows: boolean;
  readonly layout: Slots;
  /** fill(parameters, start, end, target) computes elements of the walk; undefined where those are the first input's, which has no gaps. */
  readonly fill: FunctionRef | undefined;
}

export function reduceKernel(frame: Frame, spec: ReduceSpec, parameters: Local, chunk: Local, scratch: Local): Code {
  const { layout, rows } = spec;
  const parameter = (offset: number): Code => i32.load(parameters.get, offset);
  const { run, inner, blocks, block, tiles, group, last } = frame.ints('run', 'inner', 'blocks', 'block', 'tiles', 'group', 'last');
  return [
    [run, inner, blocks, block, tiles].map((local, i) => local.set(parameter(layout.end + 4 * i))),
    group.set(i32.mul(chunk.get, parameter(layout.chunk))),
    last.set(smaller(i32.add(group.get, parameter(layout.chunk)), parameter(layout.total))),
    rows ? foldingRows() : foldingColumns(),
  ];

  /** Each group is a row of neighbours; short rows share a strip. */
  function foldingRows(): Code {
    const { first, many, size, start, from, to } = frame.ints('first', 'many', 'size', 'start', 'from', 'to');
    return loop(
      first.set(i32.mul(i32.remU(group.get, blocks.get), block.get)),
      size.set(smaller(block.get, i32.sub(run.get, first.get))),
      start.set(i32.add(i32.mul(i32.divU(group.get, blocks.get), run.get), first.get)),
      many.set(i32.of(1)),
      when(i32.eq(blocks.get, i32.of(1)), many.set(smaller(i32.sub(last.get, group.get), larger(i32.divU(i32.of(STRIP), size.get), i32.of(1))))),
      elements(from, start, i32.mul(many.get, size.get)),
      to.set(placed(group.get)),
      foldRows(frame, spec.kind, spec.type, from, many, size, to),
      advance(group, many.get), branchIf(0, i32.ltS(group.get, last.get)),
    );
  }

  /** Each group is a tile of some rows, which are folded onto each other. */
  function foldingColumns(): Code {
    const { outer, at, limit, column, width, many, start, from, to, fresh } = frame.ints('outer', 'at', 'limit', 'column', 'width', 'many', 'start', 'from', 'to', 'fresh');
    return loop(
      column.set(i32.mul(i32.remU(group.get, tiles.get), i32.of(STRIP))),
      width.set(smaller(i32.sub(inner.get, column.get), i32.of(STRIP))),
      outer.set(i32.divU(group.get, tiles.get)),
      to.set(placed(i32.add(i32.mul(outer.get, inner.get), column.get))),
      at.set(i32.mul(i32.remU(outer.get, blocks.get), block.get)),
      limit.set(smaller(i32.add(at.get, block.get), run.get)),
      outer.set(i32.divU(outer.get, blocks.get)),
      fresh.set(i32.of(1)),
      loop(
        // Whole rows are neighbours, parts of rows are not.
        many.set(i32.of(1)),
        when(i32.eq(tiles.get, i32.of(1)), many.set(smaller(i32.sub(limit.get, at.get), i32.divU(i32.of(STRIP), width.get)))),
        start.set(i32.add(i32.mul(i32.add(i32.mul(outer.get, run.get), at.get), inner.get), column.get)),
        elements(from, start, i32.mul(many.get, width.get)),
        foldColumns(frame, spec.kind, spec.type, from, many, width, to, fresh),
        fresh.set(i32.of(0)), advance(at, many.get), branchIf(0, i32.ltS(at.get, limit.get)),
      ),
      advance(group, 1), branchIf(0, i32.ltS(group.get, last.get)),
    );
  }

  /** Sets `from` to where `many` elements of the walk are, from `start` on. */
  function elements(from: Local, start: Local, many: Code): Code {
    if (!spec.fill) return from.set(place(layout.quantities[0]!.base, start.get));
    return [call(spec.fill, parameters.get, start.get, i32.add(start.get, many), scratch.get), from.set(scratch.get)];
  }

  /** The address of result `index`. */
  function placed(index: Code): Code { return place(layout.outputs, index); }
  function place(first: number, index: Code): Code { return i32.add(parameter(first), i32.mul(index, i32.of(bytesOf(spec.type)))); }
}
