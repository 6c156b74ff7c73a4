import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digits, FashionMNIST, imageSet, MNIST } from '../src/index.ts';
import { gzip, idxBytes } from './idx-bytes.ts';

describe('digits', () => {
  it('are the 1,797 images of scikit-learn', () => {
    const { images, labels, classes, length } = digits();
    expect([length, images.length, labels.length, classes.length]).toEqual([1797, 1797 * 64, 1797, 10]);
    expect([...images.subarray(0, 16)]).toEqual([0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]);
    expect([...labels.subarray(0, 12)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    expect(images.reduce((a, b) => a + b, 0)).toBe(561718);
    expect(Math.max(...images)).toBe(16);
    const counts = Array.from({ length: 10 }, (_, label) => labels.filter((one) => one === label).length);
    expect(counts).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
  });

  it('are scaled as they are gathered', () => {
    const [raw, labels] = digits().gather([0, 5]);
    expect([raw.shape, raw.dtype, labels.shape, labels.dtype]).toEqual([[2, 8, 8], 'float32', [2], 'int32']);
    expect([raw.data[3], labels.data[1]]).toEqual([13, 5]);
    const [unit] = digits({ scale: 'unit', shape: [64] }).gather([0]);
    expect([unit.shape, unit.data[3]]).toEqual([[1, 64], 13 / 16]);
    const [standard] = digits({ scale: 'standard', shape: [1, 8, 8] }).gather(Array.from({ length: 1797 }, (_, i) => i));
    const values = Array.from(standard.data);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
    expect(standard.shape).toEqual([1797, 1, 8, 8]);
    expect(mean).toBeCloseTo(0, 3);
    expect(std).toBeCloseTo(1, 3);
  });

  it('can be picked, also by class', () => {
    const data = digits({ scale: 'unit', shape: [64] });
    const picked = data.pick([5, 3]);
    expect([...picked.labels]).toEqual([5, 3]);
    expect(picked.gather([1])).toEqual(data.gather([3]));
    const odd = data.ofClasses([9, 1]);
    expect([odd.length, odd.classes, [...odd.labels.subarray(0, 4)]]).toEqual([362, ['9', '1'], [1, 0, 1, 0]]);
    expect(odd.gather([0])[0]).toEqual(data.gather([1])[0]);
    expect(() => data.pick([1797])).toThrow('digits: there is no image 1797 among 1797. Rows are 0 to 1796.');
    expect(() => data.ofClasses([1, 1])).toThrow('digits: class 1 is not there, or is there twice.');
    expect(() => data.ofClasses([10])).toThrow('digits: class 10 is not there');
  });

  it('are a set by name, a quarter for testing', async () => {
    const { train, test } = await imageSet('digits', { shape: [1, 8, 8] });
    expect([train.length, test.length, test.shape]).toEqual([1347, 450, [1, 8, 8]]);
    await expect(imageSet('letters')).rejects.toThrow('imageSet: there is no letters. Use fashion-mnist, mnist or digits.');
  });

  it('refuse what does not fit', () => {
    expect(() => digits({ shape: [8, 9] })).toThrow('digits: the shape [8, 9] does not hold an image of 8 x 8. Its sizes must multiply to 64.');
    expect(() => digits({ scale: 'half' as 'unit' })).toThrow("digits: unknown scale half. Use 'raw', 'unit' or 'standard'.");
  });
});

/** Three training and two test images, all pixels of an image equal to its label times 20. */
const LABELS = { train: [9, 0, 3], t10k: [1, 2] };

async function writeSet(dir: string, pack: (bytes: Uint8Array) => Uint8Array = gzip, suffix = '.gz', dot = '-'): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const [prefix, labels] of Object.entries(LABELS)) {
    const images = labels.flatMap((label) => Array<number>(784).fill(label * 20));
    await writeFile(join(dir, `${prefix}-images${dot}idx3-ubyte${suffix}`), pack(idxBytes([labels.length, 28, 28], images)));
    await writeFile(join(dir, `${prefix}-labels${dot}idx1-ubyte${suffix}`), pack(idxBytes([labels.length], labels)));
  }
}

