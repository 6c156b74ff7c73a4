/** The largest of each window, with its place. The gradient goes to that place, the first of equals; it is gathered, so no engine has to scatter. */
import { customGradient } from '@nn/autograd';
import { fail, fuse, type Fused, quietly, type Scalar, scope, show, type Tensor } from '@nn/tensor';
import { dilated, padded, perAxis, type Sizes, windows } from '../convolution/windows.ts';
import { type Placed, placed } from '../positional.ts';
import { type Frame, frameOf, type PoolOptions } from './frame.ts';

/** What {@link maxPool1d} and its like take. */
export interface MaxPoolOptions extends PoolOptions {
  /** Distance between the elements of a window. Default 1. */
  readonly dilation?: Sizes;
}

/** Larger than any place, and exact in float32. */
const NOWHERE = 2 ** 24;

interface Kernels {
  /** Over [N, C, ...places, ...kernel]: the flat place of what is best, else nowhere. */
  readonly place: Fused<Scalar>;
  /** The same where windows reach beyond the input, whose padding is -infinity and as good as an element of -infinity. */
  readonly placeInside: Fused<Scalar>;
  /** Over [N, C, ...size, ...kernel]: the gradient where the window's best place is this one. Places are counted from 1, so that padding means none. */
  readonly routed: Fused<Scalar>;
  /** Over [N, C, place, kernel, place, kernel, ..]: the same for windows that lie side by side, where each element is in one. */
  readonly tiled: Fused<Scalar>;
}
const kernels = [1, 2, 3].map((rank): Kernels => {
  const axes = Array.from({ length: rank }, (_, i) => i);
  /** The place on each axis that an element of a window shows. */
  const placesOf = (x: Scalar, numbers: readonly Scalar[]) => axes.map((i) => {
    const [stride, gap, pad, width] = numbers.slice(4 * i, 4 * i + 4) as [Scalar, Scalar, Scalar, Scalar];
    return { at: x.index(2 + i).mul(stride).add(x.index(2 + rank + i).mul(gap)).sub(pad), width };
  });
  const placeOf = (x: Scalar, best: Scalar, places: ReturnType<typeof placesOf>, counts?: Scalar): Scalar => {
    const chosen = x.eq(best).logicalOr(x.isnan());
    return places.map(({ at, width }) => at.mul(width)).reduce((a, b) => a.add(b)).cast('int32').where(counts ? chosen.logicalAnd(counts) : chosen, NOWHERE);
  };
  return {
    place: fuse((x: Scalar, best: Scalar, ...numbers: Scalar[]) => placeOf(x, best, placesOf(x, numbers))),
    placeInside: fuse((x: Scalar, best: Scalar, ...numbers: Scalar[]) => {
      const [sizes, rest] = [numbers.slice(0, rank), numbers.slice(rank)];
      const places = placesOf(x, rest);
      return placeOf(x, best, places, places.map(({ at }, i) => at.ge(0).logicalAnd(at.lt(sizes[i]!))).reduce((a, b) => a.logicalAnd(b)));
    }),
    tiled: fuse((g: Scalar, place: Scalar, ...numbers: Scalar[]) => {
      const own = axes.map((i) => g.index(2 + 2 * i).mul(numbers[2 * i]!).add(g.index(3 + 2 * i)).mul(numbers[2 * i + 1]!)).reduce((a, b) => a.add(b));
      return g.where(place.eq(own), 0);
    }),
    routed: fuse((g: Scalar, place: Scalar, ...widths: Scalar[]) => {
      const own = axes.map((i) => g.index(2 + i).mul(widths[i]!)).reduce((a, b) => a.add(b)).add(1);
      return g.where(place.eq(own), 0);
    }),
  };
});

const ofKernel = (rank: number): number[] => Array.from({ length: rank }, (_, i) => 2 + rank + i);
const widthsOf = (size: readonly number[]): number[] => size.map((_, i) => size.slice(i + 1).reduce((a, b) => a * b, 1));

/** [N, C, ...size]: values [N, C, ...places], and places (int32) in the flattened size. */
function pool(x: Tensor, { kernel, stride, before, after, dilation }: Frame): [values: Tensor, places: Tensor] {
  const rank = kernel.length;
  const size = x.shape.slice(2);
  const { place, placeInside, routed, tiled } = kernels[rank - 1]!;
  const sideBySide = kernel.every((own, i) => stride[i] === own && dilation[i] === 1 && before[i] === 0);
  const numbers = widthsOf(size).flatMap((width, i) => [stride[i]!, dilation[i]!, before[i]!, width]);
  return customGradient({
    name: 'maxPool',
    forward: (y) => {
      const wins = windows(padded(y, before, after, -Infinity), kernel, stride, dilation);
      const best = wins.amax(ofKernel(rank), { keepDim: true });
      const places = [...before, ...after].some((own) => own > 0)
        ? placeInside.reduce('min', ofKernel(rank), wins, best, ...size, ...numbers)
        : place.reduce('min', ofKernel(rank), wins, best, ...numbers);
      return [best.reshape(...places.shape), places];
    },
    backward: ([g], _, [, places]) => {
      if (!g) return [undefined];
      if (sideBySide) {
        const wide = (y: Tensor): Tensor => kernel.reduce((z, own, i) => z.unsqueeze(3 + 2 * i).expand([...z.shape.slice(0, 3 + 2 * i), own, ...z.shape.slice(3 + 2 * i)]), y);
        const tiles = tiled(wide(g), wide(places!), ...kernel.flatMap((own, i) => [own, widthsOf(size)[i]!]));
        const whole = g.shape.slice(2).map((count, i) => count * kernel[i]!);
        return [padded(tiles.reshape(...g.shape.slice(0, 2), ...whole), kernel.map(() => 0), size.map((own, i) => own - whole[i]!))];
      }
      const reach = kernel.map((own, i) => dilation[i]! * (own - 1));
      const left = reach.map((own, i) => own - before[i]!);
      const spread = (y: Tensor): Tensor => {
        const wide = dilated(y, stride);
        return windows(padded(wide, left, size.map((own, i) => own + reach[i]! - left[i]! - wide.shape[2 + i]!)), kernel, kernel.map(() => 1), dilation);
      };
      return [routed.reduce('sum', ofKernel(rank), spread(g), quietly(() => spread(places!.add(1))), ...widthsOf(size))];
    },
    saves: { inputs: false },
  })(x) as [Tensor, Tensor];
}

