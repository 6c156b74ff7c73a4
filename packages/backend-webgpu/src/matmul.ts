/** The product of matrices, tile by tile: a workgroup computes a part of the result from strips of both operands in workgroup memory. */
import { contiguous, type Epilogue, identity, type Layout, sizeOf, type Target, trace, type View } from '@nn/tensor/backend';
import { boundsSignature, type Grain, pushAddress, pushLoad } from './access.ts';
import { baseOf } from './bindings.ts';
import { bodySignature, functionLines, pushBody } from './body.ts';
import type { Engine } from './engine.ts';
import { pushSizes } from './params.ts';
import { type Form, type Operand, productKernel } from './product.ts';
import { reduce } from './reduce.ts';
import { breadth, height, innerSpans, type Tile, usualTile } from './tiles.ts';
import { type Line, linesOf, reordered, walk } from './walk.ts';

/** `[...batch, m, k] x [...batch, k, n]`; the epilogue, if any, is applied before the result is written. */
export function matmul(engine: Engine, a: View, b: View, output: Target, epilogue: Epilogue | undefined): void {
  const batch = a.shape.slice(0, -2);
  const [rows, inner] = a.shape.slice(-2) as [number, number];
  const columns = b.shape.at(-1)!;
  if (rows === 1 || columns === 1) {
    matvec(engine, a, b, output, epilogue);
    return;
  }
  const spans = innerSpans(sizeOf(batch), rows, inner, columns);
  if (spans === 1) {
    product(engine, a, b, output, epilogue, 1);
    return;
  }
  const shape = [spans, ...batch, rows, columns];
  const partial = engine.allocate('float32', sizeOf(shape));
  product(engine, a, b, { storage: partial, offset: 0 }, undefined, spans);
  reduce(engine, { kind: 'sum', function: identity('float32'), inputs: [{ storage: partial, ...contiguous(shape) }], uniforms: [], shape, axes: [0], output, epilogue });
  engine.free(partial);
}

const multiplied = trace(['float32', 'float32'], [], ([x, y]) => [x!.mul(y!)]);

/** Where one side is a vector: a sum of products, threads along whichever axis lies densely. */
function matvec(engine: Engine, a: View, b: View, output: Target, epilogue: Epilogue | undefined): void {
  const rank = a.shape.length;
  const lead = a.shape.slice(0, -2).map((_, axis) => axis);
  const [rows, inner] = a.shape.slice(-2) as [number, number];
  const columns = b.shape.at(-1)!;
  const [matrix, axis] = rows === 1 ? [b, rank - 2] : [a, rank - 1];
  // Axes: batch, row, column and, before or after the longer of the two, the inner one.
  const last = matrix.strides[axis] === 1 || rows * columns === 1;
  const [row, column, along] = last ? [rank - 2, rank - 1, rank] : rows === 1 ? [rank - 2, rank, rank - 1] : [rank, rank - 2, rank - 1];
  const size = (at: number) => (at === row ? rows : at === column ? columns : at === along ? inner : a.shape[at]!);
  const shape = Array.from({ length: rank + 1 }, (_, at) => size(at));
  const placed = (view: View, own: readonly [number, number]): View => {
    const strides = (of: readonly number[]) => shape.map((_, at) => (lead.includes(at) ? of[at]! : at === own[0] ? of[rank - 2]! : at === own[1] ? of[rank - 1]! : 0));
    return { storage: view.storage, shape, strides: strides(view.strides), offset: view.offset, bounds: view.bounds.map((bound) => ({ ...bound, strides: strides(bound.strides) })) };
  };
  // The result's axes in the order of the reduction's: rows and columns may have changed places where one of them is 1.
  const turned = row > column;
  const extra = epilogue?.inputs.map((view): View => (turned ? { ...view, ...swapped(view) } : view));
  reduce(engine, {
    kind: 'sum', function: multiplied, inputs: [placed(a, [row, along]), placed(b, [along, column])], uniforms: [], shape, axes: [along], output,
    epilogue: epilogue && { ...epilogue, inputs: extra! },
  });
}

/** A view with its last two axes exchanged. */
function swapped({ shape, strides, bounds }: Layout): Pick<Layout, 'shape' | 'strides' | 'bounds'> {
  const swap = (of: readonly number[]) => [...of.slice(0, -2), of.at(-1)!, of.at(-2)!];
  return { shape: swap(shape), strides: swap(strides), bounds: bounds.map((bound) => ({ ...bound, strides: swap(bound.strides) })) };
}

