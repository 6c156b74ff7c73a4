/** Penalties on parameters, to be added to a loss. */
import { fail, fuse, type Fused, type Scalar, scope, type Tensor } from '@nn/tensor';

const magnitude = fuse((p: Scalar) => p.abs());
const square = fuse((p: Scalar) => p.square());

function penalty(operation: string, of: Fused<Scalar>, parameters: Iterable<Tensor>, strength: number): Tensor {
  return scope(() => {
    const sums = [...parameters].map((parameter) => of.reduce('sum', undefined, parameter));
    if (sums.length === 0) fail(operation, 'there are no parameters', 'Pass model.parameters().');
    return sums.reduce((a, b) => a.add(b)).mul(strength);
  }, operation);
}

/**
 * `strength * sum |p|` over all elements of all parameters; it draws them to exactly 0.
 *
 * @param parameters e.g. `model.parameters()`
 * @param strength default 1e-5
 * @throws where there are no parameters
 * @example
 * const model = new Linear(2, 3);
 * const loss = mseLoss(model.forward(ones([5, 2])), zeros([5, 3])).add(l1Penalty(model.parameters(), 1e-5));
 * l1Penalty([tensor([1, -2])], 0.5); // 1.5
 */
export const l1Penalty = (parameters: Iterable<Tensor>, strength = 1e-5): Tensor => penalty('l1Penalty', magnitude, parameters, strength);

/**
 * `strength * sum p^2` over all elements of all parameters. Its gradient is `2 strength p`, so an optimizer's `weightDecay`, which adds
 * `weightDecay p`, is as strong at `2 strength`.
 *
 * @param parameters e.g. `model.parameters()`
 * @param strength default 1e-4
 * @throws where there are no parameters
 * @example
 * const model = new Linear(2, 3);
 * const loss = mseLoss(model.forward(ones([5, 2])), zeros([5, 3])).add(l2Penalty(model.parameters(), 1e-4));
 * l2Penalty([tensor([1, -2])], 0.5); // 2.5
 */
export const l2Penalty = (parameters: Iterable<Tensor>, strength = 1e-4): Tensor => penalty('l2Penalty', square, parameters, strength);
