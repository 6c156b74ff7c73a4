/** Whole epochs of the program on several seeds, to be compared between devices: how far runs drift that differ in rounding only is what seeds say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { EpochMetrics } from '../src/metrics-file.ts';
import type { Options } from '../src/options.ts';
import { Report } from '../src/report.ts';
import { train } from '../src/train.ts';
import { fashionFolder, idx } from './idx-files.ts';

const figures = ['trainLoss', 'trainAccuracy', 'valLoss', 'valAccuracy'] as const;

async function epoch(changes: Partial<Options>): Promise<EpochMetrics> {
  const { metrics } = await train({
    dataset: 'digits', dataDir: 'none', epochs: 1, batchSize: 32, device: 'cpu', seed: 0, model: 'mlp', api: 'class', loop: 'plain', l1: 0, l2: 0, weightDecay: 0, scale: 'unit', split: 'lecture', out: 'none', ...changes,
  }, new Report(1, { write: () => true }));
  return metrics.epochs[0]!;
}

/** In words, which figures of an epoch on `device` lie outside of the CPU's over twenty seeds. */
export async function outside(device: Options['device'], changes: Partial<Options>): Promise<string[]> {
  const all: EpochMetrics[] = [];
  for (let seed = 0; seed < 20; seed++) all.push(await epoch({ ...changes, seed }));
  const found = await epoch({ ...changes, device });
  return figures.flatMap((name) => {
    const values = all.map((one) => one[name]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const value = found[name];
    return value >= low && value <= high ? [] : [`${name} ${value}, the CPU's are ${low} to ${high}`];
  });
}

/** A folder with the first images of Fashion-MNIST: so many to train on, and as many again out of five to test. */
export function firstImages(dataDir: string, count: number): string {
  const first = (name: string, size: number, n: number) => new Uint8Array(gunzipSync(readFileSync(join(dataDir, 'fashion-mnist', `${name}.gz`)))).slice(size === 1 ? 8 : 16).slice(0, n * size);
  const held = count / 5;
  return fashionFolder({
    'train-images-idx3-ubyte': idx([count, 28, 28], first('train-images-idx3-ubyte', 784, count)), 'train-labels-idx1-ubyte': idx([count], first('train-labels-idx1-ubyte', 1, count)),
    't10k-images-idx3-ubyte': idx([held, 28, 28], first('t10k-images-idx3-ubyte', 784, held)), 't10k-labels-idx1-ubyte': idx([held], first('t10k-labels-idx1-ubyte', 1, held)),
  });
}
