import { PACKED_DIGITS } from './digits-data.ts';
import { type ImageFacts, ImageDataset, type ImageOptions } from './images.ts';

const FACTS: ImageFacts = {
  name: 'digits',
  rows: 8,
  columns: 8,
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  largest: 16,
  mean: 0.3053,
  std: 0.376,
};

const COUNT = 1797;
const SIZE = FACTS.rows * FACTS.columns;

/**
 * 1,797 real handwritten digits of 8 x 8 pixels, 0 to 16, in ten classes; they come with this package
 * (the test set of Alpaydin and Kaynak 1998, as `load_digits` of scikit-learn).
 *
 * @example
 * const data = digits({ scale: 'unit', shape: [64] });
 * const [train, test] = trainTestSplit(data, { stratify: data.labels, seed: 0 }); // 1,347 and 450
 */
export function digits(options: ImageOptions = {}): ImageDataset {
  const images = new Uint8Array(COUNT * SIZE);
  const labels = new Uint8Array(COUNT);
  unpack(PACKED_DIGITS, images, labels);
  return new ImageDataset(FACTS, images, labels, options);
}

/** A label ('0' to '9') begins an image; 'a' to 'p' are pixels of 1 to 16, 'A' to 'Z' runs of 1 to 26 zeros. */
function unpack(packed: string, images: Uint8Array, labels: Uint8Array): void {
  let pixel = 0;
  let image = 0;
  for (let i = 0; i < packed.length; i++) {
    const code = packed.charCodeAt(i);
    if (code >= 97) images[pixel++] = code - 96;
    else if (code >= 65) pixel += code - 64;
    else if (code >= 48) labels[image++] = code - 48;
  }
}
