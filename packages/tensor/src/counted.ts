/** What depends on the values themselves, shapes or answers: it reads them, so it has to be awaited. */
import { toHostArray } from './dtype.ts';
import { fail, show } from './errors.ts';
import type { Scalar } from './expr/scalar.ts';
import { fuse } from './fuse.ts';
import { hostValues, toStorage } from './host.ts';
import { run } from './primitives.ts';
import { quietly } from './reductions.ts';
import { broadcastShapes, sameShape, type Shape, sizeOf, stridesOf } from './shape.ts';
import { scope } from './scope.ts';
import type { Tensor } from './tensor.ts';

const onHost = (like: Tensor, dtype: Tensor['dtype'], shape: Shape, values: ArrayLike<number>): Tensor => like.made(toStorage(like.device, dtype, shape, toHostArray(dtype, values)));

/** Positions in a flattened tensor of what is not 0. */
async function found(x: Tensor, operation: string): Promise<number[]> {
  const places: number[] = [];
  (await hostValues(x, operation)).forEach((value, place) => { if (value !== 0) places.push(place); });
  return places;
}

/** The coordinates of what is not 0: int32 [count, axes], in row-major order. */
export async function nonzero(x: Tensor): Promise<Tensor> {
  const places = await found(x, 'nonzero');
  const strides = stridesOf(x.shape);
  const rows = places.flatMap((place) => x.shape.map((size, axis) => Math.floor(place / strides[axis]!) % size));
  return onHost(x, 'int32', [places.length, x.shape.length], rows);
}

/** The elements where `mask` (bool, broadcast) holds, as a vector. */
export async function maskedSelect(x: Tensor, mask: Tensor): Promise<Tensor> {
  if (mask.dtype !== 'bool') fail('maskedSelect', `the mask is ${mask.dtype}`, 'Compare it with something, or cast it to bool.');
  const shape = broadcastShapes('maskedSelect', x.shape, mask.shape);
  const whole = mask.expand(shape);
  const places = await found(whole, 'maskedSelect');
  return scope(() => run('gather', [x.expand(shape).reshape(sizeOf(shape)), onHost(x, 'int32', [places.length], places)], { axis: 0 })[0]!, 'maskedSelect');
}

/** The different values in ascending order, for each element of `x` which of them it is (`inverse`), and how often each occurs (`counts`); both int32. */
export interface Unique { readonly values: Tensor; readonly inverse: Tensor; readonly counts: Tensor }

/** The different elements of a tensor. Each NaN is one of its own, at the end. */
export async function unique(x: Tensor): Promise<Unique> {
  const all = await hostValues(x, 'unique');
  const order = Array.from(all, (_, i) => i).sort((a, b) => {
    const [p, q] = [all[a]!, all[b]!];
    return p < q ? -1 : p > q ? 1 : Number(Number.isNaN(p)) - Number(Number.isNaN(q)) || a - b;
  });
  const values: number[] = [];
  const counts: number[] = [];
  const inverse = new Int32Array(all.length);
  for (const place of order) {
    if (values.length === 0 || values.at(-1) !== all[place]) {
      values.push(all[place]!);
      counts.push(0);
    }
    counts[counts.length - 1]!++;
    inverse[place] = values.length - 1;
  }
  return { values: onHost(x, x.dtype, [values.length], values), inverse: onHost(x, 'int32', x.shape, inverse), counts: onHost(x, 'int32', [counts.length], counts) };
}

/** How often each whole number from 0 on occurs in a vector, or the sum of its `weights`; at least `minLength` long. */
export async function bincount(x: Tensor, { weights, minLength = 0 }: { readonly weights?: Tensor; readonly minLength?: number } = {}): Promise<Tensor> {
  if (x.shape.length !== 1 || (weights && !sameShape(weights.shape, x.shape))) fail('bincount', `${show(x.shape)}${weights ? ` and the weights ${show(weights.shape)}` : ''}`, 'Give vectors of one length.');
  const values = Array.from(await hostValues(x, 'bincount'));
  const least = values.reduce((a, b) => Math.min(a, b), 0);
  if (least < 0 || values.some((value) => !Number.isInteger(value))) fail('bincount', `${values.find((value) => value < 0 || !Number.isInteger(value))} cannot be counted`, 'Give whole numbers from 0 on.');
  const length = Math.max(minLength, values.reduce((a, b) => Math.max(a, b + 1), 0));
  return scope(() => run('scatterAdd', [weights ?? x.newFull(x.shape, 1, { dtype: 'int32' }), x.cast('int32')], { axis: 0, shape: [length] })[0]!, 'bincount');
}

/** `rtol`, `atol`: `|a - b| <= atol + rtol |b|`. `equalNan`: NaN is close to NaN. */
export interface CloseOptions { readonly rtol?: number; readonly atol?: number; readonly equalNan?: boolean }

const near = fuse((a: Scalar, b: Scalar, rtol: Scalar, atol: Scalar) => a.eq(b).logicalOr(a.isfinite().logicalAnd(b.isfinite()).logicalAnd(a.sub(b).abs().le(b.abs().mul(rtol).add(atol)))));
const nearOrNan = fuse((a: Scalar, b: Scalar, rtol: Scalar, atol: Scalar) =>
  a.eq(b).logicalOr(a.isfinite().logicalAnd(b.isfinite()).logicalAnd(a.sub(b).abs().le(b.abs().mul(rtol).add(atol)))).logicalOr(a.isnan().logicalAnd(b.isnan())));

/** Which elements are close to each other: `|a - b| <= atol + rtol |b|` (1e-5 and 1e-8). */
export const isclose = (a: Tensor, b: Tensor, { rtol = 1e-5, atol = 1e-8, equalNan = false }: CloseOptions = {}): Tensor =>
  quietly(() => (equalNan ? nearOrNan : near)(a, b, rtol, atol), 'isclose');

/** Whether all elements are close to each other. */
export async function allclose(a: Tensor, b: Tensor, options?: CloseOptions): Promise<boolean> {
  const answer = scope(() => isclose(a, b, options).all(), 'allclose');
  try {
    return await answer.item() !== 0;
  } finally {
    answer.release();
  }
}

/** Whether shapes and all elements are equal. */
export async function equal(a: Tensor, b: Tensor): Promise<boolean> {
  if (!sameShape(a.shape, b.shape)) return false;
  const answer = scope(() => quietly(() => a.eq(b).all()), 'equal');
  try {
    return await answer.item() !== 0;
  } finally {
    answer.release();
  }
}
