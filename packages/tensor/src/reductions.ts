/** Reductions over one axis, several, or all; and what is made of them. */
import type { Reduction } from './backend/interface.ts';
import { arithmetic, isFloat } from './dtype.ts';
import { fail, show } from './errors.ts';
import { identity } from './expr/function.ts';
import type { Scalar } from './expr/scalar.ts';
import { fuseByAxis } from './fuse.ts';
import { run } from './primitives.ts';
import { fuseRows } from './rows.ts';
import { isScalarAxis, normalizeAxes, normalizeAxis, reducedShape, sizeOf } from './shape.ts';
import { scope } from './scope.ts';
import { slot } from './tracer.ts';
import type { Tensor } from './tensor.ts';

/** One axis, several, or all (undefined). */
export type Axes = number | readonly number[] | undefined;
/** `keepDim`: reduced axes stay with size 1. */
export interface ReduceOptions { readonly keepDim?: boolean }

/** Puts reduced axes back with size 1. */
export function kept(x: Tensor, axes: readonly number[], y: Tensor, { keepDim = false }: ReduceOptions): Tensor {
  return keepDim ? y.reshape(...reducedShape(x.shape, axes, true)) : y;
}

/** `kind` over `axes`. Sums and products of bool count as int32. */
export function reduce(kind: Reduction, name: string, x: Tensor, axes: Axes, options: ReduceOptions = {}): Tensor {
  const over = normalizeAxes(name, axes, x.shape.length);
  if ((kind === 'max' || kind === 'min') && over.some((axis) => x.shape[axis] === 0)) {
    fail(name, `${show(x.shape)} has no elements to choose from on the reduced axes`, 'Reduce over axes that are not empty.');
  }
  const source = kind === 'sum' || kind === 'prod' ? x.cast(arithmetic(x.dtype)) : x;
  const y = run('reduce', [source], { kind, function: identity(source.dtype), uniforms: [], axes: over })[0]!;
  return kept(x, over, y, options);
}

/** `f` of float16 elements in float32, rounded once: what it adds up on the way may be larger than float16 reaches. */
export const inFloat32 = (x: Tensor, name: string, f: (wide: Tensor) => Tensor): Tensor => scope(() => f(x.cast('float32')).cast('float16'), name);

export function mean(x: Tensor, axes: Axes, options?: ReduceOptions): Tensor {
  if (!isFloat(x.dtype)) fail('mean', `${x.dtype} has no fractions`, 'Cast it first: x.float().mean().');
  if (x.dtype === 'float16') return inFloat32(x, 'mean', (wide) => mean(wide, axes, options));
  const over = normalizeAxes('mean', axes, x.shape.length);
  return scope(() => reduce('sum', 'mean', x, over, options).div(sizeOf(over.map((axis) => x.shape[axis]!))), 'mean');
}

/** Larger than any position, and exact on every device. */
const NOWHERE = 2 ** 24;
/** The position on `axis` where `x` is `best`, else {@link NOWHERE}. */
const placeOn = fuseByAxis((axis) => (x: Scalar, best: Scalar) => x.index(axis).where(x.eq(best).logicalOr(x.isnan()), NOWHERE));

/** The (first) position of the largest or smallest element; NaN wins. */
export function argBest(kind: 'max' | 'min', x: Tensor, axis: number | undefined, options: ReduceOptions = {}): Tensor {
  const name = `arg${kind}`;
  return quietly(() => {
    if (axis === undefined || isScalarAxis(axis, x.shape.length)) return argBest(kind, x.flatten(), 0).reshape(...(options.keepDim ? x.shape.map(() => 1) : []));
    const at = normalizeAxis(name, axis, x.shape.length);
    const best = reduce(kind, name, x, at, { keepDim: true });
    return kept(x, [at], placeOn(at).reduce('min', at, x, best), options);
  }, name);
}

/** `log(sum(exp(x)))` without overflow. */
export function logsumexp(x: Tensor, axes: Axes, options: ReduceOptions = {}): Tensor {
  const over = normalizeAxes('logsumexp', axes, x.shape.length);
  return scope(() => {
    const y = logSumExp(over, x);
    return options.keepDim ? y : y.reshape(...reducedShape(x.shape, over));
  }, 'logsumexp');
}
const logSumExp = fuseRows((x: Scalar) => {
  const peak = x.rowPeak();
  const shift = peak.where(peak.isfinite(), 0); // inf - inf is NaN
  return x.sub(shift).exp().rowSum().log().add(shift);
});

export const logSoftmax = (x: Tensor, axis: number): Tensor => logOfShare(axis, x);
const logOfShare = fuseRows((x: Scalar) => {
  const shifted = x.sub(x.rowPeak());
  return shifted.sub(shifted.exp().rowSum().log());
});

export const softmax = (x: Tensor, axis: number): Tensor => share(axis, x);
const share = fuseRows((x: Scalar) => {
  const e = x.sub(x.rowPeak()).exp();
  return e.div(e.rowSum());
});

/** Without recording: for values that no gradient passes through. */
export function quietly<T>(body: () => T, name = 'scope'): T {
  const { tracer } = slot;
  return scope(() => (tracer ? tracer.pause(body) : body()), name);
}
