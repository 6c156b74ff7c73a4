/** The longer half of a tensor's methods, said in free functions; `Tensor` adds what they are made of. */
import { Elementwise } from './expr/elementwise.ts';
import * as arrange from './arrange.ts';
import { allclose, type CloseOptions, equal, isclose, maskedSelect, nonzero, unique, type Unique } from './counted.ts';
import { histc, type Histogram, histogram, type HistogramOptions } from './histogram.ts';
import { indexAdd, indexPut, scatter, selectScatter, sliceScatter, type SliceOptions, take } from './picking.ts';
import { dot, outer, ranked } from './products.ts';
import { kthvalue, median, middle, quantile, type QuantileOptions } from './quantile.ts';
import { type Axes, type ReduceOptions, reduce, softmax } from './reductions.ts';
import { cumbest, cumprod, cumsum } from './scan.ts';
import { scope } from './scope.ts';
import type { Shape } from './shape.ts';
import { argsort, sort, type SortOptions, topk, type TopkOptions } from './sort.ts';
import { best, type Chosen, deviation, norm, type SpreadOptions, variance } from './statistics.ts';
import type { Tensor } from './tensor.ts';
import { diag, diagEmbed, trace, triangle } from './triangles.ts';

/** What statistics, orders, parts and updates add to a tensor. */
export abstract class Vocabulary extends Elementwise<Tensor> {
  get #me(): Tensor { return this as unknown as Tensor; }

  // Statistics. Values chosen along an axis come with their places: `{ values, indices }`.

