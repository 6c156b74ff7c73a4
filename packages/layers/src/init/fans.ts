/** Initial values by how many inputs feed an output: Glorot's and He's. */
import { fail, show, type Tensor } from '@nn/tensor';
import { type InitOptions, normal, uniform } from './drawn.ts';

/** `gain`: a factor on the standard deviation, see {@link calculateGain}. Default 1. */
export interface XavierOptions extends InitOptions { readonly gain?: number }
/** What {@link kaimingUniform} and {@link kaimingNormal} take. */
export interface KaimingOptions extends InitOptions {
  /** Slope of the leaky ReLU for negative inputs. Default 0. */
  readonly a?: number;
  /** Keep the variance of the forward (`fanIn`, the default) or of the backward pass (`fanOut`); PyTorch's spelling, `fan_in`, does as well. */
  readonly mode?: 'fanIn' | 'fanOut' | 'fan_in' | 'fan_out';
  /** What follows the layer. Default `leakyRelu`. */
  readonly nonlinearity?: Nonlinearity;
}
/** What {@link calculateGain} knows, also as PyTorch spells it. */
export type Nonlinearity = 'linear' | 'conv1d' | 'conv2d' | 'conv3d' | 'convTranspose1d' | 'convTranspose2d' | 'convTranspose3d' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu'
  | 'leaky_relu' | 'conv_transpose1d' | 'conv_transpose2d' | 'conv_transpose3d';

const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * Uniform on +-gain * sqrt(6 / (fanIn + fanOut)).
 *
 * Source: Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks, eq. 16.
 *
 * @param x two axes or more
 * @example
 * init.xavierUniform(new Linear(2, 3).weight, { gain: init.calculateGain('tanh') }).shape; // [3, 2]
 */
export function xavierUniform<T extends Tensor>(x: T, { gain = 1, ...options }: XavierOptions = {}): T {
  const bound = gain * Math.sqrt(6 / total(x));
  return uniform(x, -bound, bound, options);
}

/**
 * Normal with standard deviation gain * sqrt(2 / (fanIn + fanOut)) (Glorot & Bengio 2010).
 *
 * @example
 * init.xavierNormal(new Linear(2, 3).weight).shape; // [3, 2]
 */
export function xavierNormal<T extends Tensor>(x: T, { gain = 1, ...options }: XavierOptions = {}): T {
  return normal(x, 0, gain * Math.sqrt(2 / total(x)), options);
}

/**
 * Uniform on +-gain * sqrt(3 / fan).
 *
 * Source: He et al. 2015, Delving deep into rectifiers, section 2.2.
 *
 * @param x two axes or more
 * @example
 * init.kaimingUniform(new Linear(2, 3).weight, { nonlinearity: 'relu' }).shape; // [3, 2]
 */
export function kaimingUniform<T extends Tensor>(x: T, { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu', ...options }: KaimingOptions = {}): T {
  const bound = Math.sqrt(3) * deviation(x, a, mode, nonlinearity);
  return uniform(x, -bound, bound, options);
}

/**
 * Normal with standard deviation gain / sqrt(fan) (He et al. 2015).
 *
 * @example
 * init.kaimingNormal(new Linear(2, 3).weight, { nonlinearity: 'relu' }).shape; // [3, 2]
 */
export function kaimingNormal<T extends Tensor>(x: T, { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu', ...options }: KaimingOptions = {}): T {
  return normal(x, 0, deviation(x, a, mode, nonlinearity), options);
}

/**
 * How much a nonlinearity shrinks the standard deviation of what passes through it, inverted.
 *
 * Source: https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain
 *
 * @param slope of `leakyRelu` for negative inputs. Default 0.01.
 *
 * @example
 * init.calculateGain('tanh'); // 1.6667
 */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  switch (camelCase(nonlinearity)) {
    case 'tanh': return 5 / 3;
    case 'relu': return Math.SQRT2;
    case 'leakyRelu': return Math.sqrt(2 / (1 + slope ** 2));
    case 'selu': return 3 / 4;
    case 'linear': case 'sigmoid': case 'conv1d': case 'conv2d': case 'conv3d': case 'convTranspose1d': case 'convTranspose2d': case 'convTranspose3d': return 1;
    default: return fail('calculateGain', `there is no nonlinearity '${nonlinearity}'`, "Use 'linear', 'conv2d', 'sigmoid', 'tanh', 'relu', 'leakyRelu', 'selu' or their like.");
  }
}

/**
 * How many inputs feed an output and how many outputs an input feeds, for a weight [out, in, ...window].
 *
 * @example
 * init.calculateFanInAndFanOut(new Conv2d(3, 8, 5).weight); // [75, 200]
 */
export function calculateFanInAndFanOut({ shape }: Tensor): [fanIn: number, fanOut: number] {
  if (shape.length < 2) fail('calculateFanInAndFanOut', `${show(shape)} has no fan`, 'Give a weight of two axes or more.');
  const [out, inputs, ...window] = shape as [number, number, ...number[]];
  const area = window.reduce((product, size) => product * size, 1);
  return [inputs * area, out * area];
}

const total = (x: Tensor): number => calculateFanInAndFanOut(x).reduce((a, b) => a + b);

function deviation(x: Tensor, a: number, mode: string, nonlinearity: Nonlinearity): number {
  if (!['fanIn', 'fanOut'].includes(camelCase(mode))) fail('kaiming', `there is no mode '${mode}'`, "Use 'fanIn' or 'fanOut'.");
  const [fanIn, fanOut] = calculateFanInAndFanOut(x);
  const fan = camelCase(mode) === 'fanIn' ? fanIn : fanOut;
  return fan > 0 ? calculateGain(nonlinearity, a) / Math.sqrt(fan) : 0;
}
