/** Sets of images by name, with the part that is never trained on. */
import { fail } from '@nn/tensor';
import { digits } from './digits.ts';
import { FashionMNIST } from './fashion-mnist.ts';
import type { ImageFileOptions } from './image-files.ts';
import type { ImageDataset } from './images.ts';
import { MNIST } from './mnist.ts';
import { trainTestSplit } from './split.ts';

/** What {@link imageSet} gives. */
export interface ImageSet {
  readonly train: ImageDataset;
  readonly test: ImageDataset;
}

/**
 * Training and test images of `'fashion-mnist'`, `'mnist'` or `'digits'`: as published, or of the digits, which come with this package, a stratified quarter for testing.
 *
 * @param options as `FashionMNIST.load` takes them: `dir` (default: {@link dataFolder}) and whether to `download` what is missing there
 * @throws where there is no set of that name, or its files cannot be had
 * @example
 * const { train, test } = await imageSet('digits', { scale: 'unit', shape: [1, 8, 8] });
 */
export async function imageSet(name: string, options: Omit<ImageFileOptions, 'split'> = {}): Promise<ImageSet> {
  if (name === 'digits') {
    const all = digits(options);
    const [train, test] = trainTestSplit(all, { stratify: all.labels, seed: 0 });
    return { train: all.pick(train.rows), test: all.pick(test.rows) };
  }
  const sets: Readonly<Record<string, typeof FashionMNIST.load | undefined>> = { 'fashion-mnist': FashionMNIST.load, mnist: MNIST.load };
  const load = sets[name] ?? fail('imageSet', `there is no ${name}`, 'Use fashion-mnist, mnist or digits.');
  return { train: await load({ ...options, split: 'train' }), test: await load({ ...options, split: 'test' }) };
}
