/** Norms as functions: what they have beside the layers, which the fixtures cover. */
import { ones, tensor, zeros } from '@nn/tensor';
import { expect, it } from 'vitest';
import { mixed } from '../../../tooling/reference/fixtures.ts';
import { BatchNorm2d, batchNorm, InstanceNorm1d, instanceNorm, normalize } from '../src/index.ts';
import { expectClose } from './close.ts';

const given = (shape: readonly number[]) => tensor(mixed(shape.reduce((a, b) => a * b, 1), 1), { shape, dtype: 'float32' });

it('batchNorm is the layer, statistics included', async () => {
  const x = given([2, 3, 2, 2]);
  const layer = new BatchNorm2d(3, { momentum: 0.3 });
  const [mean, variance] = [zeros([3]), ones([3])];
  const options = { weight: layer.weight, bias: layer.bias, momentum: 0.3 };
  expect(await batchNorm(x, mean, variance, { ...options, training: true }).toArray()).toEqual(await layer.forward(x).toArray());
  expect([await mean.toArray(), await variance.toArray()]).toEqual([await layer.runningMean!.toArray(), await layer.runningVar!.toArray()]);
  expect(await batchNorm(x, mean, variance, options).toArray()).toEqual(await layer.eval().forward(x).toArray());
});

it('instanceNorm is the layer, statistics included', async () => {
  const x = given([2, 3, 4]);
  const layer = new InstanceNorm1d(3, { trackRunningStats: true });
  const [runningMean, runningVar] = [zeros([3]), ones([3])];
  expect(await instanceNorm(x, { runningMean, runningVar }).toArray()).toEqual(await layer.forward(x).toArray());
  expect([await runningMean.toArray(), await runningVar.toArray()]).toEqual([await layer.runningMean!.toArray(), await layer.runningVar!.toArray()]);
  expect(await instanceNorm(x, { runningMean, runningVar, useInputStats: false }).toArray()).toEqual(await layer.eval().forward(x).toArray());
});

it('normalize divides by lengths, not below eps', async () => {
  await expectClose(normalize(tensor([[3, 4], [0, 0]])), [0.6, 0.8, 0, 0], 1e-6);
  await expectClose(normalize(tensor([[3, -4], [1, 0]]), { p: Infinity, axis: 0 }), [1, -1, 1 / 3, 0], 1e-6);
});

it('says what does not fit', () => {
  const x = given([2, 3, 4]);
  expect(() => batchNorm(x, null, null)).toThrow('batchNorm: there are no running statistics. Give them, or { training: true }.');
  expect(() => batchNorm(x, zeros([3]), null)).toThrow('batchNorm: there is one of runningMean and runningVar.');
  expect(() => batchNorm(x, zeros([2]), ones([2]))).toThrow('batchNorm: the input is [2, 3, 4], a vector by feature [2]. Give [3].');
  expect(() => batchNorm(given([3]), null, null, { training: true })).toThrow('batchNorm: the input is [3]. Give [N, C, ...].');
  expect(() => instanceNorm(given([2, 3]))).toThrow('instanceNorm: the input is [2, 3]. Give [N, C, ...].');
  expect(() => instanceNorm(x, { useInputStats: false })).toThrow('instanceNorm: there are no running statistics.');
});
