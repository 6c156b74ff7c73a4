/** Views as results: read back, of every dtype, chained, and with their gradients. */
import { all, range, type Tensor } from '../src/index.ts';
import { type Case, input, operation, values } from './case.ts';
import { layouts } from './views.ts';

const box = input([2, 3, 4]);
const several = (name: string, f: (x: Tensor) => Tensor[], smoke = false) => operation(name, [box], f, { smoke });

export const movement: readonly Case[] = [
  ...layouts.flatMap(({ name, shape, view }) => operation(`reading ${name}`, [input(shape)], view)),
  ...(['int32', 'bool', 'uint32', 'float16', 'float64'] as const).map((dtype) =>
    values(`views of ${dtype}`, [input([4, 6], { dtype, shift: dtype === 'uint32' ? 16 : 0 })], (x) => [x.T, x.at(range(1), range(0, 6, 2)), x.flip(), x.pad([1, 2]), x.unfold(1, 3, 2), x.diagonal()])),
  ...several('reshape, view, flatten', (x) => [x.reshape(6, 4), x.view(-1), x.reshape(2, -1, 2), x.flatten(1), x.flatten(0, 1), x.reshape(1, 2, 3, 1, 4)], true),
  ...several('permute and transpose', (x) => [x.permute(2, 0, 1), x.transpose(0, 2), x.transpose(-1, -2), x.T]),
  ...several('squeeze and unsqueeze', (x) => [x.unsqueeze(0), x.unsqueeze(-1), x.unsqueeze(1).squeeze(1), x.narrow(1, 0, 1).squeeze()]),
  ...several('narrow and at', (x) => [x.narrow(1, 1, 2), x.narrow(-1, -3, 2), x.at(0), x.at(all, 1), x.at(1, range(1), -1), x.at(all, all, range(3, 0, -2)), x.at(range(-1), range(0, 99), range(2, 1))]),
  ...several('flip', (x) => [x.flip(0), x.flip([1, 2]), x.flip()]),
  ...several('pad with zeros, with a value, cropping', (x) => [x.pad([1, 2]), x.pad([0, 1, 2, 0, 1, 1]), x.pad([1, 1, 1, 1], -2.5), x.pad([-1, 0, 1, -1], 7)], true),
  ...several('expand', (x) => [x.expand([5, 2, 3, 4]), x.narrow(0, 0, 1).expand([4, -1, 4]), x.narrow(2, 1, 1).expand([2, 3, 5])]),
  ...several('unfold', (x) => [x.unfold(2, 2), x.unfold(1, 3), x.unfold(2, 2, 2), x.unfold(2, 2, 1, { dilation: 2 }), x.unfold(1, 2).unfold(2, 2)]),
  ...several('diagonal', (x) => [x.diagonal(), x.diagonal(1), x.diagonal(-1), x.diagonal(-9), x.diagonal(0, 1, 2), x.diagonal(-1, -1, 0)]),
  ...operation('windows of windows of padding', [input([1, 2, 6, 5])], (x) => x.pad([1, 1, 2, 0]).unfold(2, 3, 2).unfold(3, 2, 3).permute(0, 2, 3, 1, 4, 5).reshape(6, 12)),
  ...operation('a chain of everything', [input([4, 5])], (x) => x.T.pad([1, 1]).flip(1).unfold(0, 2, 3).at(all, range(5, 0, -2)).reshape(-1).pad([2, 0]).narrow(0, 1, 8)),
  ...operation('views that overlap', [input([7])], (x) => x.unfold(0, 3).matmul(x.unfold(0, 3).T), { against: 'largest', times: 8 }),
  ...operation('the same tensor through two views', [input([3, 3])], (x) => x.mul(x.T).sub(x.flip(0)).add(x.diagonal())),
  values('copies have storages of their own', [input([3, 4])], (x) => {
    const [copy, view] = [x.T.clone(), x.at(range(1))];
    x.assign(x.mul(2));
    return [copy, view, x];
  }),
];
