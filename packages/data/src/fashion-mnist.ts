import { type ImageFileFacts, type ImageFileOptions, readImageFiles } from './image-files.ts';
import { ImageDataset } from './images.ts';

const FACTS: ImageFileFacts = {
  name: 'FashionMNIST',
  folder: 'fashion-mnist',
  source: 'https://github.com/zalandoresearch/fashion-mnist',
  rows: 28,
  columns: 28,
  classes: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
  largest: 255,
  mean: 0.286,
  std: 0.353,
};

/**
 * Fashion-MNIST: 70,000 grey images of 28 x 28 pixels (0 to 255) of clothes in ten classes, 60,000 for training
 * (Xiao, Rasul and Vollgraf 2017, https://arxiv.org/abs/1708.07747).
 *
 * @example
 * const data = await FashionMNIST.load({ dir: 'data', split: 'all', scale: 'unit', shape: [784] });
 * const [train, test] = trainTestSplit(data, { stratify: data.labels, seed: 0 }); // 52,500 and 17,500
 */
export class FashionMNIST extends ImageDataset {
  /**
   * Reads the idx files, gzipped or not, from `dir/fashion-mnist` or `dir` itself.
   *
   * @throws Where a file is missing, truncated, corrupt, or does not fit the others.
   */
  static async load(options: ImageFileOptions): Promise<FashionMNIST> {
    const { images, labels } = await readImageFiles(FACTS, options);
    return new FashionMNIST(FACTS, images, labels, options);
  }
}
