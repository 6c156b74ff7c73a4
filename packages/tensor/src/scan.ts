/** Running sums, products and extremes, in log2(n) steps of one kernel (Hillis & Steele 1986): each adds what lies 1, 2, 4, ... places before. */
import { arithmetic } from './dtype.ts';
import type { Scalar } from './expr/scalar.ts';
import { fuseByAxis } from './fuse.ts';
import { positions } from './positions.ts';
import { run } from './primitives.ts';
import { quietly } from './reductions.ts';
import { isScalarAxis, normalizeAxis } from './shape.ts';
import { scope } from './scope.ts';
import { type Chosen, ofScalar } from './statistics.ts';
import type { Tensor } from './tensor.ts';

/** What lies `by` places before on `axis`; 0 where nothing does. */
const before = (x: Tensor, axis: number, by: number): Tensor => run('pad', [x], { axis, before: by, after: -by })[0]!;

/** Repeats `step` with doubled distance; interior results are let go at once. */
function doubling<T extends readonly Tensor[]>(size: number, from: T, step: (state: T, by: number) => T): T {
  let state = from;
  for (let by = 1; by < size; by *= 2) {
    const next = scope(() => step(state, by), 'scan');
    if (state !== from) for (const tensor of state) tensor.release();
    state = next;
  }
  return state;
}

/** `out[i] = x[0] + ... + x[i]` along `axis`; bool counts as int32. */
export function cumsum(x: Tensor, axis: number): Tensor {
  if (isScalarAxis(axis, x.shape.length)) return x.cast(arithmetic(x.dtype)).clone();
  const on = normalizeAxis('cumsum', axis, x.shape.length);
  return scope(() => doubling<readonly [Tensor]>(x.shape[on]!, [x.cast(arithmetic(x.dtype))], ([y], by) => [y.add(before(y, on, by))])[0], 'cumsum');
}

const times = fuseByAxis((axis) => (y: Scalar, earlier: Scalar, by: Scalar) => y.mul(earlier.where(y.index(axis).ge(by), 1)));

/** `out[i] = x[0] * ... * x[i]` along `axis`. */
export function cumprod(x: Tensor, axis: number): Tensor {
  if (isScalarAxis(axis, x.shape.length)) return x.cast(arithmetic(x.dtype)).clone();
  const on = normalizeAxis('cumprod', axis, x.shape.length);
  return scope(() => doubling<readonly [Tensor]>(x.shape[on]!, [x.cast(arithmetic(x.dtype))], ([y], by) => [times(on)(y, before(y, on, by), by)])[0], 'cumprod');
}

const extremes = (['max', 'min'] as const).map((kind) => fuseByAxis((axis) => (y: Scalar, at: Scalar, earlier: Scalar, earlierAt: Scalar, by: Scalar) => {
  const beats = (kind === 'max' ? earlier.gt(y) : earlier.lt(y)).logicalOr(earlier.isnan());
  const taken = y.index(axis).ge(by).logicalAnd(y.isnan().logicalNot()).logicalAnd(beats);
  return [earlier.where(taken, y), earlierAt.where(taken, at)] as const;
}));

/** The largest or smallest element so far along `axis` and its place, the last of equals; NaN wins. */
export function cumbest(kind: 'max' | 'min', x: Tensor, axis: number): Chosen {
  if (x.shape.length === 0) return ofScalar(`cum${kind}`, x, axis, (vector, on) => cumbest(kind, vector, on));
  const on = normalizeAxis(`cum${kind}`, axis, x.shape.length);
  const step = extremes[kind === 'max' ? 0 : 1]!(on);
  return scope(() => {
    const indices = quietly(() => doubling(x.shape[on]!, [x, positions(x, x.shape, on)] as const, ([y, at], by) => step(y, at, before(y, on, by), before(at, on, by), by))[1]);
    return { values: run('gather', [x, indices], { axis: on })[0]!, indices };
  }, `cum${kind}`);
}
