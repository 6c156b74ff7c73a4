/** The lecture's training loop on any device: what must be the same on all of them, and what nearly. */
import '@nn/autograd';
import { DataLoader, type Dataset } from '@nn/data';
import { CrossEntropyLoss, Dropout, Linear, ReLU, Sequential } from '@nn/layers';
import { RMSprop } from '@nn/optim';
import { type Device, manualSeed, ones, setDefaultDevice } from '@nn/tensor';

export interface Run {
  readonly losses: readonly number[];
  /** Initial weights, the labels of all batches in their order, a dropout mask: the same bits on every device. */
  readonly drawn: { readonly weights: readonly number[]; readonly labels: readonly number[]; readonly mask: readonly number[] };
  /** The share of the last batches that was classified right. */
  readonly accuracy: number;
}

/** Trains pixels-512-512-10, or narrower, for `steps` batches of 64. */
export async function lecture(device: Device, data: Dataset, { pixels, hidden = 512, lr = 0.001, steps = 40 }: { pixels: number; hidden?: number; lr?: number; steps?: number }): Promise<Run> {
  setDefaultDevice(device);
  manualSeed(0);
  const model = new Sequential(new Linear(pixels, hidden), new ReLU(), new Linear(hidden, hidden), new ReLU(), new Linear(hidden, 10));
  const criterion = new CrossEntropyLoss({ labelSmoothing: 0.01 });
  const optimizer = new RMSprop(model.parameters(), { lr });
  const loader = new DataLoader(data, { batchSize: 64, shuffle: true, dropLast: true });
  const weights = await (model.parameters()[0]!.flatten().narrow(0, 0, 100).toArray()) as number[];
  const mask = await new Dropout(0.2).forward(ones([100])).toArray() as number[];
  const losses: number[] = [];
  const all: number[] = [];
  const right: number[] = [];
  while (losses.length < steps) {
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
  }
  const last = right.slice(-10);
  return { losses, drawn: { weights, labels: all, mask }, accuracy: last.reduce((a, b) => a + b) / last.length };
}

/** The largest relative difference between two runs' losses. */
export const apart = (found: Run, expected: Run): number =>
  Math.max(...expected.losses.map((loss, i) => Math.abs(found.losses[i]! - loss) / Math.abs(loss)));
