/** Products over groups of axes: what convolutions and `einsum` are. */
import type { ProductAxes } from './backend/interface.ts';
import { isFloat, promote } from './dtype.ts';
import { fail, show } from './errors.ts';
import { epilogueFor, type LinearEnd, matmul } from './linear.ts';
import { run } from './primitives.ts';
import { sameShape, sizeOf } from './shape.ts';
import { scope } from './scope.ts';
import type { Tensor } from './tensor.ts';

/**
 * `[...batch, ...rows, ...inner] x [...batch, ...inner, ...columns]`, summed over all `inner` axes: a matrix product whose rows, columns and summands run along
 * several axes each. Operands are read as they lie, also windows of a padded tensor: a convolution needs no copy of its windows where the device can do that.
 *
 * @param axes how many axes are rows, summed over, and columns; the others are batch axes
 * @param end a bias (broadcast to the result) and an activation, in the same kernel
 * @returns [...batch, ...rows, ...columns]
 * @throws where shapes do not fit
 * @example
 * // Windows [2, 26, 26, 3, 3] of images [2, 28, 28], times 8 filters
 * const windows = images.unfold(1, 3).unfold(2, 3);
 * contract(windows, filters, { rows: 3, inner: 2, columns: 1 }).shape; // [2, 26, 26, 8]
 */
export function contract(a: Tensor, b: Tensor, axes: ProductAxes, end: LinearEnd = {}): Tensor {
  const { rows, inner, columns } = axes;
  const batch = a.shape.length - rows - inner;
  const fits = batch >= 0 && b.shape.length === batch + inner + columns && sameShape(a.shape.slice(0, batch), b.shape.slice(0, batch)) && sameShape(a.shape.slice(batch + rows), b.shape.slice(batch, batch + inner));
  if (!fits) {
    fail('contract', `${show(a.shape)} x ${show(b.shape)} with ${rows} axes of rows, ${inner} summed over, ${columns} of columns`, 'Give [...batch, ...rows, ...inner] and [...batch, ...inner, ...columns].');
  }
  const dtype = promote(a.dtype, b.dtype);
  return scope(() => {
    if (!isFloat(dtype)) return ofWholeNumbers(a, b, axes, end);
    const epilogue = epilogueFor(dtype, end);
    const operands = [a.cast(dtype), b.cast(dtype), ...(end.bias ? [end.bias] : [])];
    return run('matmul', operands, { axes, ...(epilogue && { epilogue: { function: epilogue, uniforms: [] } }) })[0]!;
  }, 'contract');
}

function ofWholeNumbers(a: Tensor, b: Tensor, { rows, inner, columns }: ProductAxes, end: LinearEnd): Tensor {
  const [batch, own] = [a.shape.slice(0, a.ndim - rows - inner), a.shape.slice(a.ndim - rows - inner, a.ndim - inner)];
  const [summed, others] = [a.shape.slice(a.ndim - inner), b.shape.slice(b.ndim - columns)];
  const product = matmul(a.reshape(...batch, sizeOf(own), sizeOf(summed)), b.reshape(...batch, sizeOf(summed), sizeOf(others)));
  const shaped = product.reshape(...batch, ...own, ...others);
  const sum = end.bias ? shaped.add(end.bias) : shaped;
  return end.activation ? sum[end.activation]() : sum;
}
