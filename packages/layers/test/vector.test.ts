import { ones, tensor, zeros } from '@nn/tensor';
import { expect, it } from 'vitest';
import { BatchNorm1d, Linear, parametersToVector, ReLU, Sequential, vectorToParameters } from '../src/index.ts';

it('makes parameters one vector, and back', async () => {
  const model = new Sequential(new Linear(2, 2), new ReLU(), new Linear(2, 1, { bias: false }));
  const vector = parametersToVector(model.parameters());
  expect(vector.shape).toEqual([8]);
  vector.mul(tensor([1, 2, 3, 4, 5, 6, 7, 8])).sum().backward();
  expect(await model.getParameter('0.bias').grad!.toArray()).toEqual([5, 6]);
  vectorToParameters(tensor([1, 2, 3, 4, 5, 6, 7, 8]), model.parameters());
  expect([await model.getParameter('0.weight').toArray(), await model.getParameter('2.weight').toArray()]).toEqual([[[1, 2], [3, 4]], [[7, 8]]]);
  expect(() => vectorToParameters(ones([7]), model.parameters())).toThrow('vectorToParameters: the vector is [7], the parameters have 8 elements. Give [8].');
  expect(() => parametersToVector([])).toThrow('parametersToVector: there are no parameters.');
});

it('finds parts by their paths', () => {
  const model = new Sequential(new Linear(2, 2), new BatchNorm1d(2));
  expect(model.getSubmodule('0')).toBe(model[0]);
  expect(model.getSubmodule('')).toBe(model);
  expect(model.getBuffer('1.runningMean').shape).toEqual(zeros([2]).shape);
  expect(() => model.getSubmodule('2')).toThrow("getSubmodule: Sequential has no module '2'. It has '', '0', '1'.");
  expect(() => model.getParameter('0.scale')).toThrow("getParameter: Sequential has no parameter '0.scale'. It has '0.weight', '0.bias', '1.weight', '1.bias'.");
});
