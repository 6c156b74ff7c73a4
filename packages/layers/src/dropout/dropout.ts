/** Dropout of elements and of channels. */
import { defaultGenerator, fail, fuse, type Scalar, scope, type Shape, show, type Tensor } from '@nn/tensor';
import { checkProbability, Dropping, type DropoutOptions, masked } from './mask.ts';

/** Keeps the elements whose draw is not below p, times a factor. */
const kept = fuse((x: Scalar, draw: Scalar, p: Scalar, scale: Scalar) => x.mul(scale).where(draw.ge(p), 0));

/** How dropout keeps the expected value: `inverted` enlarges in training what is kept, `classic` shrinks everything by 1 - p in evaluation, as the first papers did. */
export interface DropoutMode { readonly mode?: 'inverted' | 'classic' }

function checkMode(operation: string, mode: string): void {
  if (!['inverted', 'classic'].includes(mode)) fail(operation, `there is no mode '${mode}'`, "Use 'inverted' or 'classic'.");
}

/** Zeros where `shape` is drawn below `p`. */
function drop(name: string, x: Tensor, shape: Shape, p: number, { training = true, generator = defaultGenerator, mode = 'inverted' }: DropoutOptions & DropoutMode): Tensor {
  checkProbability(name, p);
  checkMode(name, mode);
  if (p === 0) return x;
  if (!training) return mode === 'classic' ? x.mul(1 - p) : x;
  const scale = mode === 'classic' ? 1 : p < 1 ? 1 / (1 - p) : 0;
  const apply = (y: Tensor, draws: Tensor): Tensor => kept(y, draws, p, scale);
  return masked(name, x, shape, generator, apply, apply);
}

/**
 * Makes each element 0 with probability `p` and multiplies the others by 1 / (1 - p), in training; else gives `x` as it is.
 * With `mode: 'classic'` nothing is enlarged in training, and everything is multiplied by 1 - p otherwise.
 * The mask is not kept: the backward pass draws it again from the same place of the stream.
 *
 * Source: Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting; https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 *
 * @param x any shape
 * @param p 0 to 1. Default 0.5.
 * @throws where `p` is not a probability
 * @example
 * dropout(ones([4]), 0.5); // for example [2, 0, 0, 2]
 */
export const dropout = (x: Tensor, p = 0.5, options: DropoutOptions & DropoutMode = {}): Tensor => drop('dropout', x, x.shape, p, options);

/** Whole channels: the axes after `lead` share their draws. */
function dropChannels(name: string, x: Tensor, ranks: readonly number[], unbatched: number, p: number, options: DropoutOptions): Tensor {
  if (!ranks.includes(x.ndim)) fail(name, `the input is ${show(x.shape)}`, `Give ${ranks.join(' or ')} axes.`);
  const lead = x.ndim === unbatched ? 1 : 2;
  return scope(() => drop(name, x, x.shape.map((size, axis) => (axis < lead ? size : 1)), p, options), name);
}

/**
 * {@link dropout} of whole channels, which keeps neighbours in a channel together.
 *
 * Source: Tompson et al. 2014, Efficient object localization using convolutional networks; https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout1d.html
 *
 * @param x [N, C, L] or [C, L]
 * @throws for other shapes
 *
 * @example
 * dropout1d(ones([2, 3, 4]), 0.2).shape; // [2, 3, 4]
 */
export const dropout1d = (x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor => dropChannels('dropout1d', x, [2, 3], 2, p, options);
/**
 * {@link dropout1d} of [N, C, H, W] or, as in PyTorch, [N, C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html
 *
 * @example
 * dropout2d(ones([2, 3, 4, 4]), 0.2).shape; // [2, 3, 4, 4]
 */
export const dropout2d = (x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor => dropChannels('dropout2d', x, [3, 4], 0, p, options);
/**
 * {@link dropout1d} of [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout3d.html
 *
 * @example
 * dropout3d(ones([2, 3, 2, 4, 4]), 0.2).shape; // [2, 3, 2, 4, 4]
 */
export const dropout3d = (x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor => dropChannels('dropout3d', x, [4, 5], 4, p, options);

/**
 * {@link dropout} as a layer: at work in training; after `eval()` it does nothing, or (`mode: 'classic'`) multiplies by 1 - p.
 *
 * @param p the probability of an element to become 0. Default 0.5.
 * @throws where `p` is not a probability
 * @example
 * const model = new Sequential(new Linear(784, 512), new ReLU(), new Dropout(0.2), new Linear(512, 10));
 */
export class Dropout extends Dropping {
  static override readonly typeName = 'Dropout';
  readonly mode: 'inverted' | 'classic';
  constructor(p = 0.5, { generator, mode = 'inverted' }: Pick<DropoutOptions, 'generator'> & DropoutMode = {}) {
    super(p, generator);
    checkMode('Dropout', mode);
    this.mode = mode;
  }
  forward(x: Tensor): Tensor { return dropout(x, this.p, { ...this.now, mode: this.mode }); }
}

/**
 * {@link dropout1d} as a layer.
 *
 * @example
 * new Dropout1d(0.2).forward(ones([2, 3, 4])).shape; // [2, 3, 4]
 */
export class Dropout1d extends Dropping {
  static override readonly typeName = 'Dropout1d';
  constructor(p = 0.5, { generator }: Pick<DropoutOptions, 'generator'> = {}) { super(p, generator); }
  forward(x: Tensor): Tensor { return dropout1d(x, this.p, this.now); }
}

/**
 * {@link dropout2d} as a layer.
 *
 * @example
 * new Dropout2d(0.2).forward(ones([2, 3, 4, 4])).shape; // [2, 3, 4, 4]
 */
export class Dropout2d extends Dropping {
  static override readonly typeName = 'Dropout2d';
  constructor(p = 0.5, { generator }: Pick<DropoutOptions, 'generator'> = {}) { super(p, generator); }
  forward(x: Tensor): Tensor { return dropout2d(x, this.p, this.now); }
}

/**
 * {@link dropout3d} as a layer.
 *
 * @example
 * new Dropout3d(0.2).forward(ones([2, 3, 2, 4, 4])).shape; // [2, 3, 2, 4, 4]
 */
export class Dropout3d extends Dropping {
  static override readonly typeName = 'Dropout3d';
  constructor(p = 0.5, { generator }: Pick<DropoutOptions, 'generator'> = {}) { super(p, generator); }
  forward(x: Tensor): Tensor { return dropout3d(x, this.p, this.now); }
}
