/** The images: which, from where, and what is held out. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Dataset, digits, FashionMNIST, type ImageDataset, MNIST, trainTestSplit } from '@nn/data';
import { defaultGenerator } from '@nn/tensor';
import type { Options } from './options.ts';

export interface Data {
  readonly dataset: Options['dataset'];
  /** Pixels of an image, and rows and columns. */
  readonly pixels: number;
  readonly side: number;
  /** Names of the labels 0, 1, 2 .. */
  readonly classes: readonly string[];
  /** Of a held-out image: its pixels as stored, and its label. */
  pixelsOf(image: number): ArrayLike<number>;
  labelOf(image: number): number;
  readonly train: Dataset;
  /** Never trained on. */
  readonly held: Dataset;
  /** For the reader of the output. */
  readonly notes: readonly string[];
}

const FILES = { 'fashion-mnist': { name: 'Fashion-MNIST', load: FashionMNIST.load }, mnist: { name: 'MNIST', load: MNIST.load } };

/** @throws where files are there but damaged, incomplete or not of a kind, or cannot be fetched */
export async function loadData({ dataset, dataDir: dir, download = false, scale, split }: Pick<Options, 'dataset' | 'dataDir' | 'download' | 'scale' | 'split'>): Promise<Data> {
  if (dataset === 'digits') return embedded(scale, split, []);
  const { name, load } = FILES[dataset];
  if (!download && !(await hasFiles(dir, dataset))) {
    return embedded(scale, split, [
      `No ${name} found in ${resolve(dir)}: training on the embedded digits instead.`,
      `--download fetches it. Or put its four idx files into ${join(resolve(dir), dataset)}, or name another folder with --data-dir or NN_DATA_DIR.`,
    ]);
  }
  const options = { dir, download, scale, shape: [784] };
  if (split === 'lecture') return halved(dataset, name, await load({ ...options, split: 'all' }), []);
  const [train, held] = [await load({ ...options, split: 'train' }), await load({ ...options, split: 'test' })];
  return { dataset, train, held, ...facts(held), notes: [summary(name, train, held, 'as published')] };
}

function embedded(scale: Options['scale'], split: Options['split'], notes: readonly string[]): Data {
  const extra = split === 'official' ? ['The digits are published in one piece: --split lecture is used.'] : [];
  return halved('digits', 'Digits', digits({ scale, shape: [64] }), [...notes, ...extra]);
}

/** Three quarters to train on, one held out. The split has a random stream of its own: it does not depend on the model. */
function halved(dataset: Options['dataset'], name: string, images: ImageDataset, notes: readonly string[]): Data {
  const [train, held] = trainTestSplit(images, { stratify: images.labels, generator: defaultGenerator.fork('split') });
  return { dataset, train, held, ...facts(images, held.rows), notes: [...notes, summary(name, train, held, 'a stratified quarter')] };
}

/** What there is to know of the images; `rows`: which of them are held out, all by default. */
function facts({ images, labels, classes, shape: [pixels] }: ImageDataset, rows?: ArrayLike<number>): Pick<Data, 'pixels' | 'side' | 'classes' | 'pixelsOf' | 'labelOf'> {
  const size = pixels!;
  const place = (image: number): number => rows?.[image] ?? image;
  return {
    pixels: size, side: Math.sqrt(size), classes,
    pixelsOf: (image) => images.subarray(place(image) * size, (place(image) + 1) * size),
    labelOf: (image) => labels[place(image)]!,
  };
}

const summary = (name: string, train: Dataset, held: Dataset, how: string): string =>
  `${name}: ${train.length.toLocaleString('en-US')} images to train on, ${held.length.toLocaleString('en-US')} held out (${how}).`;

/** Whether any of the four files is there: then the others have to be, too. */
async function hasFiles(dir: string, dataset: string): Promise<boolean> {
  for (const folder of [join(dir, dataset), dir]) {
    const files = await readdir(folder).catch(() => []);
    if (files.some((file) => /^(train|t10k)-(images|labels)[-.]idx[13]-ubyte(\.gz)?$/.test(file))) return true;
  }
  return false;
}
