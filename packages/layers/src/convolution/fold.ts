/** Windows as columns, and columns added up again. */
import { fail, scope, show, type Tensor } from '@nn/tensor';
import { run } from '@nn/tensor/trace';
import { Module } from '../module.ts';
import { columns, dilated, padded, perAxis, type Sizes } from './windows.ts';

/** How windows lie: `dilation` and `stride` 1, `padding` 0 unless told otherwise. */
export interface FoldOptions { readonly dilation?: Sizes; readonly padding?: Sizes; readonly stride?: Sizes }

interface Grid { readonly kernel: number[]; readonly dilation: number[]; readonly padding: number[]; readonly stride: number[]; readonly places: number[] }
function gridOf(operation: string, size: readonly number[], kernelSize: Sizes, { dilation = 1, padding = 0, stride = 1 }: FoldOptions): Grid {
  const own = {
    kernel: perAxis(operation, 'kernelSize', kernelSize, 2), dilation: perAxis(operation, 'dilation', dilation, 2),
    padding: perAxis(operation, 'padding', padding, 2, 0), stride: perAxis(operation, 'stride', stride, 2),
  };
  const places = size.map((length, i) => Math.floor((length + 2 * own.padding[i]! - own.dilation[i]! * (own.kernel[i]! - 1) - 1) / own.stride[i]!) + 1);
  if (places.some((count) => count < 1)) fail(operation, `windows of ${show(own.kernel)} on ${show(size)} with padding ${show(own.padding)}`, 'Use smaller windows, or pad.');
  return { ...own, places };
}

/** `body` of a batch, also where `x` has one axis less. */
function batched(operation: string, x: Tensor, rank: number, shape: string, body: (batch: Tensor) => Tensor): Tensor {
  if (x.ndim !== rank && x.ndim !== rank - 1) fail(operation, `the input is ${show(x.shape)}`, `Give [N, ${shape}] or [${shape}].`);
  return scope(() => (x.ndim === rank ? body(x) : body(x.unsqueeze(0)).squeeze(0)), operation);
}

/**
 * The windows of an image, each as a column.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Unfold.html
 *
 * @param x [N, C, H, W] or [C, H, W]
 * @returns [N, C * kernel height * kernel width, windows]
 * @throws where a window does not fit
 * @example
 * unfold(ones([1, 3, 4, 4]), 2, { stride: 2 }).shape; // [1, 12, 4]
 */
export function unfold(x: Tensor, kernelSize: Sizes, options: FoldOptions = {}): Tensor {
  return batched('unfold', x, 4, 'C, H, W', (batch) => {
    const { kernel, stride, dilation, padding } = gridOf('unfold', batch.shape.slice(2), kernelSize, options);
    return columns(padded(batch, padding, padding), kernel, stride, dilation).flatten(1, 3).flatten(2, 3);
  });
}

/**
 * The image that columns come from, what overlaps added up: the adjoint of {@link unfold}.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Fold.html
 *
 * @param x [N, C * kernel height * kernel width, windows] or without N
 * @param outputSize height and width of the image
 * @returns [N, C, ...outputSize]
 * @throws where the columns are not those of such an image
 * @example
 * fold(ones([1, 12, 4]), [4, 4], 2, { stride: 2 }).shape; // [1, 3, 4, 4]
 */
export function fold(x: Tensor, outputSize: Sizes, kernelSize: Sizes, options: FoldOptions = {}): Tensor {
  return batched('fold', x, 3, 'C * kernel, windows', (batch) => {
    const size = perAxis('fold', 'outputSize', outputSize, 2);
    const { kernel, stride, dilation, padding, places } = gridOf('fold', size, kernelSize, options);
    const [n, rows, count] = batch.shape as [number, number, number];
    const area = kernel[0]! * kernel[1]!;
    if (rows % area !== 0 || count !== places[0]! * places[1]!) {
      fail('fold', `the input is ${show(x.shape)}`, `An image of ${show(size)} has ${places[0]! * places[1]!} windows of ${show(kernel)}: give [N, a multiple of ${area}, ${places[0]! * places[1]!}].`);
    }
    // [N, C, ...places, ...kernel]; each axis of places then slides against its axis of the kernel, the other way round than windows do.
    const spread = dilated(batch.reshape(n, rows / area, ...kernel, ...places).permute(0, 1, 4, 5, 2, 3), stride);
    const slid = kernel.reduce((y, _, i) => {
      const last = i === 0 ? y.transpose(4, 5) : y;
      const moved = run('skew', [last], { axis: 2 + i, size: size[i]! + 2 * padding[i]!, shift: dilation[i]! })[0]!;
      return i === 0 ? moved.transpose(4, 5) : moved;
    }, spread);
    const inner = padding.reduce((y, own, i) => y.narrow(2 + i, own, size[i]!), slid);
    return inner.sum([4, 5]);
  });
}

abstract class Folding extends Module {
  readonly kernelSize: Sizes;
  readonly options: FoldOptions;
  constructor(kernelSize: Sizes, options: FoldOptions) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }
}

/**
 * {@link unfold} as a layer.
 *
 * @example
 * new Unfold(3, { padding: 1 }).forward(zeros([2, 3, 8, 8])).shape; // [2, 27, 64]
 */
export class Unfold extends Folding {
  static override readonly typeName = 'Unfold';
  constructor(kernelSize: Sizes, options: FoldOptions = {}) { super(kernelSize, options); }
  forward(x: Tensor): Tensor { return unfold(x, this.kernelSize, this.options); }
}

/**
 * {@link fold} as a layer.
 *
 * @example
 * new Fold([8, 8], 3, { padding: 1 }).forward(zeros([2, 27, 64])).shape; // [2, 3, 8, 8]
 */
export class Fold extends Folding {
  static override readonly typeName = 'Fold';
  readonly outputSize: Sizes;
  constructor(outputSize: Sizes, kernelSize: Sizes, options: FoldOptions = {}) {
    super(kernelSize, options);
    this.outputSize = outputSize;
  }
  forward(x: Tensor): Tensor { return fold(x, this.outputSize, this.kernelSize, this.options); }
}
