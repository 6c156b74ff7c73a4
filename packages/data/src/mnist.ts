import { type ImageFileFacts, type ImageFileOptions, readImageFiles } from './image-files.ts';
import { ImageDataset } from './images.ts';

const FACTS: ImageFileFacts = {
  name: 'MNIST',
  folder: 'mnist',
  mirrors: [
    'https://ossci-datasets.s3.amazonaws.com/mnist',
    'https://storage.googleapis.com/cvdf-datasets/mnist',
  ],
  md5: {
    'train-images': 'f68b3c2dcbeaaa9fbdd348bbdeb94873',
    'train-labels': 'd53e105ee54ea40749a09fcbcd1e9432',
    't10k-images': '9fb629c4189551a2d022fa330f9573f3',
    't10k-labels': 'ec29112dd5afa0611ce80d1b7f02629c',
  },
  rows: 28,
  columns: 28,
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  largest: 255,
  mean: 0.1307,
  std: 0.3081,
};

/**
 * MNIST: 70,000 grey images of 28 x 28 pixels (0 to 255) of handwritten digits, 60,000 for training
 * (LeCun, Cortes and Burges 1998, http://yann.lecun.com/exdb/mnist).
 *
 * @example
 * const train = await MNIST.load({ scale: 'standard', shape: [1, 28, 28] });
 * const test = await MNIST.load({ split: 'test', scale: 'standard', shape: [1, 28, 28] });
 */
export class MNIST extends ImageDataset {
  /**
   * Reads the idx files, gzipped or not, from `dir/mnist` or `dir` itself, and fetches them if asked to, or if no `dir` is given.
   *
   * @throws Where a file is missing, truncated, corrupt, or does not fit the others, or cannot be fetched.
   */
  static async load(options: ImageFileOptions = {}): Promise<MNIST> {
    const { images, labels } = await readImageFiles(FACTS, options);
    return new MNIST(FACTS, images, labels, options);
  }
}
