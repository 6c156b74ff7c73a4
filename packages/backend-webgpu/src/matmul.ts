/** The product of matrices, tile by tile: a workgroup computes a square of the result from strips of both operands in workgroup memory. */
import { type Epilogue, sizeOf, type Target, type View } from '@nn/tensor/backend';
import { boundsSignature, loadText, pushLoad } from './access.ts';
import { Bindings } from './bindings.ts';
import { bodySignature, bodyText, functionLines, pushBody } from './body.ts';
import type { Engine } from './engine.ts';
import { assemble, type Kernel } from './kernel.ts';
import { coordinatesText, pushSizes, Slots } from './params.ts';
import { storedText } from './dialect.ts';
import { type Line, linesOf, reordered, type Walk, walk } from './walk.ts';

/** Each thread of a workgroup of SIDE x SIDE computes `own` x `own` elements; strips are DEPTH deep. Every form adds along the inner axis in order, so all agree to the bit. */
const SIDE = 8;
const DEPTH = 8;
type Own = 1 | 4;

/** `[...batch, m, k] x [...batch, k, n]`; the epilogue, if any, is applied before the result is written. */
export function matmul(engine: Engine, a: View, b: View, output: Target, epilogue: Epilogue | undefined): void {
  const rank = a.shape.length;
  const batch = a.shape.slice(0, -2);
  const [rows, inner] = a.shape.slice(-2) as [number, number];
  const columns = b.shape.at(-1)!;
  const lead = batch.map((_, axis) => axis);
  // Axes: batch, row, inner, column.
  const ordered = (view: View, order: readonly number[]): Line[] => linesOf(view).map((line) => reordered(line, [...lead, ...order]));
  const extra = epilogue?.inputs ?? [];
  const result = epilogue ? functionLines(epilogue.function, extra, [...lead, rank - 2, -1, rank - 1]) : [];
  const steps = walk([batch, [rows], [inner], [columns]], [...ordered(a, [rank - 2, rank - 1, -1]), ...ordered(b, [-1, rank - 2, rank - 1]), ...result]);
  const views = [a, b, ...extra];
  const bindings = new Bindings(views, [output]);
  const own: Own = rows > SIDE && columns > SIDE ? 4 : 1;
  const tiles = [rows, columns].map((size) => Math.ceil(size / (SIDE * own))) as [number, number];
  const values = engine.values.restarted();
  values.push(rows, inner, columns, ...tiles);
  pushSizes(steps.groups[0]!, values);
  const split = cut(a, b, steps.lines);
  pushLoad(a, split.a, values);
  pushLoad(b, split.b, values);
  values.push(output.offset);
  if (epilogue) pushBody(epilogue.function, extra, epilogue.uniforms, split.rest, values);
  const total = sizeOf(batch) * tiles[0] * tiles[1];
  // Neighbouring threads read along the axis on which the left operand lies densely.
  const across = a.strides[rank - 1] !== 1 && a.strides[rank - 2] === 1;
  engine.run({
    family: `matmul ${own} ${across} ${epilogue?.function.key ?? ''}`, variant: `${boundsSignature([a, b])}|${bodySignature(extra, steps, bindings)}`,
    build: () => matmulKernel(own, across, a, b, epilogue, steps, bindings), bindings, values, total, groups: total,
  });
}

const cut = (a: View, b: View, lines: readonly Line[]) => {
  const [first, second] = [1 + a.bounds.length, 2 + a.bounds.length + b.bounds.length];
  return { a: lines.slice(0, first), b: lines.slice(first, second), rest: lines.slice(second) };
};

