/** Products of matrices, and of groups of axes: tile by tile, a workgroup computes a part of the result from strips of both operands in workgroup memory. */
import { contiguous, type Epilogue, identity, type Layout, type ProductAxes, type Shape, sizeOf, type Target, trace, type View, viewOf } from '@nn/tensor/backend';
import { boundsSignature, type Grain, pushAddress, pushLoad } from './access.ts';
import { bodySignature, functionLines, indexAxes, pushBody } from './body.ts';
import { types } from './dialect.ts';
import type { Engine, Work } from './engine.ts';
import { pushSizes } from './params.ts';
import { type Form, type Operand, productKernel } from './product.ts';
import { reduce } from './reduce.ts';
import { breadth, candidates, height, innerSpans, usualTile } from './tiles.ts';
import type { Choice } from './tuner.ts';
import { type Line, linesOf, reordered, walk } from './walk.ts';

/** A product, and what is done to each of its elements before they are written: one output, or one for each root of the epilogue. */
export interface Contraction {
  readonly a: View;
  readonly b: View;
  readonly axes: ProductAxes;
  readonly epilogue: Epilogue | undefined;
  readonly outputs: readonly Target[];
}

/** `[...batch, ...rows, ...inner] x [...batch, ...inner, ...columns]`. */
export function contract(engine: Engine, work: Contraction): void {
  const { a, b, axes, epilogue, outputs } = work;
  const shapes = shapesOf(work);
  const [batch, rows, inner, columns] = shapes.map(sizeOf) as [number, number, number, number];
  const plain = axes.rows === 1 && axes.inner === 1 && axes.columns === 1;
  if (plain && (rows === 1 || columns === 1)) {
    matvec(engine, a, b, outputs, epilogue);
    return;
  }
  const spans = innerSpans(batch, rows, inner, columns);
  if (spans === 1) {
    product(engine, work, 1);
    return;
  }
  const shape = [spans, ...shapes[0], ...shapes[1], ...shapes[3]];
  const partial = engine.allocate('float32', sizeOf(shape));
  product(engine, { ...work, outputs: [{ storage: partial, offset: 0 }], epilogue: undefined }, spans);
  reduce(engine, { kind: 'sum', function: identity('float32'), inputs: [viewOf(partial, contiguous(shape))], uniforms: [], shape, axes: [0], outputs, epilogue });
  engine.free(partial);
}

/** Batch, rows, inner, columns. */
function shapesOf({ a, b, axes }: Contraction): [Shape, Shape, Shape, Shape] {
  const [start, middle] = [a.shape.length - axes.rows - axes.inner, a.shape.length - axes.inner];
  return [a.shape.slice(0, start), a.shape.slice(start, middle), a.shape.slice(middle), b.shape.slice(b.shape.length - axes.columns)];
}

const multiplied = trace(['float32', 'float32'], [], ([x, y]) => [x!.mul(y!)]);

/** Where one side is a vector: a sum of products, threads along whichever axis lies densely. */
function matvec(engine: Engine, a: View, b: View, outputs: readonly Target[], epilogue: Epilogue | undefined): void {
  const rank = a.shape.length;
  const lead = a.shape.slice(0, -2).map((_, axis) => axis);
  const [rows, inner] = a.shape.slice(-2) as [number, number];
  const columns = b.shape.at(-1)!;
  const [matrix, axis] = rows === 1 ? [b, rank - 2] : [a, rank - 1];
  // Axes: batch, row, column and, before or after the longer of the two, the inner one.
  const last = matrix.strides[axis] === 1 || rows * columns === 1 || (epilogue !== undefined && indexAxes(epilogue.function).length > 0);
  const [row, column, along] = last ? [rank - 2, rank - 1, rank] : rows === 1 ? [rank - 2, rank, rank - 1] : [rank, rank - 2, rank - 1];
  const size = (at: number) => (at === row ? rows : at === column ? columns : at === along ? inner : a.shape[at]!);
  const shape = Array.from({ length: rank + 1 }, (_, at) => size(at));
  const placed = (view: View, own: readonly [number, number]): View => {
    const strides = (of: readonly number[]) => shape.map((_, at) => (lead.includes(at) ? of[at]! : at === own[0] ? of[rank - 2]! : at === own[1] ? of[rank - 1]! : 0));
    return { storage: view.storage, shape, strides: strides(view.strides), offset: view.offset, bounds: view.bounds.map((bound) => ({ ...bound, strides: strides(bound.strides) })) };
  };
  // The result's axes in the order of the reduction's: rows and columns may have changed places where one of them is 1.
  const turned = row > column;
  reduce(engine, {
    kind: 'sum', function: multiplied, inputs: [placed(a, [row, along]), placed(b, [along, column])], uniforms: [], shape, axes: [along], outputs,
    epilogue: epilogue && turned ? { ...epilogue, inputs: epilogue.inputs.map((view) => ({ ...view, ...swapped(view) })) } : epilogue,
  });
}

/** A view with its last two axes exchanged. */
function swapped({ shape, strides, bounds }: Layout): Pick<Layout, 'shape' | 'strides' | 'bounds'> {
  const swap = (of: readonly number[]) => [...of.slice(0, -2), of.at(-1)!, of.at(-2)!];
  return { shape: swap(shape), strides: swap(strides), bounds: bounds.map((bound) => ({ ...bound, strides: swap(bound.strides) })) };
}

