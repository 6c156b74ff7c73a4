import { customGradient } from '@nn/autograd';
import { stack, type Tensor } from '@nn/tensor';

/**
 * The slices along an axis, as `unbind`, with one joint gradient: they are put together again. A gradient for each slice by itself, padded to the whole,
 * would cost the square of their number.
 */
export const slicesOf = (x: Tensor, axis: number): Tensor[] => {
  if (!x.requiresGrad) return x.unbind(axis);
  const split = customGradient({
    name: 'slices',
    forward: (whole) => whole.unbind(axis),
    backward: (gradients) => {
      const some = gradients.find((gradient) => gradient !== undefined);
      return [some && stack(gradients.map((gradient) => gradient ?? some.newFull(some.shape, 0)), axis)];
    },
    saves: { inputs: false, outputs: false },
  });
  return split(x) as Tensor[];
};
