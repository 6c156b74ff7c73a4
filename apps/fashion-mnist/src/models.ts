import { Linear, ReLU, Sequential } from '@nn/layers';
import type { Options } from './options.ts';

/** The lecture's two networks: from pixels to a score for each of ten classes. */
export function buildModel(name: Options['model'], pixels: number): Sequential {
  const [first, second] = { mlp: [512, 512], small: [256, 32] }[name] as [number, number];
  return new Sequential(
    new Linear(pixels, first),
    new ReLU(),
    new Linear(first, second),
    new ReLU(),
    new Linear(second, 10),
  );
}