function product(engine: Engine, of: Contraction, spans: number): void {
  const { a, b, axes: { rows, inner, columns }, epilogue, outputs } = of;
  engine.run({
    verb: 'product', functions: [epilogue?.function], operands: [a, b, ...outputs, ...(epilogue?.inputs ?? [])], numbers: epilogue?.uniforms ?? [], form: [rows, inner, columns, spans, outputs.length],
    work: () => productWork(engine, of, spans),
  });
}

function productWork(engine: Engine, work: Contraction, spans: number): Work {
  const { a, b, axes, epilogue, outputs } = work;
  const shapes = shapesOf(work);
  const [batch, rows, inner, columns] = shapes.map(sizeOf) as [number, number, number, number];
  const count = (from: number, length: number) => Array.from({ length }, (_, i) => from + i);
  const none = (length: number) => count(0, length).map(() => -1);
  const lead = count(0, shapes[0].length);
  const after = lead.length;
  // Axes: batch, row, inner, column.
  const arranged = (view: View, order: readonly number[]): Line[] => linesOf(view).map((line) => reordered(line, [...lead, ...order]));
  const extra = epilogue?.inputs ?? [];
  const result = epilogue ? functionLines(epilogue.function, extra, [...lead, ...count(after, axes.rows), ...none(axes.inner), ...count(after + axes.rows, axes.columns)]) : [];
  const steps = walk(shapes, [
    ...arranged(a, [...count(after, axes.rows), ...count(after + axes.rows, axes.inner), ...none(axes.columns)]),
    ...arranged(b, [...none(axes.rows), ...count(after, axes.inner), ...count(after + axes.inner, axes.columns)]),
    ...result,
  ]);
  const cut = [1 + a.bounds.length, 2 + a.bounds.length + b.bounds.length] as const;
  const rest = steps.lines.slice(cut[1]);
  const sides = [
    { view: a, lines: steps.lines.slice(0, cut[0]), form: formOf(a, steps.lines[0]!, steps.groups, 1) },
    { view: b, lines: steps.lines.slice(...cut), form: formOf(b, steps.lines[cut[0]]!, steps.groups, 3) },
  ];
  const bindings = engine.bind([a, b, ...extra], outputs);
  const usual = usualTile(batch, rows, columns);
  const fours = usual.own > 1 && columns % 4 === 0 && sides.every(({ form }) => form.endsWith('4'))
    && outputs.every(({ offset }) => offset % 4 === 0);
  const grain: Grain = fours ? 'fours' : 'words';
  const [left, right] = sides.map((side): Operand => ({ ...side, form: fours ? side.form : (side.form.replace('4', '') as Form) })) as [Operand, Operand];
  const kind = (): string => `${[batch, rows, inner, columns].map((size) => Math.round(Math.log2(size))).join()} ${grain} ${left.form} ${right.form}`;
  const worth = usual.own > 1 && batch * rows * inner * columns >= WORTH;
  const { tile, passing, done }: Choice = worth ? engine.tuned(kind(), usual, () => candidates(rows, columns, engine.device.limits)) : { tile: usual };
  const tiles = [Math.ceil(rows / height(tile)), Math.ceil(columns / breadth(tile))] as const;
  const values = engine.values.restarted();
  // Spans begin at whole strips.
  values.push(rows, inner, columns, ...tiles, Math.ceil(inner / spans / 16) * 16, batch);
  for (const group of steps.groups) pushSizes(group, values);
  for (const { view, lines, form } of [left, right]) {
    if (form.endsWith('4')) pushAddress(lines[0]!, values);
    else pushLoad(view, lines, values);
  }
  for (const _ of outputs) values.pushBase();
  if (epilogue) pushBody(epilogue.function, extra, rest, values);
  const total = spans * batch * tiles[0] * tiles[1];
  return {
    family: `matmul ${tile.down} ${tile.across} ${tile.own} ${tile.depth} ${grain} ${left.form} ${right.form} ${epilogue?.function.key ?? ''}`,
    variant: `${boundsSignature([a, b])}|${bodySignature(extra, steps, bindings)}`,
    build: () => productKernel(tile, left, right, epilogue, rest, steps, bindings, grain),
    facts: () => `[${a.shape.join(', ')}] x [${b.shape.join(', ')}]`, bindings, values, total, groups: total,
    ...(passing && { passing }), done,
  };
}

/** Multiplications from which on it is worth while to measure tiles. */
const WORTH = 2 ** 22;

/** How strips are read of a view, whose group `own` of axes runs along the strip: `direct` where its last axis lies densely, `across` where the inner group's does; `4` where in whole fours. */
function formOf({ bounds, storage }: View, { offset, strides }: Line, groups: readonly Shape[], own: 1 | 3): Form {
  const lastOf = (group: number) => (groups[group]!.length > 0 ? groups.slice(0, group + 1).reduce((sum, { length }) => sum + length, 0) - 1 : -1);
  const [along, within] = [lastOf(own), lastOf(2)];
  const form = strides[along] !== 1 && strides[within] === 1 ? 'across' : 'direct';
  const [dense, size] = form === 'across' ? [within, groups[2]!.at(-1)!] : [along, groups[own]!.at(-1) ?? 1];
  const fours = strides[dense] === 1 && size % 4 === 0 && bounds.length === 0 && types[storage.dtype] === 'f32' && offset % 4 === 0 && strides.every((stride, axis) => axis === dense || stride % 4 === 0);
  return fours ? `${form}4` : form;
}
