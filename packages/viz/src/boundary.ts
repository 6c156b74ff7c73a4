/** What a classifier of points in the plane says everywhere. */
import { fail } from '@nn/tensor';
import * as Plot from '@observablehq/plot';
import { draw } from './draw.ts';

/** A point and its class. */
export interface LabelledPoint { readonly x: number; readonly y: number; readonly label: number }

/** How {@link boundary} draws. */
export interface BoundaryOptions {
  readonly title?: string;
  /** The part of the plane that `values` lie in. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Columns of `values`; default: as many as rows. */
  readonly columns?: number;
  /** In pixels. Default 420. */
  readonly width?: number;
}

/**
 * The regions where a classifier says class 0 (blue) and 1 (red), with points in the colours of their classes, as SVG.
 *
 * @param points what was learned from, or is to be told apart
 * @param values the probability of class 1 on a grid: row by row from the smallest y on, in each from the smallest x on
 * @throws where the values are not a grid, or a range is empty
 * @example
 * const svg = await boundary([{ x: 0, y: 0, label: 0 }, { x: 1, y: 1, label: 1 }], [0, 0.5, 0.5, 1], { x: [0, 1], y: [0, 1] });
 */
export async function boundary(points: readonly LabelledPoint[], values: ArrayLike<number>, { title, x, y, columns = Math.sqrt(values.length), width = 420 }: BoundaryOptions): Promise<string> {
  const rows = values.length / columns;
  if (!Number.isInteger(columns) || !Number.isInteger(rows) || rows < 2 || columns < 2) fail('boundary', `${values.length} values are no grid of ${columns} columns`, 'Give rows x columns values.');
  if (!(x[1] > x[0] && y[1] > y[0])) fail('boundary', `the plane is ${x.join(' to ')} by ${y.join(' to ')}`, 'Give each range from its smaller end.');
  const height = Math.round((width - 60) * ((y[1] - y[0]) / (x[1] - x[0]))) + 60;
  return draw({
    title, width, height: Math.max(160, height), marginTop: title === undefined ? 16 : 34,
    x: { domain: x, label: null }, y: { domain: y, label: null },
    color: { type: 'linear', domain: [0, 0.5, 1], range: ['#a3aee6', '#fafafa', '#e2938b'], clamp: true },
    marks: [
      Plot.contour(Array.from(values), { width: columns, height: rows, x1: x[0], x2: x[1], y1: y[0], y2: y[1], fill: (value: number) => value, thresholds: Array.from({ length: 21 }, (_, i) => i / 20), clip: true }),
      Plot.contour(Array.from(values), { width: columns, height: rows, x1: x[0], x2: x[1], y1: y[0], y2: y[1], value: (value: number) => value, thresholds: [0.5], stroke: 'black', strokeWidth: 1.2, clip: true }),
      Plot.frame({ stroke: '#999' }),
      Plot.dot(points, { x: 'x', y: 'y', fill: (point: LabelledPoint) => (point.label === 1 ? '#b40426' : '#3b4cc0'), stroke: 'white', strokeWidth: 0.8, r: 4 }),
    ],
  });
}
