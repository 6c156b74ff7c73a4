/** Initial values with a structure: identities, orthogonal matrices, many zeros. */
import { defaultGenerator, fail, show, type Tensor } from '@nn/tensor';
import { fill, type InitOptions } from './drawn.ts';

/**
 * Ones on the diagonal, zeros beside it: a linear layer that passes on what it can.
 * @param x two axes
 *
 * @example
 * init.eye(new Linear(3, 2).weight); // [[1, 0, 0], [0, 1, 0]]
 */
export function eye<T extends Tensor>(x: T): T {
  if (x.ndim !== 2) fail('eye', `${show(x.shape)} is no matrix`, 'Give two axes.');
  const [rows, columns] = x.shape as [number, number];
  return fill(x, Float64Array.from({ length: rows * columns }, (_, i) => +(Math.floor(i / columns) === i % columns)));
}

/**
 * A convolution that passes on what it can: one at the middle of the window of each channel to itself.
 *
 * Source: https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.dirac_
 *
 * @param x [out, in, ...window], three to five axes
 * @param groups of the convolution; each passes on its own channels. Default 1.
 * @throws for other shapes, and where the groups do not divide the outputs
 *
 * @example
 * init.dirac(new Conv1d(1, 1, 3).weight); // [[[0, 1, 0]]]
 */
export function dirac<T extends Tensor>(x: T, groups = 1): T {
  const [out, inputs, ...window] = x.shape as [number, number, ...number[]];
  if (x.ndim < 3 || x.ndim > 5 || out % groups !== 0) fail('dirac', `${groups} groups of ${show(x.shape)}`, 'Give [out, in, ...window] of 3 to 5 axes, with a multiple of groups as out.');
  const area = window.reduce((a, b) => a * b, 1);
  const middle = window.reduce((at, size) => at * size + Math.floor(size / 2), 0);
  const values = new Float64Array(x.numel);
  for (let group = 0; group < groups; group++) {
    for (let i = 0; i < Math.min(out / groups, inputs); i++) values[((group * out / groups + i) * inputs + i) * area + middle] = 1;
  }
  return fill(x, values);
}

/** What {@link orthogonal} takes. `gain`: a factor on all of it, default 1. */
export interface OrthogonalOptions extends InitOptions { readonly gain?: number }

/**
 * A random matrix with orthonormal rows or columns, whichever are fewer, times `gain`: it keeps lengths.
 *
 * Source: Saxe et al. 2013, Exact solutions to the nonlinear dynamics of learning in deep linear neural networks.
 *
 * @param x two axes or more; those after the first count as one
 * @throws for fewer
 *
 * @example
 * init.orthogonal(new Linear(3, 2).weight).shape; // [2, 3]
 */
export function orthogonal<T extends Tensor>(x: T, { gain = 1, generator = defaultGenerator }: OrthogonalOptions = {}): T {
  if (x.ndim < 2) fail('orthogonal', `${show(x.shape)} is no matrix`, 'Give two axes or more.');
  if (x.numel === 0) return x;
  const rows = x.shape[0]!;
  const columns = x.numel / rows;
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
  const drawn = generator.normal(x.numel);
  const vectors = Array.from({ length: count }, (_, i) => drawn.slice(i * length, (i + 1) * length));
  // Gram and Schmidt, twice: once is not enough for float64.
  for (const [i, vector] of vectors.entries()) {
    for (let round = 0; round < 2; round++) for (let j = 0; j < i; j++) subtract(vector, vectors[j]!, dot(vector, vectors[j]!));
    const norm = Math.sqrt(dot(vector, vector));
    vector.forEach((value, k) => { vector[k] = value / norm; });
  }
  return fill(x, Float64Array.from({ length: x.numel }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return gain * (rows < columns ? vectors[row]![column]! : vectors[column]![row]!);
  }));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
function subtract(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i]! -= factor * b[i]!;
}

/**
 * Normal with standard deviation `std`, but for a share of `sparsity` of each column, which is 0.
 *
 * Source: Martens 2010, Deep learning via Hessian-free optimization.
 *
 * @param x two axes
 * @param sparsity 0 to 1, rounded up to whole elements
 * @param std default 0.01
 * @throws for other shapes
 *
 * @example
 * init.sparse(new Linear(3, 4).weight, 0.5).shape; // [4, 3]
 */
export function sparse<T extends Tensor>(x: T, sparsity: number, std = 0.01, { generator = defaultGenerator }: InitOptions = {}): T {
  if (x.ndim !== 2) fail('sparse', `${show(x.shape)} is no matrix`, 'Give two axes.');
  if (!(sparsity >= 0 && sparsity <= 1)) fail('sparse', `sparsity is ${sparsity}`, 'Use a share, 0 to 1.');
  const [rows, columns] = x.shape as [number, number];
  const zeros = Math.ceil(sparsity * rows);
  const values = generator.normal(x.numel).map((z) => z * std);
  for (let column = 0; column < columns; column++) {
    const keys = [...generator.uniform(rows)];
    const order = keys.map((_, row) => row).sort((a, b) => keys[a]! - keys[b]!);
    for (const row of order.slice(0, zeros)) values[row * columns + column] = 0;
  }
  return fill(x, values);
}
