/**
 * Sorting: the order is found without recording, values are gathered by it, so the gradient is that of a gather.
 * Short axes count how many elements precede each one (two kernels, n^2 comparisons); long ones are sorted on the host where the device's memory is the host's,
 * elsewhere by a bitonic network (Batcher 1968) in log2(n)^2 / 2 kernels. All are stable, and NaN is the largest.
 */
import { fail, show } from './errors.ts';
import type { Scalar } from './expr/scalar.ts';
import { fuse } from './fuse.ts';
import { handle } from './handle.ts';
import { toStorage } from './host.ts';
import { positions } from './positions.ts';
import { run } from './primitives.ts';
import { quietly } from './reductions.ts';
import { normalizeAxis } from './shape.ts';
import { scope } from './scope.ts';
import { type Chosen, ofScalar } from './statistics.ts';
import type { Tensor } from './tensor.ts';

/** `descending`: largest first (NaN before all). Equal elements keep their order either way. */
export interface SortOptions { readonly descending?: boolean }
/** `largest`: from the largest down (default), or from the smallest up. */
export interface TopkOptions { readonly largest?: boolean }

/** Up to here counting wins. */
const SHORT = 64;

type Precedes = (x: Scalar, at: Scalar, y: Scalar, yAt: Scalar) => Scalar;
const precedes = (descending: boolean): Precedes => (x, at, y, yAt) => {
  const [a, b] = descending ? [y, x] : [x, y];
  const less = a.lt(b).logicalOr(b.isnan().logicalAnd(a.isnan().logicalNot()));
  const same = x.eq(y).logicalOr(x.isnan().logicalAnd(y.isnan()));
  return less.logicalOr(same.logicalAnd(at.lt(yAt)));
};

const ascendingThenDescending = [false, true] as const;
/** Over [rows, place, other]: whether the other one comes before. */
const ranks = ascendingThenDescending.map((descending) => fuse((other: Scalar, x: Scalar) => precedes(descending)(other, x.index(2), x, x.index(1)).cast('int32')));
/** Over [rows, rank, place]: the place that has this rank. */
const holder = fuse((rank: Scalar) => rank.index(2).where(rank.eq(rank.index(1)), 0));

/** One comparison of the network over [rows, blocks, 2, distance]; `ratio` blocks run one way, the next ones the other. What lies at `size` and beyond is padding, and last. */
const exchanges = ascendingThenDescending.map((descending) => fuse((x: Scalar, at: Scalar, other: Scalar, otherAt: Scalar, ratio: Scalar, size: Scalar) => {
  const first = (a: Scalar, aAt: Scalar, b: Scalar, bAt: Scalar) => aAt.lt(size).logicalAnd(bAt.ge(size).logicalOr(precedes(descending)(a, aAt, b, bAt)));
  const backwards = x.index(1).floorDivide(ratio).remainder(2).eq(1);
  const wantsFirst = x.index(2).eq(0).logicalXor(backwards);
  const taken = first(other, otherAt, x, at).where(wantsFirst, first(x, at, other, otherAt));
  return [other.where(taken, x), otherAt.where(taken, at)] as const;
}));

/** The order of each row of [rows, n]. */
function ordered(x: Tensor, descending: boolean): Tensor {
  const [rows, size] = x.shape as [number, number];
  const which = descending ? 1 : 0;
  if (size <= SHORT) {
    const rank = ranks[which]!.reduce('sum', 2, x.unsqueeze(1), x.unsqueeze(2));
    return holder.reduce('sum', 2, rank.unsqueeze(1).expand([rows, size, size]));
  }
  if (x.device.synchronous) return orderedOnHost(x, descending);
  const whole = 2 ** Math.ceil(Math.log2(size));
  const start: readonly [Tensor, Tensor] = [x.pad([0, whole - size]), positions(x, [rows, whole], 1)];
  let state = start;
  for (let run = 2; run <= whole; run *= 2) {
    for (let distance = run / 2; distance >= 1; distance /= 2) {
      const next = scope(() => {
        const [y, at] = state.map((tensor) => tensor.reshape(rows, whole / (2 * distance), 2, distance)) as [Tensor, Tensor];
        return exchanges[which]!(y, at, y.flip(2), at.flip(2), run / (2 * distance), size).map((tensor) => tensor.reshape(rows, whole)) as [Tensor, Tensor];
      }, 'sort');
      if (state !== start) for (const tensor of state) tensor.release();
      state = next;
    }
  }
  return state[1].narrow(1, 0, size);
}

/** The same by the host's own sort. */
function orderedOnHost(x: Tensor, descending: boolean): Tensor {
  const [rows, size] = x.shape as [number, number];
  const source = x.clone()[handle];
  const values = x.device.readSync(source.allocation.storage, source.layout.offset, rows * size);
  const order = new Int32Array(rows * size);
  const sign = descending ? -1 : 1;
  for (let start = 0; start < values.length; start += size) {
    const row = order.subarray(start, start + size).map((_, i) => i);
    row.sort((i, j) => {
      const [a, b] = [values[start + i]!, values[start + j]!];
      return (a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b))) * sign || i - j;
    });
    order.set(row, start);
  }
  return x.made(toStorage(x.device, 'int32', [rows, size], order));
}

/** The positions (int32) that sort `x` along `axis`. */
export function argsort(x: Tensor, axis: number, { descending = false }: SortOptions = {}): Tensor {
  if (x.shape.length === 0) return quietly(() => x.newFull([], 0, { dtype: 'int32' }), 'argsort');
  const on = normalizeAxis('argsort', axis, x.shape.length);
  return quietly(() => {
    const front = x.transpose(on, -1);
    if (x.numel === 0) return x.newFull(x.shape, 0, { dtype: 'int32' });
    const rows = (x.dtype === 'bool' ? front.int() : front).reshape(-1, x.shape[on]!);
    return ordered(rows, descending).reshape(...front.shape).transpose(on, -1).clone();
  }, 'argsort');
}

/** Sorted values along `axis`, and where they were. */
export function sort(x: Tensor, axis: number, options?: SortOptions): Chosen {
  return scope(() => {
    const indices = argsort(x, axis, options);
    return { values: x.shape.length === 0 ? x.clone() : pick(x, normalizeAxis('sort', axis, x.shape.length), indices), indices };
  }, 'sort');
}

/** The `k` first of the sorted elements along `axis`. */
export function topk(x: Tensor, k: number, axis: number, { largest = true }: TopkOptions = {}): Chosen {
  if (x.shape.length === 0) return ofScalar('topk', x, axis, (vector, on) => topk(vector, k, on));
  const on = normalizeAxis('topk', axis, x.shape.length);
  if (!Number.isInteger(k) || k < 0 || k > x.shape[on]!) fail('topk', `${k} of ${x.shape[on]} elements on axis ${axis} of ${show(x.shape)}`);
  return scope(() => {
    const indices = quietly(() => argsort(x, on, { descending: largest }).narrow(on, 0, k).clone());
    return { values: pick(x, on, indices), indices };
  }, 'topk');
}

/** `x` at places (int32) that are known to lie on `axis`. */
export const pick = (x: Tensor, axis: number, index: Tensor): Tensor => run('gather', [x, index], { axis })[0]!;
