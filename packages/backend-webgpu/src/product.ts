/** The text of a product's kernel, for any tile, layout and epilogue. */
import type { Epilogue, View } from '@nn/tensor/backend';
import { type Grain, kept, loadText, storeText } from './access.ts';
import type { Bindings, Place } from './bindings.ts';
import { bodyText, rootType } from './body.ts';
import { assemble, type Kernel } from './kernel.ts';
import { coordinatesText, lineText, Slots } from './params.ts';
import { breadth, height, type Tile } from './tiles.ts';
import type { Line, Walk } from './walk.ts';

/** `direct`: neighbours along the strip are neighbours in memory; `across`: neighbours along the inner axis are. With `4`, memory is read in whole fours. */
export type Form = 'direct' | 'across' | 'direct4' | 'across4';

export interface Operand {
  readonly view: View;
  readonly lines: readonly Line[];
  readonly form: Form;
}

export function productKernel(
  tile: Tile, left: Operand, right: Operand, epilogue: Epilogue | undefined, rest: readonly Line[], { groups }: Walk, bindings: Bindings, grain: Grain,
): Kernel {
  const { own, depth, across } = tile;
  const slots = new Slots();
  const [rows, inner, columns, tilesDown, tilesAcross, span, batches] = Array.from({ length: 7 }, () => slots.next()) as [string, string, string, string, string, string, string];
  const batch = coordinatesText(groups[0]!, 'z', 'c', slots);
  const axis = (name: string, group: number) => groups[group]!.map(() => name);
  const coordinates = [...batch.names, ...axis('row', 1), ...axis('inner', 2), ...axis('column', 3)];
  const width = own === 1 ? 1 : 4;
  const type = width === 1 ? 'f32' : 'vec4<f32>';
  const [high, wide, threads] = [height(tile), breadth(tile), tile.down * across];
  const sides = [
    { name: 'left', operand: left, place: bindings.inputs[0]!, along: 'row', bound: rows, size: high },
    { name: 'right', operand: right, place: bindings.inputs[1]!, along: 'column', bound: columns, size: wide },
  ] as const;
  const loads = sides.flatMap((side) => loadStrip(side, { coordinates, batch: batch.names, inner, slots, grain }));
  const [to] = bindings.outputs as [Place];
  const offset = slots.next();
  const body = epilogue && bodyText('finish', epilogue.function, 1, epilogue.inputs, bindings.inputs.slice(2), rest, coordinates, slots, grain);
  const dtype = body ? rootType(epilogue.function) : 'float32';
  const finished = (code: string, c: number) => (body ? `finish_at(z, row, column + ${c}u, ${code})` : code);
  const place = `${offset} + ((s * ${batches} + z) * ${rows} + row) * ${columns} + column`;
  const parts = Array.from({ length: own / width }, (_, j) => j);
  const each = Array.from({ length: own }, (_, i) => i);
  const store = grain === 'fours'
    ? [`m${to.arena}[(${place}) >> 2u] = vec4<u32>(${[0, 1, 2, 3].map((c) => kept(finished(`v[${c}]`, c), dtype, to.dtype)).join(', ')});`]
    : width === 1
      ? [storeText(to, place, finished('v', 0), dtype)]
      : [0, 1, 2, 3].map((c) => `if (column + ${c}u < ${columns}) { ${storeText(to, `${place} + ${c}u`, finished(`v[${c}]`, c), dtype)} }`);
  return assemble({
    operation: 'matmul', arenas: bindings.arenas.length, slots, threads, grain,
    globals: [
      ...loads, ...(body?.globals ?? []),
      ...(body ? [`fn finish_at(z: u32, row: u32, column: u32, x0: f32) -> ${typeOf(dtype)} {`, '  let inner = 0u;', ...batch.lines, `  return ${body.call}.r0;`, '}'] : []),
      `fn store(s: u32, z: u32, row: u32, column: u32, v: ${type}) {`,
      `  if (row >= ${rows} || column >= ${columns}) { return; }`, ...store.map((line) => `  ${line}`),
      '}',
      ...sides.map(({ name, size }) => `var<workgroup> ${name}_strip: array<${type}, ${(size / width) * depth}>;`),
    ],
    main: [
      'if (group >= p[0].y) { return; }',
      `let plane = group / (${tilesDown} * ${tilesAcross});`, `let s = plane / ${batches};`, `let z = plane % ${batches};`, ...batch.lines,
      `let left_start = group / ${tilesAcross} % ${tilesDown} * ${high}u;`, `let right_start = group % ${tilesAcross} * ${wide}u;`,
      `let down = local / ${across}u * ${own / width}u;`, `let right_of = local % ${across}u * ${own / width}u;`,
      ...each.flatMap((i) => parts.map((j) => `var sum${i}_${j} = ${type}();`)),
      `let first = s * ${span};`, `let end = min(first + ${span}, ${inner});`,
      `for (var start = first; start < end; start += ${depth}u) {`,
      ...sides.flatMap((side) => fillStrip(side, { batch: batch.names, depth, width, threads, type })).map((line) => `  ${line}`),
      '  workgroupBarrier();',
      `  for (var k = 0u; k < ${depth}u; k++) {`,
      ...parts.map((i) => `    let l${i} = left_strip[k * ${high / width}u + down + ${i}u];`),
      ...parts.map((j) => `    let r${j} = right_strip[k * ${wide / width}u + right_of + ${j}u];`),
      ...each.flatMap((i) => parts.map((j) => {
        const l = width === 1 ? `l${i}` : `vec4<f32>(l${Math.floor(i / 4)}[${i % 4}])`;
        return `    sum${i}_${j} = fma(${l}, r${j}, sum${i}_${j});`;
      })),
      '  }',
      '  workgroupBarrier();',
      '}',
      ...each.flatMap((i) => parts.map((j) => `store(s, z, left_start + down * ${width}u + ${i}u, right_start + (right_of + ${j}u) * ${width}u, sum${i}_${j});`)),
    ],
  });
}

