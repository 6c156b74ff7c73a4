import { type ImageFileFacts, type ImageFileOptions, readImageFiles } from './image-files.ts';
import { ImageDataset } from './images.ts';

const FACTS: ImageFileFacts = {
  name: 'MNIST',
  folder: 'mnist',
  source: 'https://ossci-datasets.s3.amazonaws.com/mnist/',
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
 * const train = await MNIST.load({ dir: 'data', scale: 'standard', shape: [1, 28, 28] });
 * const test = await MNIST.load({ dir: 'data', split: 'test', scale: 'standard', shape: [1, 28, 28] });
 */
export class MNIST extends ImageDataset {
  /**
   * Reads the idx files, gzipped or not, from `dir/mnist` or `dir` itself.
   *
   * @throws Where a file is missing, truncated, corrupt, or does not fit the others.
   */
  static async load(options: ImageFileOptions): Promise<MNIST> {
    const { images, labels } = await readImageFiles(FACTS, options);
    return new MNIST(FACTS, images, labels, options);
  }
}
