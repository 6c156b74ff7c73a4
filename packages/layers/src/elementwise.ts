/** Functions of one element, for tensors (one kernel) and for scalars (a part of a larger kernel). */
import { type Elementwise, fail, fuse, isFloat, type Operand, type Scalar, Tensor } from '@nn/tensor';

/** What such a function is written as: `x`, and numbers that may change from call to call. */
type Body = <T extends Elementwise<T>>(x: T, ...numbers: Operand<T>[]) => T;

/**
 * Makes `body` one kernel where it is called with a tensor; its numbers are passed at run time.
 *
 * @param name for messages
 * @param integers whether it is defined for integers, as in PyTorch
 */
export function elementwise(name: string, body: Body, { integers = false }: { readonly integers?: boolean } = {}): <T extends Elementwise<T>>(x: T, ...numbers: number[]) => T {
  const kernel = fuse(body as (...values: Scalar[]) => Scalar);
  return <T extends Elementwise<T>>(x: T, ...numbers: number[]): T => {
    if (x.dtype === 'bool' || (!integers && !isFloat(x.dtype))) fail(name, `it is not defined for ${x.dtype}`, 'Cast it first: x.float().');
    return x instanceof Tensor ? kernel(x, ...numbers) as unknown as T : body(x, ...numbers);
  };
}
