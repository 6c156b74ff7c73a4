/** Picking and adding by index tensors: duplicates, views, positions out of range. */
import { all, checkIndices, type Device, full, tensor, type Tensor } from '../src/index.ts';
import { type Case, checked, input, operation, points, upload, values } from './case.ts';
import { firstDifference } from './compare.ts';

const table = input([5, 4]);
const at = (values: readonly number[], shape?: readonly number[]) => points(values, 'int32', shape);

const picking: Case[] = [
  ...operation('gather on the first axis', [table, at([4, 0, 0, 2, 1, 1, 3, 3], [2, 4])], (x, i) => x.gather(0, i), { smoke: true }),
  ...operation('gather on the last axis', [table, at([3, 0, 1, 1, 2, 2, 0, 3, 3, 1], [5, 2])], (x, i) => x.gather(-1, i)),
  ...operation('gather with a smaller index', [input([5, 4, 3]), at([4, 0, 2, 2], [2, 2, 1])], (x, i) => x.gather(0, i)),
  ...operation('gather of views', [table, at([1, 0, 2, 2, 0, 1], [2, 3])], (x, i) => x.T.pad([1, 1]).gather(0, i.T)),
  ...operation('gather on a middle axis', [input([2, 5, 3]), at([4, 0, 0, 1, 1, 3, 2, 2, 4, 4, 0, 1], [2, 2, 3])], (x, i) => x.gather(1, i)),
  ...operation('indexSelect', [table, at([3, 3, 0, 4])], (x, i) => [x.indexSelect(0, i), x.indexSelect(1, i.remainder(4))]),
  ...operation('a column of labels', [input([6, 3]), at([2, 0, 1, 1, 2, 0])], (x, labels) => x.logSoftmax(1).gather(1, labels.unsqueeze(1)).mean().neg(), { times: 8, smoke: true }),
  ...(['int32', 'bool', 'uint32', 'float64'] as const).map((dtype) => values(`gather of ${dtype}`, [input([5, 4], { dtype, shift: 16 }), at([4, 0, 0, 2, 1, 1, 3, 3], [2, 4])], (x, i) => x.gather(0, i))),
  values('an index of uint32', [table, points([4, 0, 2], 'uint32')], (x, i) => x.indexSelect(0, i)),
  values('an index that a device computed', [table], (x) => x.gather(0, x.argmax(0, { keepDim: true }))),
];

const places: Case[] = [
  ...operation('new axes, and all axes not named', [input([3, 4, 2]), at([1, 0])], (x, i) => [x.at('...', 0), x.at(null, 1), x.at(all, null, '...', 1), x.at(null, i, '...', 0)]),
  ...operation('one value where a mask holds', [input([3, 4]), input([3, 4], { seed: 1, dtype: 'bool' }), input([3], { seed: 2, dtype: 'bool' })], (x, mask, rows) => [x.indexPut([mask], 5), x.indexPut([rows], 5), x.indexPut([rows], 5, { accumulate: true })]),
  checked('what a mask picks', async ({ device }) => {
    const x = upload(device, input([3, 4]));
    const mask = x.gt(0);
    if (device.synchronous) return (await x.at(mask).equal(await x.maskedSelect(mask))) ? [] : ['not as maskedSelect'];
    try {
      x.at(mask);
    } catch (error) {
      return String(error).includes('maskedSelect') ? [] : [String(error)];
    }
    return ['no error on a device that has to be waited for'];
  }),
];

const adding: Case[] = [
  ...operation('scatterAdd with duplicates', [table, at([4, 0, 0, 2, 4, 4, 0, 0, 4, 0, 0, 1], [3, 4]), input([3, 4], { seed: 2 })], (x, i, source) => x.scatterAdd(0, i, source), { times: 4, smoke: true }),
  ...operation('scatterAdd on the last axis', [table, at([3, 0, 1, 1, 2, 2, 0, 3, 3, 1], [5, 2]), input([5, 2], { seed: 2 })], (x, i, source) => x.scatterAdd(1, i, source), { times: 4 }),
  ...operation('scatterAdd with a smaller index', [table, at([1, 0], [1, 2]), input([3, 3], { seed: 2 })], (x, i, source) => x.scatterAdd(0, i, source), { times: 4 }),
  ...operation('scatterAdd of views', [input([4, 5]), at([4, 0, 0, 2, 4, 4, 0, 0], [4, 2]), input([4, 3], { seed: 2 })], (x, i, source) => x.T.scatterAdd(0, i.T, source.T.flip(0)), { times: 4 }),
  ...operation('many to one', [input([2]), points(Array.from({ length: 300 }, (_, i) => i % 3 === 0 ? 1 : 0), 'int32'), input([300], { seed: 1 })], (x, i, source) => x.scatterAdd(0, i, source), { times: 32, against: 'largest' }),
  values('counting', [at([1, 3, 3, 0, 3, 1])], (i) => full([4], 0, { dtype: 'int32', device: i.device }).scatterAdd(0, i, full([6], 1, { dtype: 'int32', device: i.device }))),
];

/** Runs `use`, and says what is missing from the error that it has to end in, at once or at the next read. */
async function complaint(device: Device, use: () => Tensor | void, ...parts: readonly string[]): Promise<string[]> {
  let text = 'no error';
  try {
    const result = use() ?? tensor([0], { device });
    await result.data();
  } catch (error) {
    text = String(error);
  }
  const wrong = parts.filter((part) => !text.includes(part)).map((part) => `the error says nothing of "${part}": ${text}`);
  const after = firstDifference(await tensor([1, 2], { device }).mul(2).data(), [2, 4], 0);
  return after ? [...wrong, `afterwards the device is not usable: ${after}`] : wrong;
}

const outside: Case[] = [
  checked('an index past the end is reported', ({ device }) => complaint(device, () => upload(device, table).indexSelect(0, upload(device, at([1, 5]))), 'RangeError', 'gather', 'out of range', '0 to 4'), { smoke: true }),
  checked('a negative index is reported', ({ device }) => complaint(device, () => upload(device, table).gather(1, upload(device, at([0, -1, 0, 0, 0], [5, 1]))), 'gather', 'out of range', '0 to 3')),
  checked('scatterAdd out of range is reported', ({ device }) =>
    complaint(device, () => upload(device, table).scatterAdd(0, upload(device, at([0, 9], [1, 2])), upload(device, input([1, 2]))), 'scatterAdd', 'out of range', '0 to 4')),
  checked('a label out of range is reported', ({ device }) => complaint(device, () => checkIndices('crossEntropy', upload(device, at([0, 9, -100])), 9, 'a label', -100), 'crossEntropy: a label', '0 to 8', '-100')),
  checked('a label to be ignored is not', async ({ device }) => {
    checkIndices('crossEntropy', upload(device, at([0, 8, -100])), 9, 'a label', -100);
    await tensor([0], { device }).data();
    return [];
  }),
];

export const indexing: readonly Case[] = [...picking, ...places, ...adding, ...outside];
