/** Parts, copies, turns and triangles. */
import { broadcastTensors, einsum, linspace, logspace, meshgrid } from '../src/index.ts';
import { type Case, compared, input, operation } from './case.ts';

const flat = input([3, 5]);
const box = input([2, 3, 4]);

export const arranging: readonly Case[] = [
  ...operation('split, chunk, unbind', [flat], (x) => [...x.split(2), ...x.split([1, 3, 1], 1), ...x.chunk(2, 1), ...x.unbind(1)], { smoke: true }),
  ...operation('movedim, broadcastTo', [box], (x) => [x.movedim(0, 2), x.movedim([0, 1], [2, 0]), x.broadcastTo([2, 2, 3, 4]), ...broadcastTensors(x, x.narrow(0, 0, 1))]),
  ...operation('repeat, tile, repeatInterleave', [flat], (x) => [x.repeat(2, 1), x.repeat(2, 1, 2), x.tile(2), x.repeatInterleave(2, 1), x.repeatInterleave(2)]),
  ...operation('roll and rot90', [box], (x) => [x.roll(1), x.roll(-2, 1), x.roll([1, 5], [0, 2]), x.rot90(), x.rot90(2, [1, 2]), x.rot90(-1, [0, 2])]),
  ...operation('tril and triu', [box], (x) => [x.tril(), x.triu(), x.tril(-1), x.triu(2)], { smoke: true }),
  ...operation('diag, diagEmbed, trace', [flat, input([4])], (x, v) => [x.diag(), x.diag(1), x.diag(-1), v.diag(), v.diag(2), v.diag(-1), x.diagEmbed(), x.trace(), einsum('ij->ji', x)]),
  ...operation('meshgrid', [input([3]), input([2], { seed: 1 })], (x, y) => [...meshgrid([x, y]), ...meshgrid([x, y], { indexing: 'xy' })]),
  compared('linspace and logspace', (device) => [linspace(-1, 2, 7, { device }), linspace(3, 3, 1, { device }), logspace(0, 3, 4, { device })]),
];
