/**
 * The matrix product where no graphics card computes: a thread has a column and four rows, so that an element of the right matrix, which its lanes
 * fetch one by one, is fetched once for four sums, which do not wait for each other. On graphics cards, and for batches and padded views, a product is a fold like any other.
 */
import type { Layout } from '@nn/tensor/backend';
import { literal } from './dialect.ts';
import { depthOf, madd } from './single.ts';
import { kernel } from './text.ts';

const ROWS = [0, 1, 2, 3] as const;

export const tileable = (a: Layout, b: Layout): boolean =>
  a.shape.length === 2 && b.shape.length === 2 && a.shape[0]! >= ROWS.length && a.shape[1]! > 0 && b.shape[1]! > 0 && a.bounds.length + b.bounds.length === 0;

/** The threads of a product, columns first. */
export const tiles = (rows: number, columns: number): [number, number] => [columns, Math.ceil(rows / ROWS.length)];

/** A kernel of both arrays and their offsets. Rows past the end repeat the last one. */
export function writeTile(a: Layout, b: Layout): string {
  const [rows, inner] = a.shape as [number, number];
  const [down, along] = a.strides as [number, number];
  const [under, beside] = b.strides as [number, number];
  const depth = depthOf(inner);
  const whole = Math.floor(inner / depth);
  const block = (start: string, count: number): string[] => [
    ...ROWS.map((r) => `let p${r} = 0;`),
    `for (let i = 0; i < ${count}; i++) {`,
    `const k = ${start}i;`,
    `const y = k * ${literal(under)} + column;`,
    'const v = x1[y];',
    ...ROWS.flatMap((r) => [`const a${r} = row${r} + k * ${literal(along)};`, `p${r} = ${madd('host', `x0[a${r}]`, 'v', `p${r}`)};`]),
    '}',
    ...ROWS.map((r) => `total${r} = total${r} + p${r};`),
  ];
  return kernel(['x0', 'x1', 'o0', 'o1'], [
    `const column = this.thread.x * ${literal(beside)} + o1;`,
    ...ROWS.flatMap((r) => [`const row${r} = Math.min(this.thread.y * ${ROWS.length} + ${r}, ${rows - 1}) * ${literal(down)} + o0;`, `let total${r} = 0;`]),
    ...(whole > 0 ? [`for (let j = 0; j < ${whole}; j++) {`, ...block(`j * ${depth} + `, depth), '}'] : []),
    ...(inner > whole * depth ? ['if (true) {', ...block(`${whole * depth} + `, inner - whole * depth), '}'] : []),
    `return [${ROWS.map((r) => `total${r}`).join(', ')}];`,
  ]);
}

/** Puts what the threads made, four rows a thread, in order. */
export function arranged(made: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    let from = (row >> 2) * columns * ROWS.length + (row & 3);
    const start = row * columns;
    for (let column = 0; column < columns; column++, from += ROWS.length) out[start + column] = made[from]!;
  }
  return out;
}
