/** A convolutional network or a small ResNet learns images of clothes, by a task and the Trainer. */
import '@nn/autograd';
import { choice, imageOptions, number, program, run, whole } from '@nn/command-line';
import { DataLoader, imageSet } from '@nn/data';
import { CrossEntropyLoss, type Module } from '@nn/layers';
import { Accuracy } from '@nn/metrics';
import { Adam } from '@nn/optim';
import { manualSeed, type Tensor } from '@nn/tensor';
import { openDevice, Task, Trainer } from '@nn/train';
import { cnn, resnet } from './models.ts';

interface Options {
  readonly model: keyof typeof models;
  readonly dataset: string;
  readonly dataDir?: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly limit?: number;
  readonly seed: number;
  readonly device: string;
}

const models = { cnn, resnet };
const [dataset, dataDir] = imageOptions();
const command = program('vision', 'A convolutional network or a small ResNet learns images of clothes.')
  .addOption(choice('--model <name>', 'which network', ['cnn', 'resnet']))
  .addOption(dataset)
  .addOption(dataDir)
  .option('--epochs <n>', 'passes over the training images', whole(0), 5)
  .option('--batch-size <n>', 'images in a step', whole(1), 64)
  .option('--lr <x>', 'learning rate of Adam', number, 0.001)
  .option('--limit <n>', 'uses only the first n training images', whole(1))
  .option('--seed <n>', 'decides the weights and the order of the batches', whole(0), 0);

type Batch = [images: Tensor, labels: Tensor];

class Classifier extends Task<Batch> {
  readonly network: Module;
  readonly criterion = new CrossEntropyLoss();
  readonly accuracy = new Accuracy({ task: 'multiclass', numClasses: 10 });
  readonly #lr: number;

  constructor(network: Module, lr: number) {
    super();
    this.network = network;
    this.#lr = lr;
  }

  forward(x: Tensor): Tensor { return this.network.forward(x); }

  override trainingStep([images, labels]: Batch): Tensor {
    const loss = this.criterion.forward(this.forward(images), labels);
    this.log('loss', loss, { onStep: false, progBar: true });
    return loss;
  }

  override testStep([images, labels]: Batch): void {
    this.accuracy.update(this.forward(images), labels);
    this.log('accuracy', this.accuracy);
  }

  override configureOptimizers(): Adam { return new Adam(this.parameters(), { lr: this.#lr }); }
}

await run(command, async ({ model, dataset, dataDir, epochs, batchSize, lr, limit, seed, device }: Options) => {
  manualSeed(seed);
  const side = dataset === 'digits' ? 8 : 28;
  const { train: all, test } = await imageSet(dataset, { scale: 'standard', shape: [1, side, side], ...(dataDir && { dir: dataDir, download: true }) });
  const train = limit === undefined ? all : all.pick(Array.from({ length: Math.min(limit, all.length) }, (_, i) => i));
  const task = new Classifier(models[model](side), lr);
  const trainer = new Trainer({ maxEpochs: epochs, device: openDevice(device) });
  const started = performance.now();
  await trainer.fit(task, new DataLoader(train, { batchSize, shuffle: true }));
  const seconds = (performance.now() - started) / 1000;
  const { accuracy } = await trainer.test(task, new DataLoader(test, { batchSize: 250 }));
  console.log(`Test accuracy: ${accuracy!.toFixed(4)} (${test.length.toLocaleString('en-US')} images), trained in ${seconds.toFixed(0)} s`);
});
