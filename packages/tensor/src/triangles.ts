/** Parts of matrices by their distance from the diagonal; batches are leading axes. */
import { fail, show } from './errors.ts';
import type { Scalar } from './expr/scalar.ts';
import { fuseByAxis } from './fuse.ts';
import { scope } from './scope.ts';
import type { Tensor } from './tensor.ts';

const lower = fuseByAxis((axis) => (x: Scalar, offset: Scalar) => x.where(x.index(axis).sub(x.index(axis - 1)).le(offset), 0));
const upper = fuseByAxis((axis) => (x: Scalar, offset: Scalar) => x.where(x.index(axis).sub(x.index(axis - 1)).ge(offset), 0));

/** What lies on and below (`tril`) or above (`triu`) the diagonal `offset` places to the right of the main one; 0 elsewhere. */
export function triangle(name: 'tril' | 'triu', x: Tensor, offset: number): Tensor {
  if (x.shape.length < 2) fail(name, `${show(x.shape)} is not a matrix`);
  return (name === 'tril' ? lower : upper)(x.shape.length - 1)(x, offset);
}

/** The diagonal `offset` places to the right of the main one, of the last two axes. */
function diagonalOf(x: Tensor, offset: number): Tensor {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  if (offset > columns || offset < -rows) fail('diag', `${show(x.shape)} has no diagonal ${offset}`);
  return x.narrow(-1, Math.max(0, offset), columns - Math.max(0, offset)).narrow(-2, Math.max(0, -offset), rows - Math.max(0, -offset)).diagonal(0, -2, -1);
}

/** The last axis as the diagonal of matrices, [..., n] to [..., n + |offset|, n + |offset|]. */
export function diagEmbed(x: Tensor, offset = 0): Tensor {
  if (x.shape.length === 0) fail('diagEmbed', 'a scalar has no axis to spread');
  const rank = x.shape.length;
  return scope(() => {
    const square = x.unsqueeze(-1).expand([...x.shape, x.shape.at(-1)!]);
    const [right, down] = [Math.max(0, offset), Math.max(0, -offset)];
    return onDiagonal(rank)(square).pad([right, down, down, right]);
  }, 'diagEmbed');
}
const onDiagonal = fuseByAxis((axis) => (x: Scalar) => x.where(x.index(axis).eq(x.index(axis - 1)), 0));

/** The diagonal of a matrix, or the matrix with this diagonal. */
export function diag(x: Tensor, offset: number): Tensor {
  if (x.shape.length !== 1 && x.shape.length !== 2) fail('diag', `${show(x.shape)} is neither a vector nor a matrix`, 'Use diagonal() or diagEmbed() for batches.');
  return scope(() => (x.shape.length === 1 ? diagEmbed(x, offset) : diagonalOf(x, offset)), 'diag');
}

/** The sum of the diagonal of a matrix. */
export function trace(x: Tensor): Tensor {
  if (x.shape.length !== 2) fail('trace', `${show(x.shape)} is not a matrix`);
  return scope(() => x.diagonal().sum(), 'trace');
}
