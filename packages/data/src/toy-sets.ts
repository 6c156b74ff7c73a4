/** Made-up points in the plane and beyond; as scikit-learn's generators, which `randomState` follows number for number. */
import { fail } from '@nn/tensor';
import { type NumpySeeding, type RandomSource, sourceOf } from './seeding.ts';
import { TableDataset } from './table.ts';

/** Options of {@link makeMoons} and {@link makeCircles}. */
export interface ToyOptions extends NumpySeeding {
  /** Points altogether; the first class has half of them, rounded down. Default 100. */
  readonly nSamples?: number;
  /** Standard deviation of what is added to each coordinate. Default: nothing is. */
  readonly noise?: number;
  /** Default true. Otherwise one class follows the other. */
  readonly shuffle?: boolean;
}

/**
 * Two half circles that reach into each other; as `make_moons`. Batches are points `[b, 2]` and classes `[b]`.
 *
 * @example
 * const data = makeMoons({ nSamples: 100, noise: 0.25, randomState: 3 });
 * const [train, test] = trainTestSplit(data, { stratify: data.targets, randomState: 42 });
 */
export function makeMoons(options: ToyOptions = {}): TableDataset {
  const half = (n: number, at: (angle: number) => [number, number]) => Array.from({ length: n }, (_, i) => at(n > 1 ? (Math.PI * i) / (n - 1) : 0));
  return twoCurves('makeMoons', options, (outer, inner) => [
    half(outer, (angle) => [Math.cos(angle), Math.sin(angle)]),
    half(inner, (angle) => [1 - Math.cos(angle), 1 - Math.sin(angle) - 0.5]),
  ]);
}

/** Options of {@link makeCircles}. */
export interface CirclesOptions extends ToyOptions {
  /** Radius of the inner circle, from 0 to below 1; the outer one's is 1. Default 0.8. */
  readonly factor?: number;
}

/** A circle within a circle; as `make_circles`. Batches are points `[b, 2]` and classes `[b]`. */
export function makeCircles({ factor = 0.8, ...options }: CirclesOptions = {}): TableDataset {
  if (!(factor >= 0 && factor < 1)) fail('makeCircles', `factor is ${factor}`, 'Give a number from 0 to below 1.');
  const circle = (n: number, radius: number) => Array.from({ length: n }, (_, i): [number, number] => [radius * Math.cos((2 * Math.PI * i) / n), radius * Math.sin((2 * Math.PI * i) / n)]);
  return twoCurves('makeCircles', options, (outer, inner) => [circle(outer, 1), circle(inner, factor)]);
}

type Points = readonly (readonly number[])[];

function twoCurves(operation: string, { nSamples = 100, noise, shuffle = true, ...seeding }: ToyOptions, curves: (outer: number, inner: number) => readonly [Points, Points]): TableDataset {
  counted(operation, nSamples);
  if (noise !== undefined && !(noise >= 0)) fail(operation, `noise is ${noise}`, 'Give a standard deviation from 0 on.');
  const random = sourceOf(seeding, operation);
  const [outer, inner] = curves(Math.floor(nSamples / 2), nSamples - Math.floor(nSamples / 2));
  const table = arranged([...outer, ...inner], [...outer.map(() => 0), ...inner.map(() => 1)], shuffle ? random : undefined);
  if (noise !== undefined) {
    const normal = random.normal(table.features.length);
    for (let i = 0; i < table.features.length; i++) table.features[i]! += noise * normal[i]!;
  }
  return new TableDataset({ name: operation, featureNames: ['x', 'y'], targetNames: ['0', '1'], ...table });
}

/** Options of {@link makeBlobs}. */
export interface BlobsOptions extends NumpySeeding {
  /** Points altogether, spread evenly over the blobs. Default 100. */
  readonly nSamples?: number;
  /** How many coordinates points have, where `centers` does not tell. Default 2. */
  readonly nFeatures?: number;
  /** How many blobs, or where they are. Default 3. */
  readonly centers?: number | readonly (readonly number[])[];
  /** Standard deviation of all blobs, or of each. Default 1. */
  readonly clusterStd?: number | readonly number[];
  /** Where centers that are not given are drawn: the least and the largest coordinate. Default -10 and 10. */
  readonly centerBox?: readonly [number, number];
  /** Default true. Otherwise one blob follows the other. */
  readonly shuffle?: boolean;
}

/** Round clouds of points, a class each; as `make_blobs`. Batches are points `[b, features]` and classes `[b]`. */
export function makeBlobs({ nSamples = 100, nFeatures = 2, centers = 3, clusterStd = 1, centerBox: [low, high] = [-10, 10], shuffle = true, ...seeding }: BlobsOptions = {}): TableDataset {
  counted('makeBlobs', nSamples);
  const random = sourceOf(seeding, 'makeBlobs');
  const places = typeof centers === 'number' ? inRows(Array.from(random.uniform(centers * nFeatures), (u) => low + (high - low) * u), nFeatures) : centers;
  const features = places[0]?.length ?? fail('makeBlobs', 'there is no center', 'Give how many, or where they are.');
  if (places.some((place) => place.length !== features)) fail('makeBlobs', 'the centers have different numbers of coordinates');
  const deviations = typeof clusterStd === 'number' ? places.map(() => clusterStd) : clusterStd;
  if (deviations.length !== places.length) fail('makeBlobs', `${deviations.length} deviations were given for ${places.length} centers`, 'Give one a center, or a number.');
  const blobs = places.map((place, i) => {
    const count = Math.floor(nSamples / places.length) + Number(i < nSamples % places.length);
    return inRows(Array.from(random.normal(count * features), (z, at) => place[at % features]! + deviations[i]! * z), features);
  });
  const table = arranged(blobs.flat(), blobs.flatMap((blob, i) => blob.map(() => i)), shuffle ? random : undefined);
  return new TableDataset({ name: 'makeBlobs', featureNames: places[0]!.map((_, i) => `x${i}`), targetNames: places.map((_, i) => String(i)), ...table });
}

const inRows = (values: readonly number[], size: number): number[][] => Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, (i + 1) * size));

function counted(operation: string, nSamples: number): void {
  if (!Number.isInteger(nSamples) || nSamples < 1) fail(operation, `nSamples is ${nSamples}`, 'Give a positive whole number.');
}

/** Points and classes as a table has them, in random order if there is a source of one. */
function arranged(points: Points, classes: readonly number[], random: RandomSource | undefined): { features: Float64Array; targets: Int32Array } {
  const order = random ? Array.from(random.permutation(points.length)) : points.map((_, i) => i);
  return { features: Float64Array.from(order.flatMap((i) => points[i]!)), targets: Int32Array.from(order, (i) => classes[i]!) };
}
