/** Extremes with their places, spread and norms. Gradients come from what they are composed of. */
import { isFloat } from './dtype.ts';
import { fail, show } from './errors.ts';
import type { Scalar } from './expr/scalar.ts';
import { fuse } from './fuse.ts';
import { run } from './primitives.ts';
import { argBest, type Axes, inFloat32, kept, mean, quietly, reduce, type ReduceOptions } from './reductions.ts';
import { isScalarAxis, normalizeAxes, normalizeAxis, sizeOf } from './shape.ts';
import { scope } from './scope.ts';
import type { Tensor } from './tensor.ts';

/** Elements chosen along an axis, and their positions (int32) on it. */
export interface Chosen { readonly values: Tensor; readonly indices: Tensor }

/** `correction`: what is taken off the count in the divisor (default 1); `unbiased: false` is `correction: 0`. */
export interface SpreadOptions extends ReduceOptions { readonly correction?: number; readonly unbiased?: boolean }

/** `along` of a scalar as of a vector of one element. */
export function ofScalar(operation: string, x: Tensor, axis: number, along: (x: Tensor, axis: number) => Chosen): Chosen {
  if (!isScalarAxis(axis, 0)) normalizeAxis(operation, axis, 0);
  return scope(() => {
    const { values, indices } = along(x.reshape(1), 0);
    return { values: values.reshape(), indices: indices.reshape() };
  }, operation);
}

/** The largest or smallest element along `axis` and its first place; the gradient goes to that place alone. */
export function best(kind: 'max' | 'min', x: Tensor, axis: number, options: ReduceOptions = {}): Chosen {
  if (x.shape.length === 0) return ofScalar(kind, x, axis, (vector, on) => best(kind, vector, on));
  const on = normalizeAxis(kind, axis, x.shape.length);
  if (x.shape[on] === 0) fail(kind, `axis ${axis} of ${show(x.shape)} is empty`);
  return scope(() => {
    const places = argBest(kind, x, on, { keepDim: true });
    const values = run('gather', [x, places], { axis: on })[0]!;
    return options.keepDim ? { values, indices: places } : { values: values.squeeze(on), indices: places.squeeze(on) };
  }, kind);
}

const squares = fuse((x: Scalar) => x.square());
const absolutes = fuse((x: Scalar) => x.abs());
/** The gradient at 0 is 0. */
const powers = fuse((x: Scalar, p: Scalar) => x.maskedFill(x.eq(0), 1).abs().pow(p).where(x.ne(0), x.constant(0).pow(p)));
const distinct = fuse((x: Scalar) => x.constant(1).where(x.ne(0), 0));

/** `sum((x - mean)^2) / (n - correction)` over `axes`; NaN where nothing is left to divide by. */
export function variance(x: Tensor, axes: Axes, spread: SpreadOptions = {}, name = 'var'): Tensor {
  if (!isFloat(x.dtype)) fail(name, `${x.dtype} has no fractions`, `Cast it first: x.float().${name}().`);
  if (x.dtype === 'float16') return inFloat32(x, name, (wide) => variance(wide, axes, spread, name));
  const { correction, unbiased = true, ...options } = spread;
  const over = normalizeAxes(name, axes, x.shape.length);
  const count = sizeOf(over.map((axis) => x.shape[axis]!)) - (correction ?? (unbiased ? 1 : 0));
  return scope(() => kept(x, over, squares.reduce('sum', over, x.sub(mean(x, over, { keepDim: true }))).div(Math.max(0, count)), options), 'var');
}

/** The square root of {@link variance}; its gradient at 0 is 0. */
export const deviation = (x: Tensor, axes: Axes, options?: SpreadOptions): Tensor => x.dtype === 'float16'
  ? inFloat32(x, 'std', (wide) => deviation(wide, axes, options))
  : scope(() => root(variance(x, axes, options, 'std'), 2), 'std');

/** `y ** (1 / p)` with gradient 0 at 0, as PyTorch's norms and deviations. */
export function root(y: Tensor, p: number): Tensor {
  return scope(() => {
    const zero = quietly(() => y.eq(0));
    return y.maskedFill(zero, 1).pow(1 / p).maskedFill(zero, 0);
  }, 'root');
}

/**
 * The vector p-norm over `axes` (default: all elements as one vector).
 * @param p any number; Infinity is the largest magnitude, -Infinity the smallest, 0 counts what is not 0
 */
export function norm(x: Tensor, p: number, axes: Axes, options: ReduceOptions = {}): Tensor {
  if (!isFloat(x.dtype)) fail('norm', `${x.dtype} has no fractions`, 'Cast it first: x.float().norm().');
  if (x.dtype === 'float16') return inFloat32(x, 'norm', (wide) => norm(wide, p, axes, options));
  const over = normalizeAxes('norm', axes, x.shape.length);
  return scope(() => {
    switch (p) {
      case Infinity: return reduce('max', 'norm', x.abs(), over, options);
      case -Infinity: return reduce('min', 'norm', x.abs(), over, options);
      case 0: return kept(x, over, distinct.reduce('sum', over, x), options);
      case 1: return kept(x, over, absolutes.reduce('sum', over, x), options);
      case 2: return kept(x, over, root(squares.reduce('sum', over, x), 2), options);
      default: return kept(x, over, root(powers.reduce('sum', over, x, p), p), options);
    }
  }, 'norm');
}
