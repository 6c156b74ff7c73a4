/** Small grey images with class labels, as bytes: what MNIST, Fashion-MNIST and the digits have in common. */
import { fail, show, sizeOf } from '@nn/tensor';
import { type Column, gatherColumns, type HostArray, resolveColumn } from './column.ts';
import type { Dataset } from './dataset.ts';

/**
 * What the pixels of a batch are: `raw` as stored, `unit` divided by the largest possible pixel (0 to 1), or `standard`:
 * of mean 0 and standard deviation 1 over the training images. It is one multiplication and addition in the pass that
 * gathers the batch.
 */
export type PixelScale = 'raw' | 'unit' | 'standard';

/** How batches are presented. */
export interface ImageOptions {
  /** Default `'raw'`. */
  readonly scale?: PixelScale;
  /** Shape of one image in a batch, e.g. `[784]` or `[1, 28, 28]`. Default: rows and columns. */
  readonly shape?: readonly number[];
}

/** What is known about a set of images. */
export interface ImageFacts {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** Names of the labels 0, 1, 2 .. */
  readonly classes: readonly string[];
  /** The largest possible pixel. */
  readonly largest: number;
  /** Mean and standard deviation of the training pixels divided by `largest`. */
  readonly mean: number;
  readonly std: number;
}

/**
 * Images `[n, rows, columns]` and their labels. Batches are float32 images `[b, ...shape]` and int32 labels `[b]`.
 *
 * @throws Where the numbers of images and labels differ, a label is out of range, or `shape` does not fit an image.
 */
export class ImageDataset implements Dataset {
  readonly name: string;
  readonly length: number;
  /** All pixels, `[length, rows, columns]`. */
  readonly images: Uint8Array;
  /** One label an image. */
  readonly labels: Uint8Array;
  /** Names of the labels 0, 1, 2 .. */
  readonly classes: readonly string[];
  /** Shape of one image in a batch. */
  readonly shape: readonly number[];
  readonly #columns: readonly [Required<Column>, Required<Column>];
  readonly #made: readonly [ImageFacts, ImageOptions];

  constructor(facts: ImageFacts, images: Uint8Array, labels: Uint8Array, options: ImageOptions = {}) {
    const { name, rows, columns, classes } = facts;
    const { scale = 'raw', shape = [rows, columns] } = options;
    const size = rows * columns;
    if (images.length !== labels.length * size) {
      fail(name, `the files do not belong together: ${images.length / size} images and ${labels.length} labels`, 'There must be one label an image.');
    }
    const wrong = labels.findIndex((label) => label >= classes.length);
    if (wrong >= 0) fail(name, `label ${wrong} is ${labels[wrong]}`, `Labels are 0 to ${classes.length - 1}.`);
    if (sizeOf(shape) !== size) fail(name, `the shape ${show(shape)} does not hold an image of ${rows} x ${columns}`, `Its sizes must multiply to ${size}.`);
    this.#made = [facts, options];
    this.name = name;
    this.length = labels.length;
    this.images = images;
    this.labels = labels;
    this.classes = classes;
    this.shape = shape;
    this.#columns = [
      resolveColumn({ data: images, shape: [this.length, ...shape], dtype: 'float32', ...affine(scale, facts) }, name),
      resolveColumn({ data: labels, dtype: 'int32' }, name),
    ];
  }

  gather(rows: ArrayLike<number>, spare?: readonly [HostArray, HostArray]): readonly [HostArray, HostArray] {
    return gatherColumns(this.#columns, rows, spare);
  }

  /**
   * Some of the images, in the given order, as a set of its own: unlike a `Subset` it has `images` and `labels`.
   *
   * @throws where a row is not one of these
   */
  pick(rows: ArrayLike<number>): ImageDataset {
    const size = this.images.length / this.length;
    const [images, labels] = [new Uint8Array(rows.length * size), new Uint8Array(rows.length)];
    Array.from(rows, (row, i) => {
      if (!(Number.isInteger(row) && row >= 0 && row < this.length)) fail(this.name, `there is no image ${row} among ${this.length}`, `Rows are 0 to ${this.length - 1}.`);
      images.set(this.images.subarray(row * size, (row + 1) * size), i * size);
      labels[i] = this.labels[row]!;
    });
    return new ImageDataset(this.#made[0], images, labels, this.#made[1]);
  }

  /**
   * The images of some classes, which from now on are 0, 1, 2 .. in the given order.
   *
   * @throws where a class is none of these, or is given twice
   * @example
   * const shoes = data.ofClasses([5, 7, 9]); // Sandal, Sneaker and Ankle boot of Fashion-MNIST
   */
  ofClasses(labels: readonly number[]): ImageDataset {
    const wrong = labels.find((label, i) => !(label in this.classes) || labels.indexOf(label) !== i);
    if (wrong !== undefined) fail(this.name, `class ${wrong} is not there, or is there twice`, `Classes are 0 to ${this.classes.length - 1}.`);
    const { images, labels: old } = this.pick(Array.from(this.labels, (_, row) => row).filter((row) => labels.includes(this.labels[row]!)));
    const [facts, options] = this.#made;
    return new ImageDataset({ ...facts, classes: labels.map((label) => this.classes[label]!) }, images, old.map((label) => labels.indexOf(label)), options);
  }
}

/** `pixel * scale + shift`: (pixel / largest - mean) / std for `standard`. */
function affine(scale: PixelScale, { name, largest, mean, std }: ImageFacts): { scale: number; shift: number } {
  switch (scale) {
    case 'raw': return { scale: 1, shift: 0 };
    case 'unit': return { scale: 1 / largest, shift: 0 };
    case 'standard': return { scale: 1 / (largest * std), shift: -mean / std };
    default: return fail(name, `unknown scale ${scale as string}`, "Use 'raw', 'unit' or 'standard'.");
  }
}