/** The pool of `rank` spatial axes, batched or not. */
export function maxPool(operation: string, rank: number, x: Tensor, kernelSize: Sizes, options: MaxPoolOptions): [values: Tensor, places: Tensor] {
  const dilation = perAxis(operation, 'dilation', options.dilation ?? 1, rank);
  return scope(() => {
    const batch = x.ndim === rank + 1 ? x.unsqueeze(0) : x;
    if (batch.ndim !== rank + 2) fail(operation, `the input is ${show(x.shape)}`, `Give [N, C${', L'.repeat(rank)}] or [C${', L'.repeat(rank)}].`);
    const frame = frameOf(operation, batch.shape.slice(2), kernelSize, options, dilation);
    const [values, places] = pool(batch, frame);
    return batch === x ? [values, places] : [values.squeeze(0), places.squeeze(0)];
  }, operation);
}

/** Values, and their places (int32) in the flattened spatial axes of the input. */
export interface Pooled { readonly values: Tensor; readonly indices: Tensor }
export const pooled = ([values, indices]: [Tensor, Tensor]): Pooled => ({ values, indices });

/**
 * The largest of each window of one axis.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.max_pool1d.html
 *
 * @param x [N, C, L] or [C, L]
 * @param kernelSize elements of a window
 * @returns [N, C, floor((L + 2 padding - dilation (kernelSize - 1) - 1) / stride) + 1]
 * @throws where a window does not fit, or the padding is more than half a window
 *
 * @example
 * maxPool1d(tensor([[1, 3, 2, 5]]), 2); // [[3, 5]]
 */
export const maxPool1d = (x: Tensor, kernelSize: Sizes, ...rest: Placed<MaxPoolOptions>): Tensor => maxPool('maxPool1d', 1, x, kernelSize, placed(rest))[0];
/**
 * {@link maxPool1d} of images, [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 * @example
 * maxPool2d(ones([1, 1, 4, 4]), 2).shape; // [1, 1, 2, 2]
 */
export const maxPool2d = (x: Tensor, kernelSize: Sizes, ...rest: Placed<MaxPoolOptions>): Tensor => maxPool('maxPool2d', 2, x, kernelSize, placed(rest))[0];
/**
 * {@link maxPool1d} of volumes, [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.max_pool3d.html
 *
 * @example
 * maxPool3d(ones([1, 2, 4, 4, 4]), 2).shape; // [1, 2, 2, 2, 2]
 */
export const maxPool3d = (x: Tensor, kernelSize: Sizes, ...rest: Placed<MaxPoolOptions>): Tensor => maxPool('maxPool3d', 3, x, kernelSize, placed(rest))[0];
/**
 * {@link maxPool1d} with the places of the values: `return_indices` in PyTorch.
 *
 * @example
 * maxPool1dWithIndices(tensor([[1, 3, 2, 5]]), 2).indices; // [[1, 3]]
 */
export const maxPool1dWithIndices = (x: Tensor, kernelSize: Sizes, ...rest: Placed<MaxPoolOptions>): Pooled => pooled(maxPool('maxPool1d', 1, x, kernelSize, placed(rest)));
/**
 * {@link maxPool2d} with the places of the values.
 *
 * @example
 * maxPool2dWithIndices(tensor([[[1, 2], [4, 3]]]), 2).indices; // [[[2]]]
 */
export const maxPool2dWithIndices = (x: Tensor, kernelSize: Sizes, ...rest: Placed<MaxPoolOptions>): Pooled => pooled(maxPool('maxPool2d', 2, x, kernelSize, placed(rest)));
/**
 * {@link maxPool3d} with the places of the values.
 *
 * @example
 * maxPool3dWithIndices(tensor([[[[1, 2], [4, 3]]]]), [1, 2, 2]).indices; // [[[[2]]]]
 */
export const maxPool3dWithIndices = (x: Tensor, kernelSize: Sizes, ...rest: Placed<MaxPoolOptions>): Pooled => pooled(maxPool('maxPool3d', 3, x, kernelSize, placed(rest)));
