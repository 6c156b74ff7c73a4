/** An autoencoder or a variational one learns images, shows what it makes of them, and what it makes up. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { choice, imageOptions, number, program, run, whole } from '@nn/command-line';
import { noGrad } from '@nn/autograd';
import { DataLoader, imageSet } from '@nn/data';
import { Adam } from '@nn/optim';
import { manualSeed, scope, setDefaultDevice } from '@nn/tensor';
import { openDevice } from '@nn/train';
import { Costs } from './costs.ts';
import { Autoencoder, VAE } from './models.ts';
import { writeInvented, writeReconstructions } from './pictures.ts';

interface Options {
  readonly model: 'vae' | 'autoencoder';
  readonly dataset: string;
  readonly dataDir?: string;
  readonly latent: number;
  readonly hidden: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly limit?: number;
  readonly seed: number;
  readonly out: string;
  readonly device: string;
}

const [dataset, dataDir] = imageOptions();
const command = program('generative', 'An autoencoder or a variational one (VAE) learns to write images down in a few numbers; the VAE makes up new ones.')
  .addOption(choice('--model <name>', 'which network', ['vae', 'autoencoder']))
  .addOption(dataset)
  .addOption(dataDir)
  .option('--latent <n>', 'numbers that an image is written down in', whole(1), 16)
  .option('--hidden <n>', 'units of the hidden layers', whole(1), 400)
  .option('--epochs <n>', 'passes over the training images', whole(0), 10)
  .option('--batch-size <n>', 'images in a step', whole(1), 128)
  .option('--lr <x>', 'learning rate of Adam', number, 0.001)
  .option('--limit <n>', 'uses only the first n training images', whole(1))
  .option('--seed <n>', 'decides the weights, the order of the batches and what is drawn', whole(0), 0)
  .option('--out <folder>', 'where the pictures go', 'out');

await run(command, async ({ model: name, dataset, dataDir, latent, hidden, epochs, batchSize, lr, limit, seed, out, device }: Options) => {
  setDefaultDevice(await openDevice(device));
  manualSeed(seed);
  await mkdir(out, { recursive: true });
  const side = dataset === 'digits' ? 8 : 28;
  const { train: all, test } = await imageSet(dataset, { scale: 'unit', shape: [side * side], ...(dataDir && { dir: dataDir, download: true }) });
  const train = limit === undefined ? all : all.pick(Array.from({ length: Math.min(limit, all.length) }, (_, i) => i));
  const model = name === 'vae' ? new VAE(side * side, hidden, latent) : new Autoencoder(side * side, hidden, latent);
  const optimizer = new Adam(model.parameters(), { lr });
  console.log(`${name}: ${side} x ${side} pixels in ${latent} numbers, ${train.length.toLocaleString('en-US')} images to learn from, ${test.length.toLocaleString('en-US')} held out`);

  const loader = new DataLoader(train, { batchSize, shuffle: true });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const started = performance.now();
    const costs = new Costs();
    for await (const [images] of loader) {
      costs.add(images.shape[0]!, scope(() => {
        const cost = model.cost(images);
        optimizer.zeroGrad();
        (cost.divergence ? cost.reconstruction.add(cost.divergence) : cost.reconstruction).backward();
        optimizer.step();
        return cost;
      }));
    }
    console.log(`epoch ${epoch}: ${await costs.line()}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }

  model.eval();
  const costs = new Costs();
  for await (const [images] of new DataLoader(test, { batchSize: 500 })) costs.add(images.shape[0]!, noGrad(() => scope(() => model.cost(images))));
  console.log(`held out: ${await costs.line()}`);
  const files = [await writeReconstructions(join(out, `${name}-reconstructions.svg`), model, test)];
  if (model instanceof VAE) files.push(...await writeInvented(join(out, name), model, latent, side));
  console.log(`Wrote ${files.join(', ')}`);
});
