/** Trains in a thread of its own, so that the page stays quick, and posts what it comes to. */
import '@nn/autograd';
import { DataLoader } from '@nn/data';
import { CrossEntropyLoss, Linear, ReLU, Sequential } from '@nn/layers';
import { RMSprop } from '@nn/optim';
import { type Device, manualSeed, setDefaultDevice } from '@nn/tensor';
import { seen, unseen } from './data.ts';

/** What the page is told. */
export type News =
  | { readonly engine: string; readonly steps: number }
  | { readonly loss: number }
  | { readonly epoch: number; readonly accuracy: number; readonly guesses: readonly number[] }
  | { readonly error: string };

/** Only the one that is chosen is loaded. */
const devices: Readonly<Record<string, () => Promise<Device>>> = {
  cpu: async () => (await import('@nn/backend-cpu')).cpu(),
  webgpu: async () => (await import('@nn/backend-webgpu')).webgpu(),
  gpujs: async () => (await import('@nn/backend-gpujs')).gpujs(),
};

/** What the page asks for. */
export interface Wish {
  readonly device: string;
  readonly epochs: number;
}

const tell = (news: News): void => { postMessage(news); };

async function train({ device: name, epochs }: Wish): Promise<void> {
  const device = await devices[name]!();
  setDefaultDevice(device);
  manualSeed(0);
  const model = new Sequential(new Linear(64, 128), new ReLU(), new Linear(128, 10));
  const criterion = new CrossEntropyLoss();
  const optimizer = new RMSprop(model.parameters(), { lr: 0.001 });
  const loader = new DataLoader(seen, { batchSize: 64, shuffle: true });
  const held = new DataLoader(unseen, { batchSize: unseen.length });
  tell({ engine: device.describe(), steps: epochs * loader.length });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for await (const [inputs, labels] of loader) {
      const loss = criterion.forward(model.forward(inputs), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      tell({ loss: await loss.item() });
    }
    for await (const [inputs, labels] of held) {
      const guesses = model.forward(inputs).argmax(1);
      tell({ epoch, accuracy: await guesses.eq(labels).float().mean().item(), guesses: (await guesses.toArray()) as number[] });
    }
  }
}

addEventListener('message', ({ data: wish }: MessageEvent<Wish>) => {
  train(wish).catch((error: unknown) => { tell({ error: error instanceof Error ? error.message : String(error) }); });
});
