/** The text of a product's kernel, for any tile, layout and epilogue. */
import type { Epilogue, View } from '@nn/tensor/backend';
import { anyOf, type Grain, kept, loadText, storeText, unitOf } from './access.ts';
import type { Bindings, Place } from './bindings.ts';
import { bodyText } from './body.ts';
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

/** Names of the coordinates of one group of axes, and the statements that find them from the number of an element in it. */
interface Group { readonly lines: readonly string[]; readonly names: readonly string[] }

export function productKernel(
  tile: Tile, left: Operand, right: Operand, epilogue: Epilogue | undefined, rest: readonly Line[], { groups }: Walk, bindings: Bindings, grain: Grain,
): Kernel {
  const { own, depth, across } = tile;
  const slots = new Slots();
  const [rows, inner, columns, tilesDown, tilesAcross, span, batches] = Array.from({ length: 7 }, () => slots.next()) as [string, string, string, string, string, string, string];
  const [batch, row, member, column] = (['z', 'row', 'inner', 'column'] as const).map((name, g) => coordinatesText(groups[g]!, name, `${name}_`, slots)) as [Group, Group, Group, Group];
  const all: Coordinates = { batch, row, member, column };
  const width = own === 1 ? 1 : 4;
  const type = vector(width, 'f32');
  const [high, wide] = [height(tile), breadth(tile)];
  const sides = [
    { name: 'left', operand: left, place: bindings.inputs[0]!, along: 'row', bound: rows, size: high },
    { name: 'right', operand: right, place: bindings.inputs[1]!, along: 'column', bound: columns, size: wide },
  ] as const;
  const loads = sides.flatMap((side) => loadStrip(side, all, slots, grain));
  const offsets = bindings.outputs.map(() => slots.next());
  const body = epilogue && bodyText('finish', epilogue.function, 1, epilogue.inputs, bindings.inputs.slice(2), rest, namesOf(all), slots, grain);
  const roots = body ? epilogue.function.roots.map(({ dtype }, k) => ({ dtype, of: (value: string) => `${value}.r${k}` })) : [{ dtype: 'float32' as const, of: (value: string) => value }];
  const finished = (c: number) => (body ? `finish_at(z, row, column + ${c}u, v${width === 1 ? '' : `[${c}]`})` : `v${width === 1 ? '' : `[${c}]`}`);
  const place = `((s * ${batches} + z) * ${rows} + row) * ${columns} + column`;
  const parts = Array.from({ length: own / width }, (_, j) => j);
  const each = Array.from({ length: own }, (_, i) => i);
  const four = [0, 1, 2, 3];
  const storeOne = (c: number) => [`let y = ${finished(c)};`, ...roots.map(({ dtype, of }, k) => storeText(bindings.outputs[k]!, `${offsets[k]!} + at + ${c}u`, of('y'), dtype))];
  const store = grain === 'fours'
    ? [
      ...four.map((c) => `let y${c} = ${finished(c)};`),
      ...roots.map(({ dtype, of }, k) => {
        const to = bindings.outputs[k]!;
        return `m${to.arena}[(${offsets[k]!} + at) >> 2u] = vec4<${unitOf(to.dtype)}>(${four.map((c) => kept(of(`y${c}`), dtype, to.dtype)).join(', ')});`;
      }),
    ]
    : width === 1 ? storeOne(0) : four.flatMap((c) => [`if (column + ${c}u < ${columns}) {`, ...storeOne(c).map((line) => `  ${line}`), '}']);
  return assemble({
    operation: 'matmul', bindings, slots, threads: tile.down * across, grain,
    globals: [
      ...loads, ...(body?.globals ?? []),
      ...(body ? [
        'fn finish_at(z: u32, row: u32, column: u32, x0: f32) -> Finish {',
        ...[...batch.lines, ...row.lines, ...column.lines, ...member.names.map((name) => `let ${name} = 0u;`), `return ${body.call};`].map((line) => `  ${line}`), '}',
      ] : []),
      `fn store(s: u32, z: u32, row: u32, column: u32, v: ${type}) {`,
      `  if (row >= ${rows} || column >= ${columns}) { return; }`, `  let at = ${place};`, ...store.map((line) => `  ${line}`),
      '}',
      ...(depth === 0 ? [] : sides.map(({ name, size, place }) => `var<workgroup> ${name}_strip: array<${vector(width, cellOf(place))}, ${(size / width) * depth}>;`)),
    ],
    main: [
      'if (group >= p[0].y) { return; }',
      `let plane = group / (${tilesDown} * ${tilesAcross});`, `let s = plane / ${batches};`, `let z = plane % ${batches};`,
      `let left_start = group / ${tilesAcross} % ${tilesDown} * ${high}u;`, `let right_start = group % ${tilesAcross} * ${wide}u;`,
      `let down = local / ${across}u * ${own / width}u;`, `let right_of = local % ${across}u * ${own / width}u;`,
      ...each.flatMap((i) => parts.map((j) => `var sum${i}_${j} = ${type}();`)),
      `let first = s * ${span};`, `let end = min(first + ${span}, ${inner});`,
      ...(depth === 0 ? unstaged(sides, tile) : staged(sides, tile)),
      ...each.flatMap((i) => parts.map((j) => `store(s, z, left_start + down * ${width}u + ${i}u, right_start + (right_of + ${j}u) * ${width}u, sum${i}_${j});`)),
    ],
  });
}

