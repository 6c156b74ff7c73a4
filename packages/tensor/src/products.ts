/** Products beyond `matmul`: of vectors, over chosen axes, between all pairs; distances; convolution of sequences. */
import { contract } from './contract.ts';
import { fail, show } from './errors.ts';
import type { Scalar } from './expr/scalar.ts';
import { fuse } from './fuse.ts';
import { concat } from './movement.ts';
import { broadcastShapes, normalizeAxes, normalizeAxis } from './shape.ts';
import { scope } from './scope.ts';
import { norm, root } from './statistics.ts';
import type { Tensor } from './tensor.ts';

const product = fuse((x: Scalar, y: Scalar) => x.mul(y));

/** The sum of products of two vectors of equal length. */
export function dot(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length !== 1 || b.shape.length !== 1 || a.shape[0] !== b.shape[0]) fail('dot', `${show(a.shape)} and ${show(b.shape)} are not two vectors of one length`, 'Use matmul for matrices.');
  return product.reduce('sum', 0, a, b);
}

/** `out[i, j] = a[i] * b[j]`. */
export function outer(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length !== 1 || b.shape.length !== 1) fail('outer', `${show(a.shape)} and ${show(b.shape)} are not two vectors`, 'Flatten them first.');
  return scope(() => a.unsqueeze(1).mul(b), 'outer');
}

const ranks = { mm: [2, 2], mv: [2, 1], bmm: [3, 3] } as const;

/** `matmul` that insists on the number of axes: `mm` [n, k] x [k, m], `mv` [n, k] x [k], `bmm` [b, n, k] x [b, k, m]. */
export function ranked(name: keyof typeof ranks, a: Tensor, b: Tensor): Tensor {
  const [left, right] = ranks[name];
  if (a.shape.length !== left || b.shape.length !== right) fail(name, `${show(a.shape)} x ${show(b.shape)} have ${a.shape.length} and ${b.shape.length} axes instead of ${left} and ${right}`, 'Use matmul, which takes all.');
  if (name === 'bmm' && a.shape[0] !== b.shape[0]) fail(name, `${show(a.shape)} x ${show(b.shape)} have different numbers of matrices`);
  return a.matmul(b);
}

/**
 * Sums products over the last `axes` axes of `a` and the first of `b`, or over the axes listed for each.
 * @example
 * tensordot(ones([2, 3, 4]), ones([4, 3, 5]), [[1, 2], [1, 0]]).shape; // [2, 5]
 */
export function tensordot(a: Tensor, b: Tensor, axes: number | readonly [readonly number[], readonly number[]] = 2): Tensor {
  const [left, right] = typeof axes === 'number'
    ? [Array.from({ length: axes }, (_, i) => a.shape.length - axes + i), Array.from({ length: axes }, (_, i) => i)]
    : [axes[0].map((axis) => normalizeAxis('tensordot', axis, a.shape.length)), axes[1].map((axis) => normalizeAxis('tensordot', axis, b.shape.length))];
  if (left.length !== right.length || left.some((axis, i) => a.shape[axis] !== b.shape[right[i]!])) {
    fail('tensordot', `axes ${show(left)} of ${show(a.shape)} do not pair with axes ${show(right)} of ${show(b.shape)}`);
  }
  return scope(() => {
    const [restA, restB] = [a.shape.map((_, i) => i).filter((i) => !left.includes(i)), b.shape.map((_, i) => i).filter((i) => !right.includes(i))];
    return contract(a.permute(...restA, ...left), b.permute(...right, ...restB), { rows: restA.length, inner: left.length, columns: restB.length });
  }, 'tensordot');
}

