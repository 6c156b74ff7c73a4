import { type ImageFileFacts, type ImageFileOptions, readImageFiles } from './image-files.ts';
import { ImageDataset } from './images.ts';

const FACTS: ImageFileFacts = {
  name: 'FashionMNIST',
  folder: 'fashion-mnist',
  mirrors: [
    'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com',
    'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion',
  ],
  md5: {
    'train-images': '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
    'train-labels': '25c81989df183df01b3e8a0aad5dffbe',
    't10k-images': 'bef4ecab320f06d8554ea6380940ec79',
    't10k-labels': 'bb300cfdad3c16e7a12a480ee83cd310',
  },
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
 * const data = await FashionMNIST.load({ split: 'all', scale: 'unit', shape: [784] });
 * const [train, test] = trainTestSplit(data, { stratify: data.labels, seed: 0 }); // 52,500 and 17,500
 */
export class FashionMNIST extends ImageDataset {
  /**
   * Reads the idx files, gzipped or not, from `dir/fashion-mnist` or `dir` itself, and fetches them if asked to, or if no `dir` is given.
   *
   * @throws Where a file is missing, truncated, corrupt, or does not fit the others, or cannot be fetched.
   */
  static async load(options: ImageFileOptions = {}): Promise<FashionMNIST> {
    const { images, labels } = await readImageFiles(FACTS, options);
    return new FashionMNIST(FACTS, images, labels, options);
  }
}
