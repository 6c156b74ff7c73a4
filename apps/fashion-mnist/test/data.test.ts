import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manualSeed } from '@nn/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadData } from '../src/data.ts';
import { fashionFolder, idx, temporary } from './idx-files.ts';

const load = (options: Partial<Parameters<typeof loadData>[0]> = {}) =>
  loadData({ dataset: 'fashion-mnist', dataDir: fashionFolder(), scale: 'raw', split: 'lecture', ...options });

beforeEach(() => void manualSeed(0));

describe('data', () => {
  it('is split as in the lecture, or as published', async () => {
    const lecture = await load();
    expect([lecture.dataset, lecture.pixels, lecture.train.length, lecture.held.length]).toEqual(['fashion-mnist', 784, 45, 15]);
    const official = await load({ split: 'official' });
    expect([official.train.length, official.held.length]).toEqual([40, 20]);
    expect(official.notes.at(-1)).toBe('Fashion-MNIST: 40 images to train on, 20 held out (as published).');
  });

  it('is scaled as asked', async () => {
    const largest = async (scale: 'raw' | 'unit' | 'standard') => Math.max(...(await (await load({ dataset: 'digits', scale })).train.gather([0, 1, 2]))[0].data);
    expect([await largest('raw'), await largest('unit')]).toEqual([16, 1]);
    expect(await largest('standard')).toBeCloseTo((1 - 0.3053) / 0.376, 4);
  });

  it('is the digits where there are no files, and says so', async () => {
    const dataDir = temporary();
    const { dataset, pixels, train, held, notes } = await load({ dataDir });
    expect([dataset, pixels, train.length, held.length]).toEqual(['digits', 64, 1347, 450]);
    expect(notes[0]).toBe(`No Fashion-MNIST found in ${dataDir}: training on the embedded digits instead.`);
    expect((await load({ dataDir: `${dataDir}/missing`, dataset: 'mnist' })).notes[0]).toMatch(/^No MNIST found/);
  });

  it('is fetched only where it is missing', async () => {
    expect((await load({ download: true })).train.length).toBe(45);
    const dataDir = join(temporary(), 'file');
    writeFileSync(dataDir, '');
    await expect(load({ download: true, dataDir })).rejects.toThrow('FashionMNIST: cannot make the folder');
  });

  it('keeps the digits in one piece where an official split is asked for', async () => {
    expect((await load({ dataset: 'digits', split: 'official' })).notes).toEqual([expect.stringContaining('--split lecture'), expect.stringContaining('450 held out')]);
  });

  it.each([
    ['missing', { 't10k-labels-idx1-ubyte': null }, /there is no t10k-labels-idx1-ubyte/],
    ['truncated', { 'train-images-idx3-ubyte': idx([40, 28, 28]).subarray(0, 1000) }, /truncated.*train-images/],
    ['corrupt', { 'train-labels-idx1-ubyte': Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3, 4) }, /truncated or corrupt.*train-labels/],
    ['of another kind', { 'train-labels-idx1-ubyte': new TextEncoder().encode('<html>not found</html>') }, /not an idx file.*train-labels/],
    ['of another shape', { 'train-images-idx3-ubyte': idx([40, 8, 8]) }, /\[40, 8, 8\]/],
    ['mismatched', { 'train-labels-idx1-ubyte': idx([39]) }, /do not belong together: 40 images.*39 labels/],
    ['mislabelled', { 't10k-labels-idx1-ubyte': idx([20], new Uint8Array(20).fill(11)) }, /label 40 is 11.*0 to 9/],
  ])('is refused where a file is %s', async (_, files, message) => {
    await expect(load({ dataDir: fashionFolder(files) })).rejects.toThrow(message);
  });
});
