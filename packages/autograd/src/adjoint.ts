/** What the rules of products and views are made of. */
import { fuse, type ProductAxes, type Scalar, type Tensor } from '@nn/tensor';
import { type Layout, run } from '@nn/tensor/trace';

const product = (a: Tensor, b: Tensor, turnA: boolean, turnB: boolean): Tensor => run('matmul', [a, b], { turned: [turnA, turnB] })[0]!;

/** The product of a and b, each turned where that is said, laid out as its operand was: the gradient of a transposed weight comes out gapless for the weight itself. */
function oriented({ strides }: Layout, a: Tensor, b: Tensor, turnA: boolean, turnB: boolean): Tensor {
  const transposed = strides.at(-2) === 1 && strides.at(-1) !== 1;
  return transposed ? product(b, a, !turnB, !turnA).transpose(-1, -2) : product(a, b, turnA, turnB);
}
/** The gradient of the left factor of a product, which may have been turned, from that of the product. d(A B) = dA B + A dB */
export const leftFactor = (layout: Layout, g: Tensor, b: Tensor, [turnA, turnB]: readonly [boolean, boolean]): Tensor =>
  (turnA ? oriented(layout, b, g, turnB, true) : oriented(layout, g, b, false, !turnB));
/** And of the right factor. */
export const rightFactor = (layout: Layout, a: Tensor, g: Tensor, [turnA, turnB]: readonly [boolean, boolean]): Tensor =>
  (turnB ? oriented(layout, g, a, true, turnA) : oriented(layout, a, g, !turnA, false));

/** `x` with its last axes, two groups of them, the other way round. */
function turned(x: Tensor, first: number, second: number): Tensor {
  const start = x.ndim - first - second;
  const order = [...x.shape.keys()];
  return x.permute(...order.slice(0, start), ...order.slice(start + first), ...order.slice(start, start + first));
}
/** The gradient of the left operand of a product over groups of axes, from that of the product. */
export const leftOf = (g: Tensor, b: Tensor, { rows, inner, columns }: ProductAxes): Tensor => run('matmul', [g, turned(b, inner, columns)], { axes: { rows, inner: columns, columns: inner } })[0]!;
/** And of the right operand. */
export const rightOf = (a: Tensor, g: Tensor, { rows, inner, columns }: ProductAxes): Tensor => run('matmul', [turned(a, rows, inner), g], { axes: { rows: inner, inner: rows, columns } })[0]!;

/** Zeros around `axis`; negative ones crop. */
export function padded(x: Tensor, axis: number, before: number, after: number): Tensor {
  return before === 0 && after === 0 ? x : run('pad', [x], { axis, before, after })[0]!;
}

/** Each element followed by `stride` - 1 zeros. */
export function dilated(x: Tensor, axis: number, stride: number): Tensor {
  if (stride === 1) return x;
  return padded(x.unsqueeze(axis + 1), axis + 1, 0, stride - 1).reshape(...x.shape.map((size, i) => (i === axis ? size * stride : size)));
}

const diagonals = new Map<string, (x: Tensor) => Tensor>();
/** `x` on the diagonal of two axes, 0 beside it. */
export function onDiagonal(a: number, b: number): (x: Tensor) => Tensor {
  const key = `${a} ${b}`;
  let f = diagonals.get(key);
  if (!f) diagonals.set(key, (f = fuse((x: Scalar) => x.where(x.index(a).eq(x.index(b)), 0))));
  return f;
}
