/** The kernel of a function of rows: each row is read once per pass while it is in the first cache, its reductions stay in registers. A chunk is a range of rows. */
import { bytesOf, type DType, ordered, print, rewrite, type RowFunction, type Scalar, ScalarFunction, Table } from '@nn/tensor/backend';
import type { Leaves } from './dialect.ts';
import { vectorMonoid } from './fold.ts';
import type { Form } from './form.ts';
import { type Cursor, eachVector, type Reader, readers } from './loop.ts';
import { boundedness, slots } from './parameters.ts';
import type { Access } from './walk.ts';
import type { Code, Frame, Local } from './wasm/assembler.ts';
import { advance, branchIf, i32, i32x4, loop, smaller, v128 } from './wasm/instructions.ts';

export interface RowSpec {
  readonly function: RowFunction;
  readonly rank: number;
  readonly accesses: readonly Access[];
  /** The axes that index leaves mean, in the order of their quantities. */
  readonly indices: readonly number[];
}

export function rowKernel(frame: Frame, form: Form, spec: RowSpec, params: Local, chunk: Local): Code {
  const { function: f, rank, accesses, indices } = spec;
  const layout = slots(rank, boundedness(accesses, indices.length), f.outputs.roots.length, f.uniforms.length);
  const parameter = (offset: number): Code => i32.load(params.get, offset);
  const { row, last, left, length, rest, coordinate } = frame.ints('row', 'last', 'left', 'length', 'rest', 'coordinate');
  const cursors = layout.quantities.map((): Cursor => ({ row: frame.local('i32'), here: frame.local('i32'), step: frame.local('i32') }));
  const reading = readers(form, accesses, cursors, layout, params);
  const uniforms = f.uniforms.map((dtype, i) => form.uniform(dtype, params, layout.uniforms + 8 * i));
  const firstIndex = cursors.length - indices.length;
  const indexed = indices.map((_, i) => form.index(cursors[firstIndex + i]!));
  const stages = f.stages.map(() => frame.local('v128'));
  const leaves: Leaves = {
    input: (position) => (position < accesses.length ? reading[position]!.read : stages[position - accesses.length]!.get),
    uniform: (position) => uniforms[position]!.value,
    index: (axis) => indexed[indices.indexOf(axis)]!.value,
  };
  const dialect = form.dialect(leaves);
  const targets = f.outputs.roots.map(() => frame.local('i32'));
  const passes = [...new Set(f.stages.map(({ pass }) => pass))].map(reducing);
  const [elements, rows] = [writing(false), writing(true)];
  return [
    length.set(parameter(layout.sizes)),
    row.set(i32.mul(chunk.get, parameter(layout.chunk))),
    last.set(smaller(i32.add(row.get, parameter(layout.chunk)), parameter(layout.total))),
    cursors.map(({ step }, i) => step.set(parameter(layout.quantities[i]!.strides))),
    uniforms.map(({ start }) => start),
    [...reading, ...indexed].map(({ start }) => start ?? []),
    targets.map((target, i) => target.set(i32.add(parameter(layout.outputs + 4 * i),
      i32.mul(i32.mul(row.get, f.rowOutputs[i] ? i32.of(1) : length.get), i32.of(bytesOf(f.outputs.outputs[i]!)))))),
    form.prologue(),
    loop(locate(), passes, elements, rows, advance(row, 1), branchIf(0, i32.ltS(row.get, last.get))),
  ];

  /** Where the row starts. */
  function locate(): Code {
    return [
      cursors.map((cursor, i) => cursor.row.set(parameter(layout.quantities[i]!.base))),
      rest.set(row.get),
      Array.from({ length: rank - 1 }, (_, i): Code => [
        i + 2 < rank ? [coordinate.set(i32.remU(rest.get, parameter(layout.sizes + 4 * (i + 1)))), rest.set(i32.divU(rest.get, parameter(layout.sizes + 4 * (i + 1))))] : coordinate.set(rest.get),
        cursors.map((cursor, q) => advance(cursor.row, i32.mul(coordinate.get, parameter(layout.quantities[q]!.strides + 4 * (i + 1))))),
      ]),
    ];
  }

  /** The leaves that `roots` read, and their cursors. */
  function used(roots: readonly Scalar[]): { pieces: Reader[]; cursors: Cursor[] } {
    const nodes = ordered(roots);
    const pieces: Reader[] = [];
    const moving: Cursor[] = [];
    let at = 0;
    accesses.forEach(({ bounds }, position) => {
      if (nodes.some(({ op, value }) => op === 'input' && value === position)) {
        pieces.push(reading[position]!);
        moving.push(...cursors.slice(at, at + 1 + bounds));
      }
      at += 1 + bounds;
    });
    indices.forEach((axis, i) => {
      if (!nodes.some(({ op, value }) => op === 'index' && value === axis)) return;
      pieces.push(indexed[i]!);
      moving.push(cursors[firstIndex + i]!);
    });
    return { pieces, cursors: moving };
  }

  /** `body` for each vector of the row, or for its first element only. */
  function along(roots: readonly Scalar[], whole: boolean, body: (part?: Local) => Code): Code {
    const { pieces, cursors: moving } = used(roots);
    const pass = (part?: Local): Code => [...pieces.map(({ each }) => each?.(part) ?? []), body(part)];
    return [
      left.set(whole ? length.get : i32.of(1)),
      moving.map(({ row: start, here }) => here.set(start.get)),
      pieces.map((piece) => piece.row ?? []),
      whole ? eachVector(form, left, (part) => [pass(part), moving.map(({ here, step }) => advance(here, i32.shl(step.get, i32.of(2))))]) : pass(left),
    ];
  }

  /** All stages of one pass. */
  function reducing(pass: number): Code {
    const own = f.stages.flatMap((stage, i) => (stage.pass === pass ? [{ ...stage, value: stages[i]! }] : []));
    const table = new Table();
    const roots = rewrite(own.map((stage) => stage.function.roots[0]!), table, () => undefined);
    const all: DType[] = [...f.inputs, ...f.stages.map((stage) => stage.function.roots[0]!.dtype)];
    const printed = print(new ScalarFunction(roots, all, f.uniforms), dialect);
    const monoids = own.map(({ kind }, i) => vectorMonoid(kind, roots[i]!.dtype));
    const sums = own.map(() => frame.local('v128'));
    const element = frame.local('v128');
    return [
      sums.map((sum, i) => sum.set(monoids[i]!.neutral)),
      along(roots, true, (part) => [
        printed.lines,
        own.map((_, i): Code => [
          element.set(printed.roots[i]!),
          part ? element.set(v128.select(i32x4.ltS(i32x4.of(0, 1, 2, 3), i32x4.splat(part.get)), element.get, monoids[i]!.neutral)) : [],
          sums[i]!.set(monoids[i]!.combine(sums[i]!.get, element.get))]),
      ]),
      own.map(({ value }, i) => {
        const { combine } = monoids[i]!;
        const turned = (sum: Local, order: readonly [number, number, number, number]): Code => combine(sum.get, i32x4.shuffle(sum.get, sum.get, order));
        return [sums[i]!.set(turned(sums[i]!, [2, 3, 0, 1])), value.set(turned(sums[i]!, [1, 0, 3, 2]))];
      }),
    ];
  }

  /** The results of elements, or of rows. */
  function writing(ofRows: boolean): Code {
    const chosen = f.rowOutputs.flatMap((rowOutput, i) => (rowOutput === ofRows ? [i] : []));
    if (chosen.length === 0) return [];
    const roots = chosen.map((i) => f.outputs.roots[i]!);
    const { lines, roots: codes } = print(new ScalarFunction(roots, f.outputs.inputs, f.uniforms), dialect);
    const results = chosen.map(() => frame.local('v128'));
    const size = (i: number): number => bytesOf(f.outputs.outputs[i]!);
    return [
      along(roots, !ofRows, (part) => [
        lines,
        codes.map((code, k) => results[k]!.set(code)),
        chosen.map((i, k) => [form.store(f.outputs.outputs[i]!, targets[i]!, results[k]!, part), advance(targets[i]!, ofRows ? size(i) : 4 * size(i))]),
      ]),
      // The last vector of a row may have been a part of one.
      ofRows ? [] : chosen.map((i) => advance(targets[i]!, i32.mul(left.get, i32.of(size(i))))),
    ];
  }
}
