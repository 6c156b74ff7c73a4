/** Concatenation and stacking: any axis, views as parts, more parts than a kernel takes. */
import { concat, stack } from '../src/index.ts';
import { type Case, input, operation, values } from './case.ts';

const parts = [input([2, 3]), input([2, 3], { seed: 1 }), input([2, 3], { seed: 2 })];
const twenty = Array.from({ length: 20 }, (_, i) => input([2, 1 + (i % 3)], { seed: i }));

export const joining: readonly Case[] = [
  ...operation('concat on each axis', parts, (...xs) => [concat(xs), concat(xs, 1), concat(xs, -1)], { smoke: true }),
  ...operation('concat of unequal parts', [input([2, 3]), input([2, 1], { seed: 1 }), input([2, 5], { seed: 2 })], (...xs) => concat(xs, 1)),
  ...operation('concat of views', [input([3, 4]), input([1, 3], { seed: 1 }), input([2, 1], { seed: 2 })], (x, y, z) => [concat([x.T, y.expand([2, 3]), z.pad([1, 1])]), concat([x.narrow(0, 0, 2), z, z], 1)]),
  ...operation('concat of three axes', [input([2, 1, 3]), input([2, 4, 3], { seed: 1 })], (x, y) => concat([x, y], 1).reshape(-1)),
  ...operation('concat of 20', twenty, (...xs) => concat(xs, 1)),
  ...operation('stack', parts, (...xs) => [stack(xs), stack(xs, 1), stack(xs, -1)], { smoke: true }),
  ...operation('stack of 20 scalars', Array.from({ length: 20 }, (_, i) => input([], { seed: i })), (...xs) => stack(xs)),
  ...operation('a part twice, and used again', parts.slice(0, 2), (x, y) => concat([x, y, x]).mul(concat([y, y, x]))),
  ...(['int32', 'bool', 'uint32', 'float16', 'float64'] as const).map((dtype) =>
    values(`concat of ${dtype}`, [input([2, 3], { dtype, shift: 16 }), input([4, 3], { dtype, seed: 1, shift: 16 })], (x, y) => [concat([x, y]), stack([x, y.narrow(0, 1, 2)])])),
  ...operation('concat of several dtypes', [input([2]), input([3], { dtype: 'int32' }), input([2], { dtype: 'bool' })], (x, n, on) => [concat([n, x]), concat([on, n, x])]),
  values('concat with an empty part', [input([2, 3]), input([0, 3])], (x, y) => [concat([y, x]), concat([x, y]), concat([y, y])]),
];
