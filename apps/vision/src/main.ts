/** A convolutional network or a small ResNet learns images of clothes, by a task and the Trainer. */
import { parseArgs } from 'node:util';
import '@nn/autograd';
import { DataLoader, digits, FashionMNIST, type ImageDataset, Subset, trainTestSplit } from '@nn/data';
import { CrossEntropyLoss, type Module } from '@nn/layers';
import { Accuracy } from '@nn/metrics';
import { Adam } from '@nn/optim';
import { manualSeed, type Tensor } from '@nn/tensor';
import { Task, Trainer } from '@nn/train';
import { openDevice } from './devices.ts';
import { cnn, resnet } from './models.ts';

const HELP = `Usage: node apps/vision/dist/main.js [options]

  --model <name>     cnn or resnet (default cnn)
  --dataset <name>   fashion-mnist, fetched where it is missing, or the digits that come with @nn/data (default fashion-mnist)
  --data-dir <path>  holds fashion-mnist/ (default: NN_DATA_DIR, else the cache folder)
  --device <name>    cpu, webgpu or gpujs (default cpu)
  --epochs <n>       passes over the training images (default 5)
  --batch-size <n>   images in a step (default 64)
  --lr <x>           learning rate of Adam (default 0.001)
  --limit <n>        uses only the first n training images
  --seed <n>         decides the weights and the order of the batches (default 0)`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' }, model: { type: 'string', default: 'cnn' }, dataset: { type: 'string', default: 'fashion-mnist' }, 'data-dir': { type: 'string' },
    device: { type: 'string', default: 'cpu' }, epochs: { type: 'string', default: '5' }, 'batch-size': { type: 'string', default: '64' }, lr: { type: 'string', default: '0.001' }, limit: { type: 'string' }, seed: { type: 'string', default: '0' },
  },
});

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

function number(name: 'epochs' | 'batch-size' | 'lr' | 'limit' | 'seed'): number {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`--${name}: ${values[name]} is not a number from 0 on.`);
}

async function images(): Promise<[train: ImageDataset | Subset, test: ImageDataset | Subset, side: number]> {
  if (values.dataset === 'digits') {
    const all = digits({ scale: 'standard', shape: [1, 8, 8] });
    return [...trainTestSplit(all, { stratify: all.labels, seed: 0 }), 8];
  }
  if (values.dataset !== 'fashion-mnist') throw new Error(`--dataset: there is no ${values.dataset}. Use fashion-mnist or digits.`);
  const dir = values['data-dir'] ?? process.env.NN_DATA_DIR;
  const options = { scale: 'standard', shape: [1, 28, 28], ...(dir && { dir, download: true }) } as const;
  return [await FashionMNIST.load(options), await FashionMNIST.load({ ...options, split: 'test' }), 28];
}

async function main(): Promise<void> {
  const models = { cnn, resnet };
  if (!(values.model in models)) throw new Error(`--model: there is no ${values.model}. Use cnn or resnet.`);
  manualSeed(number('seed'));
  const [all, test, side] = await images();
  const train = values.limit === undefined ? all : new Subset(all, Array.from({ length: Math.min(number('limit'), all.length) }, (_, i) => i));
  const batchSize = number('batch-size');
  const task = new Classifier(models[values.model as keyof typeof models](side), number('lr'));
  const trainer = new Trainer({ maxEpochs: number('epochs'), device: openDevice(values.device) });
  const started = performance.now();
  await trainer.fit(task, new DataLoader(train, { batchSize, shuffle: true }));
  const seconds = (performance.now() - started) / 1000;
  const { accuracy } = await trainer.test(task, new DataLoader(test, { batchSize: 250 }));
  console.log(`Test accuracy: ${accuracy!.toFixed(4)} (${test.length.toLocaleString('en-US')} images), trained in ${seconds.toFixed(0)} s`);
}

if (values.help) console.log(HELP);
else {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
