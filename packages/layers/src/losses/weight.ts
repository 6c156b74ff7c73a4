/** Weights of losses: fixed factors that belong to the module's state. */
import { type ArrayOf, broadcastShapes, fail, show, Tensor, tensor } from '@nn/tensor';
import { Buffer } from '../parameter.ts';

/** A weight as constructors of losses take it. */
export type WeightValues = Tensor | ArrayOf | null;

export const weightBuffer = (weight: WeightValues | undefined): Buffer | null =>
  weight === null || weight === undefined ? null : new Buffer(weight instanceof Tensor ? weight : tensor(weight));

/** A factor for each element of `input`: it may repeat, the input may not. */
export function checkFactor(operation: string, input: Tensor, weight: Tensor | null, name = 'weight'): void {
  if (weight && show(broadcastShapes(operation, input.shape, weight.shape)) !== show(input.shape)) {
    fail(operation, `the ${name} is ${show(weight.shape)}, the input ${show(input.shape)}`, 'Give one that repeats to the shape of the input.');
  }
}
