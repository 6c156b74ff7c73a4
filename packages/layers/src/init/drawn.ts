/** Initial values that are drawn one by one, or constant. */
import { defaultGenerator, fail, fuse, type Generator, rand, type Scalar, scope, type Tensor, tensor } from '@nn/tensor';

/** `generator`: the stream to draw from (default: the one that `manualSeed` seeds). */
export interface InitOptions { readonly generator?: Generator }

/** Overwrites `x` with host values. */
export function fill<T extends Tensor>(x: T, values: ArrayLike<number>): T {
  scope(() => x.assign(tensor(values, { shape: x.shape, dtype: x.dtype, device: x.device })), 'init');
  return x;
}

/** Numbers in [0, 1) spread over [a, b). */
function between(a: number, b: number, numbers: Float32Array): Float64Array {
  const values = new Float64Array(numbers.length);
  for (let i = 0; i < values.length; i++) values[i] = a + (b - a) * numbers[i]!;
  return values;
}

/** Numbers in [0, 1), multiples of 2 ** -24, to numbers around 0: the difference is exact, so every device rounds once and alike. */
const spread = fuse((numbers: Scalar, range: Scalar) => numbers.sub(0.5).mul(range));

/**
 * Uniform on [a, b), [0, 1) by default.
 *
 * @example
 * init.uniform(new Linear(2, 3).weight, -0.1, 0.1).shape; // [3, 2]
 */
export function uniform<T extends Tensor>(x: T, a = 0, b = 1, { generator = defaultGenerator }: InitOptions = {}): T {
  scope(() => {
    const drawn = rand(x.shape, { device: x.device, generator }).cast(x.dtype === 'float64' ? 'float64' : 'float32');
    const middle = (a + b) / 2;
    if (middle === 0 && x.dtype === drawn.dtype) spread.into([x], drawn, b - a);
    // The middle is added by a kernel of its own, for devices that would round only once otherwise.
    else x.assign(spread(drawn, b - a).add(middle));
  }, 'init');
  return x;
}

/**
 * Normal with this mean and standard deviation, 0 and 1 by default.
 *
 * @example
 * init.normal(new Linear(2, 3).weight, 0, 0.02).shape; // [3, 2]
 */
export function normal<T extends Tensor>(x: T, mean = 0, std = 1, { generator = defaultGenerator }: InitOptions = {}): T {
  return fill(x, generator.normal(x.numel).map((z) => mean + std * z));
}

/**
 * `value` everywhere.
 *
 * @example
 * init.constant(zeros([3]), 0.5); // [0.5, 0.5, 0.5]
 */
export const constant = <T extends Tensor>(x: T, value: number): T => fill(x, new Float64Array(x.numel).fill(value));
/**
 * 0 everywhere.
 *
 * @example
 * init.zeros(ones([3])); // [0, 0, 0]
 */
export const zeros = <T extends Tensor>(x: T): T => constant(x, 0);
/**
 * 1 everywhere.
 *
 * @example
 * init.ones(zeros([3])); // [1, 1, 1]
 */
export const ones = <T extends Tensor>(x: T): T => constant(x, 1);

/**
 * Normal with this mean and standard deviation, drawn again where it is not in [a, b].
 *
 * Source: https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.trunc_normal_
 *
 * @param a default -2
 * @param b default 2
 * @throws where b is not above a
 *
 * @example
 * init.truncNormal(new Linear(2, 3).weight, 0, 0.02).shape; // [3, 2]
 */
export function truncNormal<T extends Tensor>(x: T, mean = 0, std = 1, a = -2, b = 2, { generator = defaultGenerator }: InitOptions = {}): T {
  const [low, high] = [(a - mean) / std, (b - mean) / std];
  if (!(low < high)) fail('truncNormal', `a standard deviation of ${std} between ${a} and ${b}`, 'Give a positive one, and b above a.');
  // Far from the mean the density is drawn under a rectangle instead, as far as it matters.
  const nearest = Math.max(low, Math.min(high, 0));
  const reach = 40 / Math.max(1, Math.abs(nearest));
  const [from, to] = [Math.max(low, nearest - reach), Math.min(high, nearest + reach)];
  const usual = low < 1 && high > -1 && high - low > 1;
  const values = new Float64Array(x.numel);
  let filled = 0;
  while (filled < values.length) {
    const wanted = values.length - filled;
    const proposals = usual ? generator.normal(wanted) : between(from, to, generator.uniform(wanted));
    const chances = usual ? undefined : generator.uniform(wanted);
    proposals.forEach((z, i) => {
      if (z >= low && z <= high && (!chances || chances[i]! < Math.exp((nearest ** 2 - z ** 2) / 2))) values[filled++] = Math.min(Math.max(mean + std * z, a), b);
    });
  }
  return fill(x, values);
}