/** The sums, by strips in workgroup memory. */
function staged(sides: readonly [Side, Side], { own, depth, across, down }: Tile): string[] {
  const width = own === 1 ? 1 : 4;
  const parts = Array.from({ length: own / width }, (_, j) => j);
  return [
    `for (var start = first; start < end; start += ${depth}u) {`,
    ...sides.flatMap((side) => fillStrip(side, { depth, width, threads: down * across })).map((line) => `  ${line}`),
    '  workgroupBarrier();',
    `  for (var k = 0u; k < ${depth}u; k++) {`,
    ...sides.flatMap(({ name, size }) => parts.map((i) => `    let ${name[0]!}${i} = ${vector(width, 'f32')}(${name}_strip[k * ${size / width}u + ${name === 'left' ? 'down' : 'right_of'} + ${i}u]);`)),
    ...multiplied(own, (i) => `l${i}`, (j) => `r${j}`).map((line) => `    ${line}`),
    '  }',
    '  workgroupBarrier();',
    '}',
  ];
}

/** The sums, four inner elements at a time, from memory. */
function unstaged(sides: readonly [Side, Side], { own }: Tile): string[] {
  const width = own === 1 ? 1 : 4;
  const parts = Array.from({ length: own / width }, (_, j) => j);
  const four = [0, 1, 2, 3];
  const read = ({ name, operand: { form } }: Side): string[] => {
    const at = (i: number, inner: string) => `${vector(inFours(form) ? 4 : 1, 'f32')}(${name}_at(z, ${name}_start + ${name === 'left' ? 'down' : 'right_of'} * ${width}u + ${i}u, ${inner}, end))`;
    const letter = name[0]!;
    if (form === 'across4') {
      return [
        ...Array.from({ length: own }, (_, i) => `let ${letter}_${i} = ${at(i, 'start')};`),
        ...four.flatMap((k) => parts.map((i) => `let ${letter}${k}_${i} = vec4<f32>(${four.map((c) => `${letter}_${4 * i + c}[${k}]`).join(', ')});`)),
      ];
    }
    const value = (i: number, inner: string) => form === 'direct4' ? at(4 * i, inner)
      : width === 1 ? at(i, inner) : `vec4<f32>(${four.map((c) => at(4 * i + c, inner)).join(', ')})`;
    return four.flatMap((k) => parts.map((i) => `let ${letter}${k}_${i} = ${value(i, `start + ${k}u`)};`));
  };
  return [
    'for (var start = first; start < end; start += 4u) {',
    ...[...sides.flatMap(read), ...four.flatMap((k) => multiplied(own, (i) => `l${k}_${i}`, (j) => `r${k}_${j}`))].map((line) => `  ${line}`),
    '}',
  ];
}

