/** The loop around a printed function: walks a range of elements, keeps each affine quantity up to date, reads, computes, writes. */
import { bytesOf, type Printed, print, type ScalarFunction } from '@nn/tensor/backend';
import type { Leaves } from './dialect.ts';
import type { Form } from './form.ts';
import type { Access } from './walk.ts';
import { boundedness, type Slots, slots } from './parameters.ts';
import type { Code, Frame, Local } from './wasm/assembler.ts';
import { advance, block, branch, branchIf, i32, leave, loop, smaller, when } from './wasm/instructions.ts';

/** What the loop is generated for. */
export interface LoopSpec {
  readonly function: ScalarFunction;
  readonly rank: number;
  readonly accesses: readonly Access[];
  /** The axes that its index leaves mean, in the order of their quantities. */
  readonly indices: readonly number[];
  /** Whether results come in pairs, which lie side by side where they are written. */
  readonly paired?: boolean;
}

/** An affine quantity during the walk: at the start of the row, and at the element now computed. */
export interface Cursor {
  readonly row: Local;
  readonly here: Local;
  /** Stride along the innermost axis. */
  readonly step: Local;
}

/** A loop that handles elements [start, end) of the walk; results go to `targets` on (addresses of element `start`). */
export function emitLoop(frame: Frame, form: Form, spec: LoopSpec, params: Local, start: Local, end: Local, targets: readonly Code[]): Code {
  const { function: f, rank, accesses, indices } = spec;
  const together = spec.paired ? 2 : 1;
  const types = f.outputs.filter((_, i) => i % together === 0);
  const layout = slots(rank, boundedness(accesses, indices.length), types.length, f.uniforms.length);
  const parameter = (offset: number): Code => i32.load(params.get, offset);
  const { left, column, at } = frame.ints('left', 'column', 'at');
  const cursors = layout.quantities.map((): Cursor => ({ row: frame.local('i32'), here: frame.local('i32'), step: frame.local('i32') }));
  const outer = Array.from({ length: rank - 1 }, () => frame.local('i32'));
  const outputs = types.map(() => frame.local('i32'));
  const reading = readers(form, accesses, cursors, layout, params);
  const uniforms = f.uniforms.map((dtype, i) => form.uniform(dtype, params, layout.uniforms + 8 * i));
  const indexed = indices.map((_, i) => form.index(cursors[cursors.length - indices.length + i]!));
  const leaves: Leaves = {
    input: (position) => reading[position]!.read,
    uniform: (position) => uniforms[position]!.value,
    index: (axis) => indexed[indices.indexOf(axis)]!.value,
  };
  const { lines, roots }: Printed<Code> = print(f, form.dialect(leaves));
  const results = f.outputs.map((dtype) => frame.local(form.type(dtype)));
  const pieces = [...reading, ...indexed];
  const row: Code = [
    left.set(smaller(i32.sub(parameter(layout.sizes), column.get), i32.sub(end.get, at.get))),
    advance(at, left.get),
    ...cursors.map(({ row: first, here, step }) => here.set(i32.add(first.get, i32.mul(column.get, step.get)))),
    column.set(i32.of(0)),
    ...pieces.map(({ row: code }) => code ?? []),
    eachVector(form, left, (part) => [
      ...pieces.map(({ each }) => each?.(part) ?? []),
      ...lines,
      ...roots.map((root, i) => results[i]!.set(root)),
      ...outputs.map((output, i) => (spec.paired ? form.storePairs(types[i]!, output, results[2 * i]!, results[2 * i + 1]!, part) : form.store(types[i]!, output, results[i]!, part))),
      ...cursors.map(({ here, step }) => advance(here, form.width === 1 ? step.get : i32.shl(step.get, i32.of(2)))),
      ...outputs.map((output, i) => advance(output, form.width * together * bytesOf(types[i]!))),
    ]),
    // The last vector of a row may have been a part of one.
    form.width === 1 ? [] : outputs.map((output, i) => advance(output, i32.mul(left.get, i32.of(together * bytesOf(types[i]!))))),
  ];
  return [
    ...cursors.map(({ step }, i) => step.set(parameter(layout.quantities[i]!.strides))),
    ...uniforms.map(({ start: code }) => code),
    ...pieces.map(({ start: code }) => code ?? []),
    ...outputs.map((output, i) => output.set(targets[i]!)),
    locate(layout, parameter, start, column, outer, cursors),
    at.set(start.get),
    form.prologue(),
    rank === 1 ? row : loop(row, when(i32.geS(at.get, end.get), leave), odometer(layout, parameter, outer, cursors), branch(0)),
  ];
}

/** `pass` for `left` elements, as many at a time as the form takes, then for what is left: then it is told the local that says how many. Afterwards `left` is that less a whole vector, or 0. */
export function eachVector({ width }: Form, left: Local, pass: (part?: Local) => Code): Code {
  const step = advance(left, -width);
  const whole = i32.geS(left.get, i32.of(width));
  const all = when(whole, loop(pass(), step, branchIf(0, whole)));
  return width === 1 ? all : [all, when(i32.gtS(left.get, i32.of(0)), [pass(left), step])];
}

/** Code for one leaf: once, per row, per step (of which only a part may count, see {@link eachVector}), and its value. */
export interface Reader {
  readonly start?: Code;
  readonly row?: Code;
  readonly each?: (part?: Local) => Code;
  readonly read: Code;
}

/** How each input is read. */
export function readers(form: Form, accesses: readonly Access[], cursors: readonly Cursor[], layout: Slots, params: Local): Reader[] {
  let at = 0;
  return accesses.map((access) => {
    const address = cursors[at]!;
    const bounds = Array.from({ length: access.bounds }, (_, i) => ({ value: cursors[at + 1 + i]!, size: i32.load(params.get, layout.quantities[at + 1 + i]!.size) }));
    at += 1 + access.bounds;
    return form.reader(access, address, bounds);
  });
}

/** Coordinates and row starts of element `start`. */
function locate(layout: Slots, parameter: (offset: number) => Code, start: Local, column: Local, outer: readonly Local[], cursors: readonly Cursor[]): Code {
  if (outer.length === 0) return [column.set(start.get), ...cursors.map(({ row }, i) => row.set(parameter(layout.quantities[i]!.base)))];
  const size = (axis: number): Code => parameter(layout.sizes + 4 * axis);
  return [
    column.set(i32.remU(start.get, size(0))),
    outer[0]!.set(i32.divU(start.get, size(0))),
    ...outer.slice(1).map((next, i): Code => [next.set(i32.divU(outer[i]!.get, size(i + 1))), outer[i]!.set(i32.remU(outer[i]!.get, size(i + 1)))]),
    ...cursors.map(({ row }, i) => {
      const { base, strides } = layout.quantities[i]!;
      return row.set(outer.reduce<Code>((sum, coordinate, axis) => i32.add(sum, i32.mul(coordinate.get, parameter(strides + 4 * (axis + 1)))), parameter(base)));
    }),
  ];
}

/** Steps to the next row: the innermost outer axis that has one, the ones inside of it back to 0. */
function odometer(layout: Slots, parameter: (offset: number) => Code, outer: readonly Local[], cursors: readonly Cursor[]): Code {
  const step = (axis: number): Code => cursors.map(({ row }, i) => advance(row, parameter(layout.quantities[i]!.jumps + 4 * axis)));
  return block(
    ...outer.map((coordinate, axis): Code => [
      advance(coordinate, 1),
      when(i32.ltU(coordinate.get, parameter(layout.sizes + 4 * (axis + 1))), [step(axis), branch(1)]),
      coordinate.set(i32.of(0)),
    ]),
  );
}

