/** Which classes are taken for which. */
import { fail } from '@nn/tensor';
import * as Plot from '@observablehq/plot';
import { draw } from './draw.ts';

/** How {@link confusionMatrix} draws. */
export interface ConfusionMatrixOptions {
  readonly title?: string;
  /** Default: the numbers of the classes. */
  readonly classNames?: readonly string[];
  /** Side of a cell in pixels. Default 46. */
  readonly cell?: number;
}

/**
 * A confusion matrix as SVG, of counts or shares: rows are true classes, columns what the model says; each cell is coloured by its share of the row.
 *
 * @param counts `counts[truth][prediction]`
 * @throws where the matrix is not square, or names are missing
 * @example
 * const svg = await confusionMatrix([[9, 1], [2, 8]], { classNames: ['cat', 'dog'] });
 */
export async function confusionMatrix(counts: readonly (readonly number[])[], { title, classNames = counts.map((_, i) => String(i)), cell = 46 }: ConfusionMatrixOptions = {}): Promise<string> {
  const classes = counts.length;
  if (classes === 0 || counts.some((row) => row.length !== classes)) fail('confusionMatrix', `${classes} rows of ${counts.map((row) => row.length).join(', ')}`, 'Give a square matrix of counts.');
  if (classNames.length !== classes) fail('confusionMatrix', `${classNames.length} names for ${classes} classes`, 'Give one for each.');
  const cells = counts.flatMap((row, truth) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((count, prediction) => ({ truth, prediction, count, share: sum > 0 ? count / sum : 0 }));
  });
  const names = 12 + 6.5 * Math.max(...classNames.map((name) => name.length));
  const axis = { domain: counts.map((_, i) => i), tickFormat: (i: number) => classNames[i]!, tickSize: 0 };
  return draw({
    title, width: classes * cell + names + 40, height: classes * cell + names + (title === undefined ? 40 : 64), marginLeft: names + 24, marginBottom: names + 16, marginTop: title === undefined ? 16 : 40, padding: 0.04,
    x: { ...axis, label: 'predicted', tickRotate: -60 },
    y: { ...axis, label: 'true' },
    color: { type: 'linear', domain: [0, 1], range: ['#f7fbff', '#08306b'] },
    marks: [
      Plot.cell(cells, { x: 'prediction', y: 'truth', fill: 'share' }),
      Plot.text(cells, { x: 'prediction', y: 'truth', text: (item: { count: number }) => (item.count === 0 ? '' : Number.isInteger(item.count) ? String(item.count) : item.count.toFixed(2)), fill: (item: { share: number }) => (item.share > 0.5 ? 'white' : 'black'), fontSize: 11 }),
    ],
  });
}