/** Adds the products of one inner element to all sums of a thread. */
function multiplied(own: Tile['own'], left: (i: number) => string, right: (j: number) => string): string[] {
  const width = own === 1 ? 1 : 4;
  const parts = Array.from({ length: own / width }, (_, j) => j);
  return Array.from({ length: own }, (_, i) => i).flatMap((i) => parts.map((j) => {
    const l = width === 1 ? left(i) : `vec4<f32>(${left(Math.floor(i / 4))}[${i % 4}])`;
    return `sum${i}_${j} = fma(${l}, ${right(j)}, sum${i}_${j});`;
  }));
}

interface Coordinates { readonly batch: Group; readonly row: Group; readonly member: Group; readonly column: Group }
const namesOf = ({ batch, row, member, column }: Coordinates): string[] => [...batch.names, ...row.names, ...member.names, ...column.names];

interface Side {
  readonly name: 'left' | 'right';
  readonly operand: Operand;
  readonly place: Place;
  /** The coordinate along the strip, its end, and how many of it the strip holds. */
  readonly along: 'row' | 'column';
  readonly bound: string;
  readonly size: number;
}

const inFours = (form: Form): boolean => form.endsWith('4');
/** In what operands are staged; they are multiplied and added up in f32. */
const cellOf = ({ dtype }: Place): 'f16' | 'f32' => (dtype === 'float16' ? 'f16' : 'f32');
const vector = (width: number, cell: 'f16' | 'f32'): string => (width === 1 ? cell : `vec4<${cell}>`);

/** `left_at(batch, row, inner, end)`: an element, or four of them, or 0 outside. */
function loadStrip({ name, operand: { lines, form }, place, along, bound }: Side, all: Coordinates, slots: Slots, grain: Grain): string[] {
  // The other side's coordinates are not in this one's lines.
  const other = along === 'row' ? all.column : all.row;
  const names = namesOf({ ...all, [along === 'row' ? 'column' : 'row']: { lines: [], names: other.names.map(() => '0u') } });
  const cell = cellOf(place);
  const type = vector(inFours(form) ? 4 : 1, cell);
  const head = [
    `fn ${name}_at(z: u32, ${along}: u32, inner: u32, end: u32) -> ${type} {`,
    `  let outside = ${anyOf([`${along} >= ${bound}`, 'inner >= end'])};`,
    ...[...all.batch.lines, ...all[along].lines, ...all.member.lines].map((line) => `  ${line}`),
  ];
  if (inFours(form)) {
    const four = `m${place.arena}[place]`;
    return [
      ...head, `  let place = select((${lineText(lines[0]!, names, slots)}) >> 2u, 0u, outside);`,
      `  return select(${cell === 'f16' ? four : `bitcast<vec4<f32>>(${four})`}, ${type}(), outside);`, '}',
    ];
  }
  return [loadText(name, place, lines, namesOf(all), slots, grain), ...head, `  return select(${cell}(${name}(${names.join(', ')})), ${type}(), outside);`, '}'];
}

/** Statements that fill a strip: `strip[k * size + place]`, whole vectors at a time. */
function fillStrip(
  { name, operand: { form }, place, size }: Side, { depth, width, threads }: { depth: number; width: number; threads: number },
): string[] {
  const vectors = size / width;
  const type = vector(width, cellOf(place));
  const at = (along: string, inner: string) => `${name}_at(z, ${name}_start + ${along}, ${inner}, end)`;
  if (form === 'across4') {
    // Four rows of four inner elements, turned.
    return [
      `for (var u = local; u < ${(vectors * depth) / 4}u; u += ${threads}u) {`,
      `  let k = u % ${depth / 4}u * 4u;`, `  let q = u / ${depth / 4}u;`,
      ...[0, 1, 2, 3].map((j) => `  let v${j} = ${at(`q * 4u + ${j}u`, 'start + k')};`),
      ...[0, 1, 2, 3].map((i) => `  ${name}_strip[(k + ${i}u) * ${vectors}u + q] = ${type}(${[0, 1, 2, 3].map((j) => `v${j}[${i}]`).join(', ')});`),
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
