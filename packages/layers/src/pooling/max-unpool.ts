/** The partial reverse of max pools: values go back to their places, 0 elsewhere. */
import { customGradient } from '@nn/autograd';
import { fail, scope, show, type Tensor } from '@nn/tensor';
import { perAxis, type Sizes } from '../convolution/windows.ts';
import { Module } from '../module.ts';
import { type Placed, placed } from '../positional.ts';

/** As the pool was called; `outputSize`: the spatial sizes that it had before, where several are possible. */
export interface MaxUnpoolOptions { readonly stride?: Sizes | null; readonly padding?: Sizes; readonly outputSize?: readonly number[] }

/** `x` [..., count] at its places in [..., area]. Where two share a place the last one stays, but both get its gradient, as in PyTorch. */
function putBack(x: Tensor, indices: Tensor, area: number): Tensor {
  const axis = x.ndim - 1;
  return customGradient({
    name: 'maxUnpool',
    forward: (values, places) => values.newFull([...values.shape.slice(0, -1), area], 0).scatter(axis, places, values),
    backward: ([g], [, places]) => [g && g.gather(axis, places!)],
    saves: { outputs: false },
  })(x, indices);
}

function maxUnpool(operation: string, rank: number, x: Tensor, indices: Tensor, kernelSize: Sizes, { stride, padding = 0, outputSize }: MaxUnpoolOptions): Tensor {
  if (x.ndim !== rank + 1 && x.ndim !== rank + 2) fail(operation, `the input is ${show(x.shape)}`, `Give [N, C${', L'.repeat(rank)}] or [C${', L'.repeat(rank)}].`);
  if (show(x.shape) !== show(indices.shape)) fail(operation, `the input is ${show(x.shape)}, the indices ${show(indices.shape)}`, 'Give those of the same pool.');
  const kernel = perAxis(operation, 'kernelSize', kernelSize, rank);
  const steps = stride === undefined || stride === null ? kernel : perAxis(operation, 'stride', stride, rank);
  const pads = perAxis(operation, 'padding', padding, rank, 0);
  const lead = x.shape.slice(0, -rank);
  const usual = x.shape.slice(-rank).map((count, i) => (count - 1) * steps[i]! - 2 * pads[i]! + kernel[i]!);
  const size = outputSize?.slice(-rank) ?? usual;
  if (size.length !== rank || size.some((own, i) => Math.abs(own - usual[i]!) >= steps[i]!)) fail(operation, `outputSize is ${show(outputSize!)}`, `It must be less than the stride ${show(steps)} away from ${show(usual)}.`);
  return scope(() => {
    const area = size.reduce((a, b) => a * b, 1);
    return putBack(x.flatten(lead.length), indices.flatten(lead.length), area).reshape(...lead, ...size);
  }, operation);
}

/**
 * Puts what `maxPool1dWithIndices` chose back to where it was.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxUnpool1d.html
 *
 * @param x [N, C, L] or [C, L]
 * @param indices int32 of the same shape, places in the flattened result
 * @returns the input of the pool, with 0 where nothing was chosen
 *
 * @example
 * maxUnpool1d(tensor([[3, 5]]), tensor([[1, 3]], { dtype: 'int32' }), 2); // [[0, 3, 0, 5]]
 */
export const maxUnpool1d = (x: Tensor, indices: Tensor, kernelSize: Sizes, ...rest: Placed<MaxUnpoolOptions>): Tensor => maxUnpool('maxUnpool1d', 1, x, indices, kernelSize, placed(rest));
/**
 * {@link maxUnpool1d} of images. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxUnpool2d.html
 * @example
 * const { values, indices } = maxPool2dWithIndices(tensor([[[1, 2], [3, 4]]]), 2);
 * maxUnpool2d(values, indices, 2); // [[[0, 0], [0, 4]]]
 */
export const maxUnpool2d = (x: Tensor, indices: Tensor, kernelSize: Sizes, ...rest: Placed<MaxUnpoolOptions>): Tensor => maxUnpool('maxUnpool2d', 2, x, indices, kernelSize, placed(rest));
/**
 * {@link maxUnpool1d} of volumes. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxUnpool3d.html
 *
 * @example
 * maxUnpool3d(ones([1, 1, 1, 1]), zeros([1, 1, 1, 1], { dtype: 'int32' }), 2).shape; // [1, 2, 2, 2]
 */
export const maxUnpool3d = (x: Tensor, indices: Tensor, kernelSize: Sizes, ...rest: Placed<MaxUnpoolOptions>): Tensor => maxUnpool('maxUnpool3d', 3, x, indices, kernelSize, placed(rest));

abstract class MaxUnpool extends Module<[x: Tensor, indices: Tensor, outputSize?: readonly number[]]> {
  readonly kernelSize: Sizes;
  readonly options: Omit<MaxUnpoolOptions, 'outputSize'>;
  readonly #rank: number;
  constructor(rank: number, kernelSize: Sizes, options: Omit<MaxUnpoolOptions, 'outputSize'>) {
    super();
    this.#rank = rank;
    this.kernelSize = kernelSize;
    this.options = options;
  }
  forward(x: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    return maxUnpool(this.typeName, this.#rank, x, indices, this.kernelSize, { ...this.options, ...(outputSize && { outputSize }) });
  }
}

/**
 * {@link maxUnpool1d} as a layer; `forward` takes values, places and, if it wants to, the size of the result.
 *
 * @example
 * new MaxUnpool1d(2).forward(tensor([[3, 5]]), tensor([[1, 3]], { dtype: 'int32' })); // [[0, 3, 0, 5]]
 */
export class MaxUnpool1d extends MaxUnpool {
  static override readonly typeName = 'MaxUnpool1d';
  constructor(kernelSize: Sizes, ...rest: Placed<Omit<MaxUnpoolOptions, 'outputSize'>>) { super(1, kernelSize, placed(rest)); }
}
/**
 * {@link MaxUnpool1d} of images.
 *
 * @example
 * new MaxUnpool2d(2, 2).forward(ones([1, 2, 2]), zeros([1, 2, 2], { dtype: 'int32' })).shape; // [1, 4, 4]
 */
export class MaxUnpool2d extends MaxUnpool {
  static override readonly typeName = 'MaxUnpool2d';
  constructor(kernelSize: Sizes, ...rest: Placed<Omit<MaxUnpoolOptions, 'outputSize'>>) { super(2, kernelSize, placed(rest)); }
}
/**
 * {@link MaxUnpool1d} of volumes.
 *
 * @example
 * new MaxUnpool3d(2).forward(ones([1, 1, 1, 1]), zeros([1, 1, 1, 1], { dtype: 'int32' })).shape; // [1, 2, 2, 2]
 */
export class MaxUnpool3d extends MaxUnpool {
  static override readonly typeName = 'MaxUnpool3d';
  constructor(kernelSize: Sizes, ...rest: Placed<Omit<MaxUnpoolOptions, 'outputSize'>>) { super(3, kernelSize, placed(rest)); }
}
