/** The lecture's training loop on any device: what must be the same on all of them, and what nearly. */
import '@nn/autograd';
import { DataLoader, type Dataset } from '@nn/data';
import { CrossEntropyLoss, Dropout, Linear, ReLU, Sequential } from '@nn/layers';
import { RMSprop } from '@nn/optim';
import { type Device, manualSeed, ones, setDefaultDevice } from '@nn/tensor';

interface Epoch { readonly loss: number; readonly accuracy: number }

export interface Run {
  readonly losses: readonly number[];
  /** Initial weights, the labels of all batches in their order, a dropout mask: the same bits on every device. */
  readonly drawn: { readonly weights: readonly number[]; readonly labels: readonly number[]; readonly mask: readonly number[] };
  /** The means of each whole epoch. */
  readonly epochs: readonly Epoch[];
}

export interface Course {
  readonly pixels: number;
  readonly hidden?: number;
  readonly steps?: number;
  readonly seed?: number;
}

/** Trains pixels-512-512-10, or narrower, for `steps` batches of 64. */
export async function lecture(device: Device, data: Dataset, { pixels, hidden = 512, steps = 40, seed = 0 }: Course): Promise<Run> {
  setDefaultDevice(device);
  manualSeed(seed);
  const model = new Sequential(new Linear(pixels, hidden), new ReLU(), new Linear(hidden, hidden), new ReLU(), new Linear(hidden, 10));
  const criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
  const optimizer = new RMSprop(model.parameters(), { lr: 0.001 });
  const loader = new DataLoader(data, { batchSize: 64, shuffle: true, dropLast: true });
  const weights = await (model.parameters()[0]!.flatten().narrow(0, 0, 100).toArray()) as number[];
  const mask = await new Dropout(0.2).forward(ones([100])).toArray() as number[];
  const losses: number[] = [];
  const all: number[] = [];
  const right: number[] = [];
  const epochs: Epoch[] = [];
  while (losses.length < steps) {
    const first = losses.length;
    for await (const [inputs, labels] of loader) {
      const outputs = model.forward(inputs);
      const loss = criterion.forward(outputs, labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      losses.push(await loss.item());
      right.push(await outputs.argmax(1).eq(labels).float().mean().item());
      all.push(...await labels.toArray() as number[]);
      if (losses.length === steps) break;
    }
    if (losses.length - first === loader.length) epochs.push({ loss: mean(losses.slice(first)), accuracy: mean(right.slice(first)) });
  }
  return { losses, drawn: { weights, labels: all, mask }, epochs };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;

/** The largest relative difference between two runs' losses. */
export const apart = (found: Run, expected: Run): number =>
  Math.max(...expected.losses.map((loss, i) => Math.abs(found.losses[i]! - loss) / Math.abs(loss)));

/** In words, each epoch's metric whose mean over the runs of `found` is outside of what those of `expected` span. */
export const outside = (found: readonly Run[], expected: readonly Run[]): string[] => expected[0]!.epochs.flatMap((_, epoch) => (['loss', 'accuracy'] as const).flatMap((metric) => {
  const [value, range] = [mean(found.map(({ epochs }) => epochs[epoch]![metric])), expected.map(({ epochs }) => epochs[epoch]![metric])];
  return value >= Math.min(...range) && value <= Math.max(...range) ? [] : [`epoch ${epoch + 1}: ${metric} ${value} of ${range.join(', ')}`];
}));
