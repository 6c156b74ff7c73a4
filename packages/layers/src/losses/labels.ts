/** Class labels as targets: what fits, and what is said where it does not. */
import { checkIndices, fail, show, type Tensor } from '@nn/tensor';

/**
 * Checks labels of rows and their range.
 * @param input [N, C], [N, C, d1, ...] or [C]
 * @returns the axis of the classes
 */
export function checkLabels(operation: string, input: Tensor, target: Tensor, weight: Tensor | null, ignored?: number): number {
  const { shape } = input;
  if (shape.length === 0) fail(operation, 'the input is a scalar', 'Give [N, C], [N, C, d1, ...] or [C].');
  const axis = shape.length === 1 ? 0 : 1;
  const classes = shape[axis]!;
  const rows = shape.filter((_, i) => i !== axis);
  if (show(target.shape) !== show(rows)) fail(operation, `the target is ${target.dtype} ${show(target.shape)}, the input ${show(shape)}`, `Give labels as int32 ${show(rows)}.`);
  if (target.dtype !== 'int32') fail(operation, `the labels are ${target.dtype}`, "Make them int32: tensor(labels, { dtype: 'int32' }), or labels.int().");
  if (weight && show(weight.shape) !== show([classes])) fail(operation, `the weight is ${show(weight.shape)}, the input ${show(shape)} has ${classes} classes`, `Give one of [${classes}].`);
  checkIndices(operation, target, classes, 'a label', ignored);
  return axis;
}

/** A weight per class, laid along the axis of the classes. */
export const along = (weight: Tensor, input: Tensor, axis: number): Tensor => weight.reshape(...input.shape.map((size, i) => (i === axis ? size : 1)));