function matmulKernel(own: Own, across: boolean, a: View, b: View, epilogue: Epilogue | undefined, { groups, lines }: Walk, bindings: Bindings): Kernel {
  const slots = new Slots();
  const [rows, inner, columns, tilesDown, tilesAcross] = Array.from({ length: 5 }, () => slots.next()) as [string, string, string, string, string];
  const batch = coordinatesText(groups[0]!, 'z', 'c', slots);
  const axis = (name: string, group: number) => groups[group]!.map(() => name);
  const coordinates = [...batch.names, ...axis('row', 1), ...axis('inner', 2), ...axis('column', 3)];
  const split = cut(a, b, lines);
  const [left, right] = bindings.inputs as [number, number];
  const loads = [
    loadText('left', left, bindings.storages[left]!, split.a, coordinates, slots),
    loadText('right', right, bindings.storages[right]!, split.b, coordinates, slots),
  ];
  const to = bindings.outputs[0]!;
  const offset = slots.next();
  const body = epilogue && bodyText(epilogue.function, 1, epilogue.inputs, bindings.inputs.slice(2), bindings, split.rest, coordinates, slots);
  const dtype = epilogue?.function.roots[0]!.dtype ?? 'float32';
  const tile = SIDE * own;
  const each = Array.from({ length: own }, (_, i) => i);
  const strip = (name: string, depth: string, place: string, bound: string, load: string) => [
    `  for (var e = local; e < ${tile * DEPTH}u; e += ${SIDE * SIDE}u) {`,
    `    let inner = start + ${depth};`,
    `    let place = ${place};`,
    `    let ${bound} = ${name}_start + place;`,
    '    var value = 0f;',
    `    if (${bound} < ${bound === 'row' ? rows : columns} && inner < ${inner}) { value = ${load}; }`,
    `    ${name}_strip[(inner - start) * ${tile}u + place] = value;`,
    '  }',
  ];
  const call = (name: string, missing: string) => `${name}(${coordinates.map((c) => (c === missing ? '0u' : c)).join(', ')})`;
  return assemble({
    operation: 'matmul', bindings, slots, threads: SIDE * SIDE,
    globals: [
      ...loads, ...(body?.loads ?? []),
      `fn store(z: u32, row: u32, column: u32, x0: f32) {`,
      `  if (row >= ${rows} || column >= ${columns}) { return; }`,
      ...(body ? [...batch.lines, 'let inner = 0u;', ...body.lines] : []).map((line) => `  ${line}`),
      `  s${to}[${offset} + (z * ${rows} + row) * ${columns} + column] = ${storedText(body?.roots[0] ?? 'x0', dtype, bindings.storages[to]!.dtype)};`,
      '}',
      `var<workgroup> left_strip: array<f32, ${tile * DEPTH}>;`,
      `var<workgroup> right_strip: array<f32, ${tile * DEPTH}>;`,
    ],
    main: [
      'if (group >= p[0].y) { return; }',
      `let z = group / (${tilesDown} * ${tilesAcross});`, ...batch.lines,
      `let left_start = group / ${tilesAcross} % ${tilesDown} * ${tile}u;`, `let right_start = group % ${tilesAcross} * ${tile}u;`,
      `let down = local / ${SIDE}u * ${own}u;`, `let right_of = local % ${SIDE}u * ${own}u;`,
      ...each.flatMap((i) => each.map((j) => `var sum${i}${j} = 0f;`)),
      `for (var start = 0u; start < ${inner}; start += ${DEPTH}u) {`,
      ...strip('left', across ? `e / ${tile}u` : `e % ${DEPTH}u`, across ? `e % ${tile}u` : `e / ${DEPTH}u`, 'row', call('left', 'column')),
      ...strip('right', `e / ${tile}u`, `e % ${tile}u`, 'column', call('right', 'row')),
      '  workgroupBarrier();',
      `  for (var k = 0u; k < ${DEPTH}u; k++) {`,
      ...each.map((i) => `    let l${i} = left_strip[k * ${tile}u + down + ${i}u];`),
      ...each.map((j) => `    let r${j} = right_strip[k * ${tile}u + right_of + ${j}u];`),
      ...each.flatMap((i) => each.map((j) => `    sum${i}${j} = fma(l${i}, r${j}, sum${i}${j});`)),
      '  }',
      '  workgroupBarrier();',
      '}',
      ...each.flatMap((i) => each.map((j) => `store(z, left_start + down + ${i}u, right_start + right_of + ${j}u, sum${i}${j});`)),
    ],
  });
}