describe('image files', () => {
  let dir: string;
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'images-')); });
  afterEach(async () => { await rm(dir, { recursive: true }); });

  it('are found in the folder or in its own folder there, gzipped or not', async () => {
    await writeSet(dir);
    await writeSet(join(dir, 'mnist'), (bytes) => bytes, '');
    await writeSet(join(dir, 'dots'), (bytes) => bytes, '', '.');
    for (const data of [await FashionMNIST.load({ dir }), await MNIST.load({ dir }), await MNIST.load({ dir: join(dir, 'dots') })]) {
      expect([data.length, [...data.labels], data.images[0], data.classes.length]).toEqual([3, [9, 0, 3], 180, 10]);
    }
    expect((await FashionMNIST.load({ dir })).classes[9]).toBe('Ankle boot');
  });

  it('give the split that is asked for', async () => {
    await writeSet(dir);
    expect([...(await FashionMNIST.load({ dir, split: 'test' })).labels]).toEqual([1, 2]);
    const all = await FashionMNIST.load({ dir, split: 'all', scale: 'unit', shape: [784] });
    expect([...all.labels]).toEqual([9, 0, 3, 1, 2]);
    const [images, labels] = all.gather([4, 0]);
    expect([images.shape, images.data[0], images.data[784], [...labels.data]]).toEqual([[2, 784], Math.fround(40 / 255), Math.fround(180 / 255), [2, 9]]);
    await expect(FashionMNIST.load({ dir, split: 'valid' as 'test' })).rejects.toThrow("FashionMNIST: unknown split valid. Use 'train', 'test' or 'all'.");
  });

  it('say which file is missing and where it was looked for', async () => {
    await writeSet(dir);
    await rm(join(dir, 't10k-labels-idx1-ubyte.gz'));
    await expect(FashionMNIST.load({ dir, split: 'all' })).rejects.toThrow(
      `FashionMNIST: there is no t10k-labels-idx1-ubyte(.gz) in ${dir}/fashion-mnist or ${dir}. { download: true } fetches it; the four files are published at http`,
    );
  });

  it('name the file that is broken', async () => {
    await writeSet(dir);
    const file = join(dir, 'train-labels-idx1-ubyte.gz');
    await writeFile(file, gzip(idxBytes([3], [1, 2, 3])).subarray(0, 20));
    await expect(MNIST.load({ dir })).rejects.toThrow(`readIdx: the gzip file is truncated or corrupt (${file})`);
  });

  it('must fit each other', async () => {
    await writeSet(dir);
    const labels = join(dir, 'train-labels-idx1-ubyte.gz');
    await writeFile(labels, gzip(idxBytes([2], [1, 2])));
    await expect(MNIST.load({ dir })).rejects.toThrow(/^MNIST: the files do not belong together: 3 images \(.+\) and 2 labels \(.+\)\. There must be one label an image\.$/);
    await writeFile(labels, gzip(idxBytes([3], [1, 10, 2])));
    await expect(MNIST.load({ dir })).rejects.toThrow('MNIST: label 1 is 10. Labels are 0 to 9.');
    await writeFile(labels, gzip(idxBytes([3, 28, 28], new Uint8Array(3 * 784))));
    await expect(MNIST.load({ dir })).rejects.toThrow(`MNIST: ${labels} holds Uint8 values of shape [3, 28, 28]. It must hold bytes of shape [n].`);
    await writeFile(join(dir, 'train-images-idx3-ubyte.gz'), gzip(idxBytes([3, 8, 8], new Uint8Array(192))));
    await expect(MNIST.load({ dir })).rejects.toThrow('of shape [3, 8, 8]. It must hold bytes of shape [n, 28, 28].');
  });
});

const data = process.env.NN_DATA_DIR;
describe('the real Fashion-MNIST', () => {
  it('has 7,000 images a class and the published mean', async (context) => {
    if (!data || !existsSync(join(data, 'fashion-mnist'))) return context.skip('no Fashion-MNIST here: set NN_DATA_DIR to the folder that holds fashion-mnist/');
    const all = await FashionMNIST.load({ dir: data, split: 'all' });
    expect(all.length).toBe(70_000);
    const counts = new Array<number>(10).fill(0);
    for (const label of all.labels) counts[label]!++;
    expect(counts).toEqual(new Array(10).fill(7000));
    let sum = 0;
    for (let i = 0; i < 60_000 * 784; i++) sum += all.images[i]!;
    expect(sum / (60_000 * 784) / 255).toBeCloseTo(0.286, 4);
  });
});
