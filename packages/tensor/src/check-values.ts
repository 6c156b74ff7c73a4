/** Requirements on values, checked by a kernel. */
import type { DType } from './dtype.ts';
import { type ScalarFunction, trace } from './expr/function.ts';
import type { Scalar } from './expr/scalar.ts';
import { handle } from './handle.ts';
import { scope } from './scope.ts';
import type { Tensor } from './tensor.ts';

type Condition = (x: Scalar) => Scalar;
const traced = new WeakMap<Condition, Map<DType, ScalarFunction>>();

/**
 * Throws a RangeError with `text` if `bad` holds for any element: at once on a device that can be read at once, else at the next awaited read.
 *
 * @param bad from an element to a bool; one function object per check, since its kernel is kept with it
 * @example
 * const negative = (x: Scalar) => x.lt(0);
 * checkValues(negative, variance, message('gaussianNllLoss', 'a variance is negative'));
 */
export function checkValues(bad: (x: Scalar) => Scalar, x: Tensor, text: string): void {
  let kernels = traced.get(bad);
  if (!kernels) traced.set(bad, (kernels = new Map()));
  let f = kernels.get(x.dtype);
  if (!f) kernels.set(x.dtype, (f = trace([x.dtype], [], ([element]) => [bad(element!).cast('int32')])));
  const kernel = f;
  scope(() => { x.device.guard(kernel, [x[handle].view('checkValues')], [], x.shape, text); }, 'checkValues');
}