const typeOf = (dtype: string): string => ({ bool: 'bool', int32: 'i32', uint32: 'u32' })[dtype] ?? 'f32';

interface Side {
  readonly name: string;
  readonly operand: Operand;
  readonly place: Place;
  /** The coordinate along the strip, its end, and how many of it the strip holds. */
  readonly along: 'row' | 'column';
  readonly bound: string;
  readonly size: number;
}

const inFours = (form: Form): boolean => form.endsWith('4');

/** `left_at(batch, row, inner, end)`: an element, or four of them, or 0 outside. */
function loadStrip(
  { name, operand: { lines, form }, place, along, bound }: Side,
  { coordinates, batch, slots, grain }: { coordinates: readonly string[]; batch: readonly string[]; inner: string; slots: Slots; grain: Grain },
): string[] {
  const own = coordinates.map((c) => (c === 'row' || c === 'column' ? (c === along ? c : '0u') : c));
  const given = [...batch, along, 'inner', 'end'].map((c) => `${c}: u32`).join(', ');
  const outside = `  if (${along} >= ${bound} || inner >= end) { return `;
  if (inFours(form)) {
    return [
      `fn ${name}_at(${given}) -> vec4<f32> {`, `${outside}vec4<f32>(); }`,
      `  return bitcast<vec4<f32>>(m${place.arena}[(${lineText(lines[0]!, own, slots)}) >> 2u]);`, '}',
    ];
  }
  return [
    loadText(name, place, lines, coordinates, slots, grain),
    `fn ${name}_at(${given}) -> f32 {`, `${outside}0f; }`, `  return ${name}(${own.join(', ')});`, '}',
  ];
}

/** Statements that fill a strip: `strip[k * size + place]`, whole vectors at a time. */
function fillStrip(
  { name, operand: { form }, size }: Side, { batch, depth, width, threads, type }: { batch: readonly string[]; depth: number; width: number; threads: number; type: string },
): string[] {
  const vectors = size / width;
  const at = (along: string, inner: string) => `${name}_at(${[...batch, `${name}_start + ${along}`, inner, 'end'].join(', ')})`;
  if (form === 'across4') {
    // Four rows of four inner elements, turned.
    return [
      `for (var u = local; u < ${(vectors * depth) / 4}u; u += ${threads}u) {`,
      `  let k = u % ${depth / 4}u * 4u;`, `  let q = u / ${depth / 4}u;`,
      ...[0, 1, 2, 3].map((j) => `  let v${j} = ${at(`q * 4u + ${j}u`, 'start + k')};`),
      ...[0, 1, 2, 3].map((i) => `  ${name}_strip[(k + ${i}u) * ${vectors}u + q] = vec4<f32>(${[0, 1, 2, 3].map((j) => `v${j}[${i}]`).join(', ')});`),
      '}',
    ];
  }
  const value = form === 'direct4' ? at('q * 4u', 'start + k') : `${type}(${Array.from({ length: width }, (_, j) => at(`q * ${width}u + ${j}u`, 'start + k')).join(', ')})`;
  return [
    `for (var u = local; u < ${vectors * depth}u; u += ${threads}u) {`,
    ...(form === 'across' ? [`  let k = u % ${depth}u;`, `  let q = u / ${depth}u;`] : [`  let k = u / ${vectors}u;`, `  let q = u % ${vectors}u;`]),
    `  ${name}_strip[k * ${vectors}u + q] = ${value};`,
    '}',
  ];
}
