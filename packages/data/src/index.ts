/**
 * Datasets and loaders: rows are kept on the host as compactly as they came and become tensors batch by batch.
 *
 * @module
 */
export { dataFolder } from './cache-folder.ts';
export type { Column, HostArray } from './column.ts';
export { ConcatDataset, type Joined, StackDataset } from './combined.ts';
export { type BatchOf, type Dataset, Subset, TensorDataset } from './dataset.ts';
export { digits } from './digits.ts';
export type { DownloadOptions, DownloadProgress } from './download.ts';
export { FashionMNIST } from './fashion-mnist.ts';
export { type IdxArray, type IdxData, readIdx } from './idx.ts';
export type { ImageFileOptions } from './image-files.ts';
export { type ImageSet, imageSet } from './image-sets.ts';
export { ImageDataset, type ImageFacts, type ImageOptions, type PixelScale } from './images.ts';
export { type Collating, DataLoader, type DataLoaderOptions, type LoaderState, type TensorsOf } from './loader.ts';
export { MNIST } from './mnist.ts';
export { NumpyRandom } from './numpy-random.ts';
export { randomSplit } from './random-split.ts';
export {
  BatchSampler, RandomSampler, type RandomSamplerOptions, type Sampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler, type WeightedRandomSamplerOptions,
} from './sampler.ts';
export { type NumpySeeding, type RandomSource, type Seeding, sourceOf } from './seeding.ts';
export { breastCancer, diabetes, iris, linnerud, wine } from './small-tables.ts';
export { type SplitOptions, trainTestSplit } from './split.ts';
export { StandardScaler, TableDataset, type TableParts } from './table.ts';
export { type BlobsOptions, type CirclesOptions, makeBlobs, makeCircles, makeMoons, type ToyOptions } from './toy-sets.ts';