  /** The largest element (NaN wins, ties share the gradient), or along `axis` with its first place. */
  max(): Tensor;
  max(axis: number, options?: ReduceOptions): Chosen;
  max(axis?: number, options?: ReduceOptions): Tensor | Chosen { return axis === undefined ? reduce('max', 'max', this.#me, undefined) : best('max', this.#me, axis, options); }
  /** The smallest element, or along `axis` with its first place. */
  min(): Tensor;
  min(axis: number, options?: ReduceOptions): Chosen;
  min(axis?: number, options?: ReduceOptions): Tensor | Chosen { return axis === undefined ? reduce('min', 'min', this.#me, undefined) : best('min', this.#me, axis, options); }
  /** The variance, over n - 1 unless told otherwise. */
  var(axes?: Axes, options?: SpreadOptions): Tensor { return variance(this.#me, axes, options); }
  /** The standard deviation, over n - 1 unless told otherwise. */
  std(axes?: Axes, options?: SpreadOptions): Tensor { return deviation(this.#me, axes, options); }
  /** The p-norm (default 2) of all elements as one vector, or over `axes`. */
  norm(p = 2, axes?: Axes, options?: ReduceOptions): Tensor { return norm(this.#me, p, axes, options); }
  /** The middle element, the lower of two; NaN where there is one. */
  median(): Tensor;
  median(axis: number, options?: ReduceOptions): Chosen;
  median(axis?: number, options?: ReduceOptions): Tensor | Chosen { return axis === undefined ? middle(this.#me) : median(this.#me, axis, options); }
  /** The `k`-th smallest element (from 1) along `axis`. */
  kthvalue(k: number, axis = -1, options?: ReduceOptions): Chosen { return kthvalue(this.#me, k, axis, options); }
  /** The `q`-quantile of all elements or along `axis`; for several `q` on a new first axis. */
  quantile(q: number | readonly number[], axis?: number, options?: QuantileOptions): Tensor { return quantile(this.#me, q, axis, options); }
  /** Counts in `bins` equal parts of [min, max]; both 0: of the range of the data. */
  histc(bins = 100, min = 0, max = 0): Tensor { return histc(this.#me, bins, min, max); }
  /** As `histc`, with the edges of the parts. */
  histogram(bins = 100, options?: HistogramOptions): Histogram { return histogram(this.#me, bins, options); }
  softmin(axis: number): Tensor { return scope(() => softmax(this.#me.neg(), axis), 'softmin'); }

  // Along an axis.

  cumsum(axis: number): Tensor { return cumsum(this.#me, axis); }
  cumprod(axis: number): Tensor { return cumprod(this.#me, axis); }
  /** The largest element so far and its place, the last of equals. */
  cummax(axis: number): Chosen { return cumbest('max', this.#me, axis); }
  cummin(axis: number): Chosen { return cumbest('min', this.#me, axis); }
  /** Sorted along `axis`, stable, NaN as the largest; with where the elements were. */
  sort(axis = -1, options?: SortOptions): Chosen { return sort(this.#me, axis, options); }
  argsort(axis = -1, options?: SortOptions): Tensor { return argsort(this.#me, axis, options); }
  /** The `k` largest (or smallest) elements along `axis`, in order, with their places. */
  topk(k: number, axis = -1, options?: TopkOptions): Chosen { return topk(this.#me, k, axis, options); }

  // Parts, copies and turns.

  /** Parts of `size` along `axis` (the last may be smaller), or of the sizes listed. */
  split(size: number | readonly number[], axis = 0): Tensor[] { return arrange.split(this.#me, size, axis); }
  /** At most `chunks` parts of equal size; the last may be smaller. */
  chunk(chunks: number, axis = 0): Tensor[] { return arrange.chunk(this.#me, chunks, axis); }
  unbind(axis = 0): Tensor[] { return arrange.unbind(this.#me, axis); }
  movedim(from: number | readonly number[], to: number | readonly number[]): Tensor { return arrange.movedim(this.#me, from, to); }
  /** As `expand`. */
  broadcastTo(shape: Shape): Tensor { return this.#me.expand(shape); }
  /** Copies side by side: `counts[i]` along axis i; more counts than axes add leading axes. */
  repeat(...counts: number[]): Tensor { return arrange.repeat(this.#me, counts); }
  tile(...counts: number[]): Tensor { return arrange.tile(this.#me, counts); }
  /** Each element `count` times in a row. */
  repeatInterleave(count: number, axis?: number): Tensor { return arrange.repeatInterleave(this.#me, count, axis); }
  /** Moves elements on, around the end. */
  roll(shifts: number | readonly number[], axes?: number | readonly number[]): Tensor { return arrange.roll(this.#me, shifts, axes); }
  /** `k` quarter turns from the first towards the second axis. */
  rot90(k = 1, axes: readonly [number, number] = [0, 1]): Tensor { return arrange.rot90(this.#me, k, axes); }
  /** What lies on and below the diagonal; 0 elsewhere. */
  tril(diagonal = 0): Tensor { return triangle('tril', this.#me, diagonal); }
  triu(diagonal = 0): Tensor { return triangle('triu', this.#me, diagonal); }
  /** The diagonal of a matrix, or the matrix with this diagonal. */
  diag(diagonal = 0): Tensor { return diag(this.#me, diagonal); }
  diagEmbed(offset = 0): Tensor { return diagEmbed(this.#me, offset); }
  trace(): Tensor { return trace(this.#me); }

  // Updates that give a new tensor.

  /** `out[index[i][j]][j] = source[i][j]` for axis 0, else this; of duplicates the last one holds. */
  scatter(axis: number, index: Tensor, source: Tensor | number): Tensor { return scatter(this.#me, axis, index, source); }
  indexAdd(axis: number, index: Tensor, source: Tensor, options?: { readonly alpha?: number }): Tensor { return indexAdd(this.#me, axis, index, source, options); }
  /** This, with `this[indices[0], indices[1], ...]` set to `values`; `accumulate` adds instead. */
  indexPut(indices: readonly Tensor[], values: Tensor | number, options?: { readonly accumulate?: boolean }): Tensor { return indexPut(this.#me, indices, values, options); }
  sliceScatter(source: Tensor, options?: SliceOptions): Tensor { return sliceScatter(this.#me, source, options); }
  selectScatter(source: Tensor, axis: number, index: number): Tensor { return selectScatter(this.#me, source, axis, index); }
  /** Elements of the flattened tensor, in the shape of the index. */
  take(index: Tensor): Tensor { return take(this.#me, index); }

  // Products.

  dot(other: Tensor): Tensor { return dot(this.#me, other); }
  outer(other: Tensor): Tensor { return outer(this.#me, other); }
  mm(other: Tensor): Tensor { return ranked('mm', this.#me, other); }
  mv(other: Tensor): Tensor { return ranked('mv', this.#me, other); }
  bmm(other: Tensor): Tensor { return ranked('bmm', this.#me, other); }

  // Comparisons of whole tensors, and what depends on values: awaited.

  isclose(other: Tensor, options?: CloseOptions): Tensor { return isclose(this.#me, other, options); }
  allclose(other: Tensor, options?: CloseOptions): Promise<boolean> { return allclose(this.#me, other, options); }
  /** Whether shapes and all elements are equal. */
  equal(other: Tensor): Promise<boolean> { return equal(this.#me, other); }
  /** Coordinates of what is not 0: int32 [count, axes]. */
  nonzero(): Promise<Tensor> { return nonzero(this.#me); }
  /** The elements where `mask` holds, as a vector. */
  maskedSelect(mask: Tensor): Promise<Tensor> { return maskedSelect(this.#me, mask); }
  /** The different values in ascending order, with inverse positions and counts. */
  unique(): Promise<Unique> { return unique(this.#me); }
}
