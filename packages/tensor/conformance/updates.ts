/** Index tensors in `at`, and updates that give a new tensor; the shapes that depend on values. */
import { all, bincount, type Device, oneHot, range, type Tensor } from '../src/index.ts';
import { type Case, type Devices, checked, input, operation, points, upload, values } from './case.ts';
import { differences } from './compare.ts';

const whole = (numbers: readonly number[], shape?: readonly number[]) => points(numbers, 'int32', shape);
const flat = input([3, 5]);
const box = input([2, 3, 4]);
const places = whole([2, 0, 2, 1]);
const grid = whole([0, 2, 1, 1, 0, 2], [2, 3]);

/** Results that have to be awaited, compared with the reference. */
const awaited = (name: string, compute: (device: Device) => Promise<readonly Tensor[]>): Case =>
  checked(name, async ({ device, reference }: Devices) => differences(await compute(device), await compute(reference)));

export const updates: readonly Case[] = [
  ...operation('index tensors', [box, places, grid], (x, i, g) => [x.at(all, i), x.at(all, all, i), x.at(all, i, i), x.at(0, i), x.at(i.remainder(2), all, i), x.at(all, g, range(1)), x.at(all, i.sub(3))], { smoke: true }),
  ...operation('take', [flat, whole([0, 14, 7, 7], [2, 2])], (x, i) => x.take(i)),
  ...operation('scatter, the last of duplicates', [flat, grid, input([2, 3], { seed: 1 })], (x, i, s) => [x.scatter(0, i, s), x.scatter(1, i, s), x.scatter(1, i, 2.5)], { smoke: true }),
  values('scatter with duplicates', [flat, whole([1, 1, 1, 0], [1, 4]), input([1, 4], { seed: 1 })], (x, i, s) => [x.scatter(1, i, s), x.int().scatter(1, i, s.int())]),
  ...operation('indexAdd', [flat, places, input([4, 5], { seed: 1 })], (x, i, s) => [x.indexAdd(0, i, s), x.T.indexAdd(1, i, s.T, { alpha: 2 })], { times: 4 }),
  ...operation('indexPut', [flat, whole([0, 2]), whole([1, 4]), input([2], { seed: 1 })], (x, i, j, v) => [x.indexPut([i, j], v), x.indexPut([i], 1), x.indexPut([i, i], v, { accumulate: true })], { times: 4 }),
  ...operation('sliceScatter and selectScatter', [flat, input([3, 5], { seed: 1 })], (x, s) => [
    x.sliceScatter(s.narrow(0, 0, 2), { start: 1 }), x.sliceScatter(s.narrow(1, 0, 2), { axis: 1, end: 4, step: 2 }), x.selectScatter(s.at(0), 0, -1), x.selectScatter(s.at(all, 0), 1, 2),
  ]),
  values('oneHot', [grid], (labels) => oneHot(labels, 4)),
  awaited('nonzero and maskedSelect', async (device) => {
    const x = upload(device, flat);
    return [await x.gt(0).nonzero(), await x.maskedSelect(x.gt(0)), await x.maskedSelect(x.at(0).gt(0)), await x.gt(9).nonzero()];
  }),
  awaited('unique and bincount', async (device) => {
    const x = upload(device, whole([3, 1, 1, 0, 3, 3], [2, 3]));
    const { values: found, inverse, counts } = await x.unique();
    return [found, inverse, counts, await bincount(x.flatten()), await bincount(x.flatten(), { minLength: 6 })];
  }),
  checked('equal, allclose', async ({ device }) => {
    const x = upload(device, flat);
    const found = [await x.equal(x.T.T), await x.equal(x.T), await x.equal(x.add(1)), await x.allclose(x.add(1e-9)), await x.allclose(x.add(1))];
    return String(found) === 'true,false,false,true,false' ? [] : [String(found)];
  }),
];