/** The vector product along an axis of size 3. */
export function cross(a: Tensor, b: Tensor, axis: number): Tensor {
  const shape = broadcastShapes('cross', a.shape, b.shape);
  const on = normalizeAxis('cross', axis, shape.length);
  if (shape[on] !== 3) fail('cross', `axis ${axis} of ${show(shape)} has not 3 elements`);
  return scope(() => {
    const [x, y] = [a.expand(shape), b.expand(shape)];
    const turned = (t: Tensor, by: number) => concat([t.narrow(on, by, 3 - by), t.narrow(on, 0, by)], on);
    return turned(x, 1).mul(turned(y, 2)).sub(turned(x, 2).mul(turned(y, 1)));
  }, 'cross');
}

const gaps = {
  one: fuse((x: Scalar, y: Scalar) => x.sub(y).abs()),
  two: fuse((x: Scalar, y: Scalar) => x.sub(y).square()),
  any: fuse((x: Scalar, y: Scalar, p: Scalar) => x.sub(y).abs().pow(p)),
  unequal: fuse((x: Scalar, y: Scalar) => x.constant(1).where(x.ne(y), 0)),
};

/**
 * p-norm distances between all rows: [..., n, k] and [..., m, k] to [..., n, m]. The differences are never stored. The gradient at distance 0 is 0.
 */
export function cdist(a: Tensor, b: Tensor, p = 2): Tensor {
  if (a.shape.length < 2 || b.shape.length < 2 || a.shape.at(-1) !== b.shape.at(-1)) fail('cdist', `${show(a.shape)} and ${show(b.shape)} are not rows of one length`, 'Give [..., n, k] and [..., m, k].');
  return scope(() => {
    const [x, y] = [a.unsqueeze(-2), b.unsqueeze(-3)];
    const last = Math.max(x.shape.length, y.shape.length) - 1;
    switch (p) {
      case 0: return gaps.unequal.reduce('sum', last, x, y);
      case 1: return gaps.one.reduce('sum', last, x, y);
      case 2: return root(gaps.two.reduce('sum', last, x, y), 2);
      case Infinity: return gaps.one.reduce('max', last, x, y);
      default: return root(gaps.any.reduce('sum', last, x, y, p), p);
    }
  }, 'cdist');
}

/** `a . b / (max(|a|, eps) max(|b|, eps))` along `axis` of the broadcast operands. */
export function cosineSimilarity(a: Tensor, b: Tensor, { axis = 1, eps = 1e-8 }: { readonly axis?: number; readonly eps?: number } = {}): Tensor {
  const shape = broadcastShapes('cosineSimilarity', a.shape, b.shape);
  const on = normalizeAxes('cosineSimilarity', axis, shape.length);
  return scope(() => {
    const [x, y] = [a.expand(shape), b.expand(shape)];
    return product.reduce('sum', on, x, y).div(norm(x, 2, on).clamp(eps).mul(norm(y, 2, on).clamp(eps)));
  }, 'cosineSimilarity');
}

/** `full`: wherever they overlap (default); `same`: as long as the longer one; `valid`: where they overlap wholly. */
export interface ConvolveOptions { readonly mode?: 'full' | 'same' | 'valid' }

/**
 * The discrete convolution of two vectors, as `numpy.convolve`: `out[i] = sum a[j] v[i - j]`.
 * @example
 * convolve(tensor([1, 2, 3]), tensor([0, 1, 0.5])); // [0, 1, 2.5, 4, 1.5]
 */
export function convolve(a: Tensor, v: Tensor, { mode = 'full' }: ConvolveOptions = {}): Tensor {
  if (a.shape.length !== 1 || v.shape.length !== 1 || a.numel === 0 || v.numel === 0) fail('convolve', `${show(a.shape)} and ${show(v.shape)} are not two vectors with elements`);
  return scope(() => {
    const [x, kernel] = a.numel >= v.numel ? [a, v] : [v, a];
    const size = kernel.numel;
    const padding = { full: [size - 1, size - 1], same: [size >> 1, (size - 1) >> 1], valid: [0, 0] }[mode];
    return product.reduce('sum', 1, x.pad(padding).unfold(0, size), kernel.flip(0).unsqueeze(0));
  }, 'convolve');
}
