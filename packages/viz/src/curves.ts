/** Values over time: losses and accuracies by epoch or step. */
import { fail } from '@nn/tensor';
import * as Plot from '@observablehq/plot';
import { draw } from './draw.ts';

/** One line. */
export interface Curve {
  /** Stands in the legend; curves of one name have one colour. */
  readonly name: string;
  /** Values that are not finite leave a gap. */
  readonly values: readonly number[];
  /** Where they lie; default 1, 2, 3, ... */
  readonly at?: readonly number[];
  /** Any CSS colour; default: the next of ten. */
  readonly color?: string;
  /** Default `solid`. */
  readonly line?: 'solid' | 'dotted';
  /** In pixels. Default 2. */
  readonly width?: number;
  /** 0 to 1. Default 1. */
  readonly opacity?: number;
}

/** How {@link curves} draws. */
export interface CurvesOptions {
  readonly title?: string;
  /** Names of the axes. Default `epoch`, none. */
  readonly x?: string;
  readonly y?: string;
  /** The range of the vertical axis; default: of the values. */
  readonly yDomain?: readonly [number, number];
  /** In pixels. Default 640 and 360. */
  readonly width?: number;
  readonly height?: number;
}

const COLORS = ['#1f77b4', '#d62728', '#2ca02c', '#ff7f0e', '#9467bd', '#8c564b', '#e377c2', '#7f7f7f', '#bcbd22', '#17becf'];

/**
 * Curves in one frame, with a legend, as SVG.
 *
 * @throws where there is no curve, or one has more places than values
 * @example
 * const svg = await curves([
 *   { name: 'training loss', values: [2.35, 0.55, 0.51] },
 *   { name: 'validation loss', values: [0.66, 0.57, 0.53], line: 'dotted' },
 * ], { title: 'Fashion-MNIST', x: 'epoch', y: 'loss' });
 */
export async function curves(lines: readonly Curve[], { title, x = 'epoch', y, yDomain, width = 640, height = 360 }: CurvesOptions = {}): Promise<string> {
  if (lines.length === 0) fail('curves', 'there is nothing to draw', 'Give at least one curve.');
  const names = [...new Set(lines.map(({ name }) => name))];
  const colors = names.map((name, i) => lines.find((line) => line.name === name)?.color ?? COLORS[i % COLORS.length]!);
  const points = lines.map(({ name, values, at }) => {
    if (at && at.length !== values.length) fail('curves', `${name} has ${values.length} values at ${at.length} places`, 'Give one place for each value.');
    return values.map((value, i) => ({ name, x: at ? at[i]! : i + 1, y: value }));
  });
  const whole = points.flat().every((point) => Number.isInteger(point.x));
  const longest = Math.max(...lines.map(({ values }) => values.length));
  return draw({
    title, width, height, marginTop: title === undefined ? 34 : 52, marginLeft: 56, marginRight: 16, marginBottom: 40,
    x: { label: x, grid: true, ...(whole && { ticks: Math.min(10, longest), tickFormat: 'd' }) },
    y: { label: y ?? null, grid: true, nice: true, ...(yDomain && { domain: yDomain, clamp: true }) },
    color: { domain: names, range: colors },
    marks: [
      Plot.frame({ stroke: '#999' }),
      ...lines.flatMap(({ name, line = 'solid', width: strokeWidth = 2, opacity = 1 }, i) => [
        Plot.line(points[i], { x: 'x', y: 'y', stroke: colors[names.indexOf(name)]!, strokeWidth, strokeOpacity: opacity, ...(line === 'dotted' && { strokeDasharray: '3 3' }) }),
        // A single value has no line.
        ...(longest <= 40 ? [Plot.dot(points[i]!.filter((point) => Number.isFinite(point.y)), { x: 'x', y: 'y', fill: colors[names.indexOf(name)]!, r: 2.5, fillOpacity: opacity })] : []),
      ]),
      ...names.map((name, i) => Plot.text([name], { frameAnchor: 'top-left', dx: 8 + i * (width - 80) / names.length, dy: -18, fill: colors[i]!, fontSize: 12, lineAnchor: 'top', textAnchor: 'start', text: [legend(name, lines)] })),
    ],
  });
}

/** The name as the legend shows it: dotted lines say so. */
const legend = (name: string, lines: readonly Curve[]): string => `${lines.find((line) => line.name === name)?.line === 'dotted' ? '┅' : '━'} ${name}`;
