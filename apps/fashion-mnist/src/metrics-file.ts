/** metrics.json: what a run came to, for programs to read. */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fail } from '@nn/tensor';
import { writeWhole } from './files.ts';
import type { Options } from './options.ts';

export interface Metrics {
  readonly device: Options['device'];
  /** The device's own description: engine, instructions, threads. */
  readonly engine: string;
  readonly seed: number;
  /** What was trained on: the digits where the wanted files were missing. */
  readonly dataset: Options['dataset'];
  readonly epochs: readonly EpochMetrics[];
  /** Share of the held-out images that the trained network gets right. */
  readonly testAccuracy: number;
}

/** Losses are means of the batches' losses, accuracies are over images. `val` is measured on the held-out images after the epoch, `train` while the weights changed. */
export interface EpochMetrics {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly valLoss: number;
  readonly valAccuracy: number;
  /** Validation included. */
  readonly seconds: number;
}

/** Makes the folder and tries to write into it, so that a run does not fail at its end. */
export async function checkWritable(folder: string): Promise<void> {
  const probe = join(folder, `.metrics.${process.pid}`);
  try {
    await makeFolder(resolve(folder));
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    fail('out', `cannot write into ${resolve(folder)} (${(error as Error).message})`, 'Name another folder with --out.');
  }
}

/** Folder by folder: Node's own recursive form never ends where the system denies that a folder can be, as below /proc. */
async function makeFolder(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  await makeFolder(dirname(folder));
  await mkdir(folder);
}

export async function writeMetrics(folder: string, metrics: Metrics): Promise<string> {
  const path = join(folder, 'metrics.json');
  await writeWhole(path, `${JSON.stringify(metrics, null, 2)}\n`);
  return path;
}
