/** Tells two half circles apart, with ReLU and with tanh, and draws where each network changes its mind. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { program, run, whole } from '@nn/command-line';
import { makeMoons, trainTestSplit } from '@nn/data';
import { setDefaultDevice } from '@nn/tensor';
import { MLPClassifier, openDevice } from '@nn/train';
import { boundary, type LabelledPoint } from '@nn/viz';

interface Options {
  readonly layers: number;
  readonly seed: number;
  readonly out: string;
  readonly device: string;
}

const command = program('moons', 'Two half circles told apart by networks with ReLU and with tanh, with the boundaries drawn.')
  .option('--layers <n>', 'hidden layers of ten units', whole(1), 2)
  .option('--seed <n>', "scikit-learn's random_state: decides the first weights", whole(0), 0)
  .option('--out <folder>', 'where the pictures go', 'out');

type Point = [x: number, y: number];
interface Part { readonly points: Point[]; readonly labels: number[] }

await run(command, async ({ layers, device, seed, out }: Options) => {
  setDefaultDevice(await openDevice(device));
  await mkdir(out, { recursive: true });

  // The lecture's points and split, number for number.
  const moons = makeMoons({ nSamples: 100, noise: 0.25, randomState: 3 });
  const [train, test] = trainTestSplit(moons, { stratify: moons.targets, randomState: 42 }).map(({ rows }): Part => ({
    points: Array.from(rows, (row): Point => [moons.features[2 * row]!, moons.features[2 * row + 1]!]), labels: Array.from(rows, (row) => moons.targets[row]!),
  })) as [Part, Part];

  const hiddenLayerSizes = Array.from({ length: layers }, () => 10);
  for (const activation of ['relu', 'tanh'] as const) {
    const started = performance.now();
    const classifier = await new MLPClassifier({ solver: 'lbfgs', activation, hiddenLayerSizes, randomState: seed }).fit(train.points, train.labels);
    const seconds = ((performance.now() - started) / 1000).toFixed(2);
    const [learned, accuracy] = [await classifier.score(train.points, train.labels), (await classifier.score(test.points, test.labels)).toFixed(2)];
    console.log(`${activation}: training accuracy ${learned.toFixed(2)} (${train.labels.length} points), test accuracy ${accuracy} (${test.labels.length} points), ${classifier.nIter} iterations, ${seconds} s`);

    // The probability of the second class on a grid, row by row from below.
    const [x, y, columns] = [[-2, 3], [-1.75, 2.25], 80] as const;
    const at = ([low, high]: readonly [number, number], i: number) => low + ((high - low) * i) / (columns - 1);
    const grid = Array.from({ length: columns ** 2 }, (_, i): Point => [at(x, i % columns), at(y, Math.floor(i / columns))]);
    const probability = (await classifier.predictProba(grid)).map(([, second]) => second!);
    const drawn = train.points.map(([across, up], i): LabelledPoint => ({ x: across, y: up, label: train.labels[i]! }));
    await writeFile(join(out, `moons-${activation}.svg`), await boundary(drawn, probability, { x, y, columns, title: `${activation}, acc: ${accuracy}, time: ${seconds} sec` }));
  }
  console.log(`Wrote moons-relu.svg and moons-tanh.svg into ${out}`);
});
