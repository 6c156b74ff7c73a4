/** Tells two half circles apart, with ReLU and with tanh, and draws where each network changes its mind. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeMoons, trainTestSplit } from '@nn/data';
import { setDefaultDevice } from '@nn/tensor';
import { MLPClassifier, openDevice } from '@nn/train';
import { boundary, type LabelledPoint } from '@nn/viz';

const HELP = `Usage: node apps/moons/dist/main.js [options]

  --layers <n>     hidden layers of ten units, 1 to 9 (default 2)
  --device <name>  cpu, webgpu, gpujs, reference or auto (default cpu)
  --seed <n>       scikit-learn's random_state: decides the first weights (default 0)
  --out <folder>   where the pictures go (default out)`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' }, layers: { type: 'string', default: '2' }, device: { type: 'string', default: 'cpu' },
    seed: { type: 'string', default: '0' }, out: { type: 'string', default: 'out' },
  },
});

type Point = [x: number, y: number];
interface Part { readonly points: Point[]; readonly labels: number[] }

async function main({ layers, device, seed, out }: typeof values): Promise<void> {
  if (!/^[1-9]$/.test(layers)) throw new Error(`--layers is ${layers}: give 1 to 9 hidden layers of ten units.`);
  if (!/^\d+$/.test(seed)) throw new Error(`--seed is ${seed}: give a whole number from 0 on.`);
  setDefaultDevice(await openDevice(device));
  await mkdir(out, { recursive: true });

  // The lecture's points and split, number for number.
  const moons = makeMoons({ nSamples: 100, noise: 0.25, randomState: 3 });
  const [train, test] = trainTestSplit(moons, { stratify: moons.targets, randomState: 42 }).map(({ rows }): Part => ({
    points: Array.from(rows, (row): Point => [moons.features[2 * row]!, moons.features[2 * row + 1]!]), labels: Array.from(rows, (row) => moons.targets[row]!),
  })) as [Part, Part];

  const hiddenLayerSizes = Array.from({ length: Number(layers) }, () => 10);
  for (const activation of ['relu', 'tanh'] as const) {
    const started = performance.now();
    const classifier = await new MLPClassifier({ solver: 'lbfgs', activation, hiddenLayerSizes, randomState: Number(seed) }).fit(train.points, train.labels);
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
}

if (values.help) console.log(HELP);
else {
  await main(values).catch((error: unknown) => {
    console.error((error as Error).message);
    process.exitCode = 1;
  });
}