function product(engine: Engine, a: View, b: View, output: Target, epilogue: Epilogue | undefined, spans: number): void {
  const rank = a.shape.length;
  const batch = a.shape.slice(0, -2);
  const [rows, inner] = a.shape.slice(-2) as [number, number];
  const columns = b.shape.at(-1)!;
  const lead = batch.map((_, axis) => axis);
  // Axes: batch, row, inner, column.
  const arranged = (view: View, order: readonly number[]): Line[] => linesOf(view).map((line) => reordered(line, [...lead, ...order]));
  const extra = epilogue?.inputs ?? [];
  const result = epilogue ? functionLines(epilogue.function, extra, [...lead, rank - 2, -1, rank - 1]) : [];
  const [left, right] = [arranged(a, [rank - 2, rank - 1, -1]), arranged(b, [-1, rank - 2, rank - 1])];
  const steps = walk([batch, [rows], [inner], [columns]], [...left, ...right, ...result]);
  const lines = { left: steps.lines.slice(0, left.length), right: steps.lines.slice(left.length, left.length + right.length), rest: steps.lines.slice(left.length + right.length) };
  const bindings = engine.bind([a, b, ...extra], [output]);
  const forms = [formOf(a, rank - 2, rank - 1), formOf(b, rank - 1, rank - 2)] as const;
  const fours = forms.every((form) => form.endsWith('4')) && columns % 4 === 0 && output.offset % 4 === 0 && output.storage.dtype !== 'float16' && extra.every(({ storage }) => storage.dtype !== 'float16');
  const grain: Grain = fours ? 'fours' : 'words';
  const [leftForm, rightForm] = forms.map((form): Form => (fours ? form : (form.replace('4', '') as Form))) as [Form, Form];

  const run = (tile: Tile): void => {
    const form = fours && tile.own > 1 ? grain : 'words';
    const count = [Math.ceil(rows / height(tile)), Math.ceil(columns / breadth(tile))] as const;
    const values = engine.values.restarted();
    // Spans begin at whole strips.
    values.push(rows, inner, columns, ...count, Math.ceil(inner / spans / 16) * 16, sizeOf(batch));
    pushSizes(steps.groups[0]!, values);
    for (const [view, own, kind] of [[a, lines.left, leftForm], [b, lines.right, rightForm]] as const) {
      if (form === 'fours' && kind.endsWith('4')) pushAddress(view, own[0]!, values);
      else pushLoad(view, own, values);
    }
    values.push(baseOf(output.storage) + output.offset);
    if (epilogue) pushBody(epilogue.function, extra, epilogue.uniforms, lines.rest, values);
    const operand = (view: View, own: readonly Line[], kind: Form): Operand => ({ view, lines: own, form: form === 'fours' ? kind : (kind.replace('4', '') as Form) });
    const total = spans * sizeOf(batch) * count[0] * count[1];
    engine.run({
      family: `matmul ${tile.down} ${tile.across} ${tile.own} ${tile.depth} ${form} ${leftForm} ${rightForm} ${epilogue?.function.key ?? ''}`,
      variant: `${boundsSignature([a, b])}|${bodySignature(extra, steps, bindings)}`,
      build: () => productKernel(tile, operand(a, lines.left, leftForm), operand(b, lines.right, rightForm), epilogue, lines.rest, steps, bindings, form),
      facts: () => `[${a.shape.join(', ')}] x [${b.shape.join(', ')}]`, bindings, values, total, groups: total,
    });
  };
  run(usualTile(sizeOf(batch), rows, columns));
}

/** How strips are read of `view`, whose axis `own` runs along the strip: `direct` where that axis lies densely, `across` where the inner one does; `4` where in whole fours. */
function formOf(view: View, own: number, inner: number): Form {
  const { strides, shape, offset, bounds, storage } = view;
  const dense = strides[own] === 1 ? own : strides[inner] === 1 ? inner : -1;
  const fours = dense >= 0 && bounds.length === 0 && storage.dtype === 'float32' && offset % 4 === 0 && shape[dense]! % 4 === 0 && strides.every((stride, axis) => axis === dense || stride % 4 === 0 || shape[axis] === 1);
  const form = strides[own] !== 1 && strides[inner] === 1 ? 'across' : 'direct';
  return fours ? `${form}4` : form;
}
