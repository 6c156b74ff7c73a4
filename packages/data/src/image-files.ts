/** Finds and reads the four idx files that MNIST and Fashion-MNIST are published as. */
import { fail, show } from '@nn/tensor';
import { dataFolder } from './cache-folder.ts';
import { type DownloadOptions, fetchFile } from './download.ts';
import { fileSystem } from './files.ts';
import { type IdxArray, readIdx } from './idx.ts';
import type { ImageFacts, ImageOptions } from './images.ts';

/** Where the files are and which of them to read. */
export interface ImageFileOptions extends ImageOptions, DownloadOptions {
  /** The folder of the four files, or the one that contains it as `fashion-mnist` or `mnist`. Default: {@link dataFolder}. */
  readonly dir?: string;
  /** Fetches files that are missing into `dir/fashion-mnist` or `dir/mnist`, and checks them. Default: true unless `dir` is given. */
  readonly download?: boolean;
  /** `train` (60,000 images), `test` (10,000), or `all`: train, then test. Default `train`. */
  readonly split?: 'train' | 'test' | 'all';
}

/** What distinguishes one set of files from another. */
export interface ImageFileFacts extends ImageFacts {
  /** Name of the folder inside `dir`. */
  readonly folder: string;
  /** Where the files are published: folders, in the order in which they are tried. */
  readonly mirrors: readonly string[];
  /** Of the gzipped files, by the first word of their name and what they hold. */
  readonly md5: { readonly [File in `${'train' | 't10k'}-${'images' | 'labels'}`]: string };
}

const PREFIXES = { train: ['train'], test: ['t10k'], all: ['train', 't10k'] } as const;

/** The images and labels of a split, checked against each other. */
export async function readImageFiles(facts: ImageFileFacts, options: ImageFileOptions): Promise<{ images: Uint8Array; labels: Uint8Array }> {
  const { split = 'train' } = options;
  const prefixes = PREFIXES[split] ?? fail(facts.name, `unknown split ${split}`, "Use 'train', 'test' or 'all'.");
  const images: Uint8Array[] = [];
  const labels: Uint8Array[] = [];
  for (const prefix of prefixes) {
    const imageFile = await find(facts, options, `${prefix}-images`, 'idx3-ubyte');
    const labelFile = await find(facts, options, `${prefix}-labels`, 'idx1-ubyte');
    const image = bytes(facts, await readIdx(imageFile), imageFile, [facts.rows, facts.columns]);
    const label = bytes(facts, await readIdx(labelFile), labelFile, []);
    const count = image.length / (facts.rows * facts.columns);
    if (count !== label.length) {
      fail(facts.name, `the files do not belong together: ${count} images (${imageFile}) and ${label.length} labels (${labelFile})`, 'There must be one label an image.');
    }
    images.push(image);
    labels.push(label);
  }
  return { images: concat(images), labels: concat(labels) };
}

/** The bytes of an idx array whose rows must have the shape `row`. */
function bytes(facts: ImageFacts, { shape, data }: IdxArray, file: string, row: readonly number[]): Uint8Array {
  if (!(data instanceof Uint8Array) || show(shape.slice(1)) !== show(row)) {
    fail(facts.name, `${file} holds ${data.constructor.name.replace('Array', '')} values of shape ${show(shape)}`, `It must hold bytes of shape ${show(['n' as never, ...row])}.`);
  }
  return data;
}

async function find(facts: ImageFileFacts, options: ImageFileOptions, start: keyof ImageFileFacts['md5'], end: string): Promise<string> {
  const { dir = await dataFolder(), download = options.dir === undefined, mirrors = facts.mirrors } = options;
  const { access } = await fileSystem(facts.name);
  const folders = [`${dir}/${facts.folder}`, dir];
  for (const folder of folders) {
    for (const file of [`${start}-${end}`, `${start}.${end}`]) {
      for (const path of [`${folder}/${file}.gz`, `${folder}/${file}`]) {
        const there = await access(path).then(() => true, () => false);
        if (there) return path;
      }
    }
  }
  if (download) return fetchFile(facts.name, `${dir}/${facts.folder}`, { name: `${start}-${end}.gz`, md5: facts.md5[start], mirrors }, options);
  return fail(facts.name, `there is no ${start}-${end}(.gz) in ${folders.join(' or ')}`, `{ download: true } fetches it; the four files are published at ${facts.mirrors[0]}.`);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
