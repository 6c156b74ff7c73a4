/** What losses share: their reduction, and their shapes. */
import { type Argument, broadcastShapes, fail, type Fused, isFloat, type Scalar, scope, show, sizeOf, type Tensor } from '@nn/tensor';
import { Module } from '../module.ts';
import { checkReduction, type Reduction } from '../reduction.ts';

/** `reduction`: `mean` (the default), `sum`, or `none` for a loss per element (or row). */
export interface LossOptions { readonly reduction?: Reduction }

/** A loss with its options set once. */
export abstract class Loss<In extends unknown[] = [input: Tensor, target: Tensor]> extends Module<In> {
  readonly reduction: Reduction;

  constructor({ reduction = 'mean' }: LossOptions = {}) {
    super();
    checkReduction(this.typeName, reduction);
    this.reduction = reduction;
  }
}

/** The loss of each element, summed or averaged within the kernel that computes it. */
export function reduced(operation: string, reduction: Reduction, loss: Fused<Scalar>, ...args: Argument[]): Tensor {
  checkReduction(operation, reduction);
  if (reduction === 'none') return loss(...args);
  return scope(() => {
    const sum = loss.reduce('sum', undefined, ...args);
    return reduction === 'sum' ? sum : sum.div(sizeOf(broadcastShapes(operation, ...args.flatMap((arg) => (typeof arg === 'number' ? [] : [arg.shape])))));
  }, operation);
}

/** The losses of all rows, summed or averaged as asked. */
export const reducedRows = (rows: Tensor, reduction: Reduction): Tensor =>
  reduction === 'none' ? rows : reduction === 'sum' ? rows.sum() : rows.mean();

export function requireFloat(operation: string, input: Tensor, what = 'the input'): void {
  if (!isFloat(input.dtype)) fail(operation, `${what} is ${input.dtype}`, 'Cast it to float32.');
}

export function requireSameShape(operation: string, input: Tensor, target: Tensor): void {
  if (show(input.shape) !== show(target.shape)) fail(operation, `the input is ${show(input.shape)}, the target ${show(target.shape)}`, 'Give equal shapes: reshape or expand one of them.');
}
