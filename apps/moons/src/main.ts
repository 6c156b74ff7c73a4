/** Learns to tell two half circles apart, with ReLU and with tanh, and draws where each network changes its mind. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { noGrad } from '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { makeMoons, trainTestSplit } from '@nn/data';
import { CrossEntropyLoss, Linear, ReLU, Sequential, Tanh } from '@nn/layers';
import { Accuracy } from '@nn/metrics';
import { Adam } from '@nn/optim';
import { all, manualSeed, setDefaultDevice, tensor } from '@nn/tensor';
import { boundary, type LabelledPoint } from '@nn/viz';

const { values: { layers, out } } = parseArgs({ options: { layers: { type: 'string', default: '2' }, out: { type: 'string', default: 'out' } } });
if (!/^[1-9]$/.test(layers)) throw new Error(`--layers is ${layers}: give 1 to 9 hidden layers of ten units.`);
setDefaultDevice(await cpu());
await mkdir(out, { recursive: true });

// The lecture's points and split, number for number.
const moons = makeMoons({ nSamples: 100, noise: 0.25, randomState: 3 });
const [train, test] = trainTestSplit(moons, { stratify: moons.targets, randomState: 42 }).map(({ rows }) => {
  const [points, labels] = moons.gather(rows);
  return { points: tensor(points.data, points), labels: tensor(labels.data, labels) };
}) as [Part, Part];
interface Part { readonly points: ReturnType<typeof tensor>; readonly labels: ReturnType<typeof tensor> }

for (const [name, Activation] of [['relu', ReLU], ['tanh', Tanh]] as const) {
  manualSeed(0);
  const hidden = Array.from({ length: Number(layers) }, (_, i) => [new Linear(i === 0 ? 2 : 10, 10), new Activation()]);
  const model = new Sequential(...hidden.flat(), new Linear(10, 2));
  const criterion = new CrossEntropyLoss();
  const optimizer = new Adam(model.parameters(), { lr: 0.02 });
  for (let step = 0; step < 300; step++) {
    optimizer.zeroGrad();
    criterion.forward(model.forward(train.points), train.labels).backward();
    optimizer.step();
  }

  const accuracyOn = async ({ points, labels }: Part): Promise<number> => {
    const accuracy = new Accuracy({ numClasses: 2 });
    noGrad(() => accuracy.update(model.forward(points), labels));
    return accuracy.compute();
  };
  const accuracy = (await accuracyOn(test)).toFixed(2);
  console.log(`${name}: training accuracy ${(await accuracyOn(train)).toFixed(2)} (${train.labels.numel} points), test accuracy ${accuracy} (${test.labels.numel} points)`);

  // The probability of the second class on a grid, row by row from below.
  const [x, y, columns] = [[-2, 3], [-1.75, 2.25], 80] as const;
  const at = ([low, high]: readonly [number, number], i: number) => low + ((high - low) * i) / (columns - 1);
  const grid = Float32Array.from({ length: 2 * columns ** 2 }, (_, i) => (i % 2 ? at(y, Math.floor(i / 2 / columns)) : at(x, (i >> 1) % columns)));
  const probability = await noGrad(() => model.forward(tensor(grid, { shape: [columns ** 2, 2] })).softmax(1).at(all, 1)).data();
  const [points, labels] = [await train.points.data(), await train.labels.data()];
  const drawn = Array.from(labels, (label, i): LabelledPoint => ({ x: points[2 * i]!, y: points[2 * i + 1]!, label }));
  await writeFile(join(out, `moons-${name}.svg`), await boundary(drawn, probability, { x, y, columns, title: `${name}, ${layers} hidden layers, test accuracy ${accuracy}` }));
}
console.log(`Wrote moons-relu.svg and moons-tanh.svg into ${out}`);
