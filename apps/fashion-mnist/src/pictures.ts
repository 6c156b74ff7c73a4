/** The pictures of a run. */
import { join } from 'node:path';
import { confusionMatrix, curves, imageGrid, type Picture } from '@nn/viz';
import type { Data } from './data.ts';
import type { Examination } from './examine.ts';
import { writeWhole } from './files.ts';
import type { EpochMetrics } from './metrics-file.ts';

/** Images shown as samples, and as mistakes. */
const SAMPLES = 5;
const MISTAKES = 10;

/** Writes curves.svg (where there was an epoch), samples.svg, confusion.svg and mistakes.svg (where there is one); gives their names. */
export async function writePictures(folder: string, data: Data, epochs: readonly EpochMetrics[], { confusion, mistakes, accuracy }: Examination): Promise<string[]> {
  const { classes } = data;
  const picture = (image: number): Pick<Picture, 'pixels' | 'width' | 'height'> => ({ pixels: data.pixelsOf(image), width: data.side, height: data.side });
  const pictures: [name: string, svg: string][] = [];
  if (epochs.length > 0) {
    const values = (key: keyof EpochMetrics) => epochs.map((epoch) => epoch[key]);
    pictures.push(['curves.svg', await curves([
      { name: 'training loss', values: values('trainLoss'), color: '#1f77b4' },
      { name: 'validation loss', values: values('valLoss'), color: '#6baed6', line: 'dotted' },
      { name: 'training accuracy', values: values('trainAccuracy'), color: '#d62728' },
      { name: 'validation accuracy', values: values('valAccuracy'), color: '#fb6a4a', line: 'dotted' },
    ], { title: 'Mean loss and accuracy of each epoch', width: 720, yDomain: [0, Math.max(1, ...values('valLoss'), ...values('trainLoss').slice(1))] })]);
  }
  // Spread over the held-out images, whose order is random already.
  const step = Math.max(1, Math.floor(data.held.length / SAMPLES));
  const samples = Array.from({ length: Math.min(SAMPLES, data.held.length) }, (_, i) => i * step);
  pictures.push(['samples.svg', imageGrid(samples.map((image) => ({ ...picture(image), caption: classes[data.labelOf(image)]! })))]);
  pictures.push(['confusion.svg', await confusionMatrix(confusion, { classNames: classes, title: `Held-out images, accuracy ${accuracy.toFixed(4)}` })]);
  if (mistakes.length > 0) {
    const shown = mistakes.slice(0, MISTAKES).map(({ image, truth, said }) => ({ ...picture(image), caption: `${classes[truth]}, not ${classes[said]}`, color: '#b40426' }));
    pictures.push(['mistakes.svg', imageGrid(shown, { columns: 5, title: `${mistakes.length.toLocaleString('en-US')} mistakes, the first ${shown.length}` })]);
  }
  for (const [name, svg] of pictures) await writeWhole(join(folder, name), svg);
  return pictures.map(([name]) => name);
}
