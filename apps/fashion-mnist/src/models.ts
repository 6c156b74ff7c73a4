/** The lecture's networks, from pixels to a score for each of ten classes: each as a Sequential and as a class, of the same parts in the same order. */
import { BatchNorm1d, Dropout, Linear, type Module, ReLU, Sequential } from '@nn/layers';
import { BatchNormNetwork, DropoutNetwork, Network, RegularizedNetwork } from './networks.ts';
import type { Options } from './options.ts';

export type ModelName = 'mlp' | 'small' | 'dropout' | 'batchnorm' | 'regularized';

/** Widths of the hidden layers, whether they are normalized, and how much of each is dropped. */
interface Plan { readonly widths: readonly number[]; readonly norm?: boolean; readonly drop?: readonly number[] }

const plans: Readonly<Record<ModelName, Plan>> = {
  mlp: { widths: [512, 512] },
  small: { widths: [256, 32] },
  dropout: { widths: [512, 512], drop: [0.2, 0.1] },
  batchnorm: { widths: [512, 265], norm: true },
  regularized: { widths: [265, 64, 32], norm: true, drop: [0.5, 0.5, 0.5] },
};

const classes: Readonly<Record<ModelName, (pixels: number) => Module>> = {
  mlp: (pixels) => new Network(pixels, 512, 512),
  small: (pixels) => new Network(pixels, 256, 32),
  dropout: (pixels) => new DropoutNetwork(pixels),
  batchnorm: (pixels) => new BatchNormNetwork(pixels),
  regularized: (pixels) => new RegularizedNetwork(pixels),
};

/** With one seed both forms have the same weights, drop the same elements, and give the same numbers. */
export const buildModel = ({ model, api }: Pick<Options, 'model' | 'api'>, pixels: number): Module =>
  (api === 'class' ? classes[model](pixels) : sequential(plans[model], pixels));

function sequential({ widths, norm = false, drop = [] }: Plan, pixels: number): Sequential {
  const hidden = widths.flatMap((width, i) => [
    new Linear(i === 0 ? pixels : widths[i - 1]!, width),
    ...(norm ? [new BatchNorm1d(width)] : []),
    new ReLU(),
    ...(drop[i] ? [new Dropout(drop[i])] : []),
  ]);
  return new Sequential(...hidden, new Linear(widths.at(-1)!, 10));
}
