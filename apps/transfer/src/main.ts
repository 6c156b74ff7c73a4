/** Learns half of the classes from many images, then the other half from a few: on the features of the first half, and from scratch. */
import { imageOptions, InvalidArgumentError, number, program, run, whole } from '@nn/command-line';
import { noGrad } from '@nn/autograd';
import { DataLoader, type ImageDataset, imageSet } from '@nn/data';
import { CrossEntropyLoss } from '@nn/layers';
import { Accuracy } from '@nn/metrics';
import { Adam } from '@nn/optim';
import { Generator, manualSeed, scope, setDefaultDevice } from '@nn/tensor';
import { openDevice } from '@nn/train';
import { fingerprint, Net } from './network.ts';

interface Options {
  readonly dataset: string;
  readonly dataDir?: string;
  readonly first: readonly number[];
  readonly shots: number;
  readonly seeds: number;
  readonly baseEpochs: number;
  readonly epochs: number;
  readonly lr: number;
  readonly limit?: number;
  readonly device: string;
}

/** Parses five classes. */
const five = (text: string): number[] => {
  const labels = [...new Set(text.split(',').map(Number))];
  if (labels.length !== 5 || labels.some((label) => !(label in ALL))) throw new InvalidArgumentError('It takes five different classes of 0 to 9: 0,2,3,5,8.');
  return labels;
};
const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

const [dataset, dataDir] = imageOptions();
const command = program('transfer', 'Learns five classes of images from all that there is of them, and the other five from a few, with and without what the first five taught.')
  .addOption(dataset)
  .addOption(dataDir)
  .option('--first <classes>', 'the five that are learned first, from all their images', five, [0, 2, 3, 5, 8])
  .option('--shots <n>', 'images of each new class', whole(1), 20)
  .option('--seeds <n>', 'how often the new classes are learned, each time from other images and weights', whole(1), 5)
  .option('--base-epochs <n>', 'passes over the images of the first five classes', whole(0), 5)
  .option('--epochs <n>', 'passes over those of the new ones', whole(1), 40)
  .option('--lr <x>', 'learning rate of Adam', number, 0.001)
  .option('--limit <n>', 'uses only the first n images of the first five classes', whole(1));

await run(command, async ({ dataset, dataDir, first, shots, seeds, baseEpochs, epochs, lr, limit, device }: Options) => {
  setDefaultDevice(await openDevice(device));
  manualSeed(0);
  const side = dataset === 'digits' ? 8 : 28;
  const { train, test } = await imageSet(dataset, { scale: 'standard', shape: [1, side, side], ...(dataDir && { dir: dataDir, download: true }) });
  const others = ALL.filter((label) => !first.includes(label));
  const known = train.ofClasses(first);
  const base = new Net(side, first.length);
  await learn(base, limit === undefined ? known : known.pick(Array.from({ length: Math.min(limit, known.length) }, (_, i) => i)), { epochs: baseEpochs, batchSize: 64, lr });
  console.log(`Learned ${known.classes.join(', ')}: accuracy ${percent(await accuracyOf(base, test.ofClasses(first)))}`);

  const [images, held] = [train.ofClasses(others), test.ofClasses(others)];
  const features = Object.fromEntries(Object.entries(base.stateDict()).filter(([name]) => name.startsWith('features.')));
  console.log(`Now ${images.classes.join(', ')}, ${shots} images of each; accuracies on ${held.length.toLocaleString('en-US')} held out`);
  const results: [transferred: number, scratch: number][] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const few = images.pick(fewOfEach(images, shots, new Generator(seed).fork('images')));
    const settings = { epochs, batchSize: 20, lr };

    manualSeed(seed);
    const transferred = new Net(side, others.length);
    const report = transferred.loadStateDict(features, { strict: false });
    if (seed === 0) console.log(`Loaded all but the head (${String(report)})`);
    transferred.features.freeze();
    const before = await fingerprint(transferred.features);
    await learn(transferred, few, settings);
    const after = await fingerprint(transferred.features);
    if (before !== after) throw new Error(`the frozen features changed: ${before} became ${after}`);

    manualSeed(seed);
    const scratch = new Net(side, others.length);
    await learn(scratch, few, settings);
    const result = [await accuracyOf(transferred, held), await accuracyOf(scratch, held)] as [number, number];
    results.push(result);
    console.log(`seed ${seed}: transferred ${percent(result[0])}, from scratch ${percent(result[1])}; frozen features ${before} before, ${after} after`);
  }
  const mean = (which: 0 | 1): number => results.reduce((sum, result) => sum + result[which], 0) / seeds;
  console.log(`mean: transferred ${percent(mean(0))}, from scratch ${percent(mean(1))}; better in ${results.filter(([transferred, scratch]) => transferred > scratch).length} of ${seeds}`);
});

/** Rows of so many images of each class, at random. */
function fewOfEach({ labels, classes }: ImageDataset, count: number, generator: Generator): number[] {
  const order = Array.from(generator.permutation(labels.length));
  return classes.flatMap((_, label) => order.filter((row) => labels[row] === label).slice(0, count));
}

/** Trains what is not frozen. */
async function learn(model: Net, data: ImageDataset, { epochs, batchSize, lr }: { epochs: number; batchSize: number; lr: number }): Promise<void> {
  const optimizer = new Adam(model.parameters().filter(({ requiresGrad }) => requiresGrad), { lr });
  const criterion = new CrossEntropyLoss();
  const loader = new DataLoader(data, { batchSize, shuffle: true });
  model.train();
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const [images, labels] of loader) {
      scope(() => {
        optimizer.zeroGrad();
        criterion.forward(model.forward(images), labels).backward();
        optimizer.step();
      });
    }
  }
}

async function accuracyOf(model: Net, data: ImageDataset): Promise<number> {
  const accuracy = new Accuracy({ task: 'multiclass', numClasses: data.classes.length, average: 'micro' });
  model.eval();
  for await (const [images, labels] of new DataLoader(data, { batchSize: 500 })) noGrad(() => { accuracy.update(model.forward(images), labels); });
  return accuracy.compute();
}
