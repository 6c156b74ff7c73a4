/** Casts between all element types, the range of integers, and what a mixed operation gives. */
import type { Limits } from '../src/backend/interface.ts';
import { type DType, full } from '../src/index.ts';
import { type Case, compared, having, operation, points, values } from './case.ts';

const all: readonly DType[] = ['bool', 'uint32', 'int32', 'float16', 'float32', 'float64'];
const samples: Readonly<Record<string, readonly number[]>> = {
  bool: [0, 1], uint32: [0, 1, 2, 77, 65_536], int32: [0, 1, -1, 2, -3, 77, 65_536, -65_536],
  float32: [0, -0, 0.5, -0.5, 1, 1.99, -1.99, 2.5, -3.25, 77, 1e5, -1e5], float16: [0, -0, 0.5, -0.5, 1, 1.99, -3.25, 77, 1e4], float64: [0, 0.1, -0.5, 1.999999999, -3.25, 77, 1e5],
};
const wide = ({ integers }: Limits) => (integers < 2 ** 31 ? `integers are exact to ${integers} only` : undefined);
const extremes = [-(2 ** 31), 1 - 2 ** 31, -12_345, -1, 0, 1, 12_345, 2 ** 31 - 1];
const pairs = [points(extremes.flatMap((x) => extremes.map(() => x)), 'int32'), points(extremes.flatMap(() => extremes), 'int32')];
const exact = [1 - 2 ** 24, -1_234_567, 1_234_567, 2 ** 24 - 1];

export const dtypes: readonly Case[] = [
  ...all.flatMap((from) => all.map((to) => {
    const given = samples[from]!.filter((x) => to !== 'uint32' || x >= 0);
    return values(`${from} to ${to}`, [points(given, from)], (x) => x.cast(to), { needs: having(to), smoke: from === 'float32' });
  })),
  ...operation('gradients pass casts between floats', [points([0.5, -1.25])], (x) => x.double().mul(x).float().mul(3), { needs: having('float64'), times: 2 }),
  values('int32 up to 2 ** 24', [points(exact, 'int32')], (x) => [x, x.neg(), x.abs(), x.floorDivide(7), x.remainder(1000), x.float(), x.float().int(), x.eq(1_234_567)]),
  values('int32 wraps', pairs, (x, y) => [x.add(y), x.sub(y), x.mul(y), x.neg(), x.maximum(y), x.lt(y), x.bitwiseAnd(y), x.bitwiseXor(y)], { needs: wide }),
  values('int32 shifts up to 31', [points(extremes.flatMap((x) => [x, x]), 'int32'), points(extremes.flatMap(() => [5, 31]), 'int32')], (x, y) => [x.bitwiseLeftShift(y), x.bitwiseRightShift(y)], { needs: wide }),
  values('uint32 wraps', [points([0, 1, 2 ** 31, 2 ** 32 - 1, 3_000_000_000], 'uint32')], (x) => [x.add(x), x.mul(x), x.sub(1), x.bitwiseNot(), x.bitwiseRightShift(4), x.gt(5), x.floorDivide(7), x.remainder(1000)], { needs: [wide, having('uint32')] }),
  values('int32 sums wrap', [points([2 ** 31 - 1, 5, -7, 2 ** 31 - 1], 'int32')], (x) => x.sum(), { needs: wide }),
  values('int32 from and to the host', [points(extremes, 'int32')], (x) => [x, x.reshape(2, 4).T], { needs: wide }),
  compared('numbers beside each dtype', (device) => (['bool', 'int32', 'float32'] as const).flatMap((dtype) => {
    const x = full([2], 1, { dtype, device });
    return [x.add(2), x.add(2.5), x.mul(true), x.div(2), x.eq(1)];
  })),
];
