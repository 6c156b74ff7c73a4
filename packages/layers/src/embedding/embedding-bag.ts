import { checkIndices, checkValues, fail, fuse, message, quietly, type Scalar, scope, show, Tensor, tensor } from '@nn/tensor';
import { Module } from '../module.ts';
import type { Parameter, ParameterOptions } from '../parameter.ts';
import { checkPadding, checkTable, embedding, type EmbeddingLookup, limitNorms, table } from './embedding.ts';

/** What becomes of the vectors of a bag. */
export type BagMode = 'sum' | 'mean' | 'max';
/** What {@link embeddingBag} takes. */
export interface EmbeddingBagLookup extends EmbeddingLookup {
  /** Where each bag starts in 1-D indices: int32 [bags], or numbers. */
  readonly offsets?: Tensor | readonly number[] | null;
  /** Default `mean`. */
  readonly mode?: BagMode;
  /** A factor per index, of the indices' shape; only for `sum`. */
  readonly perSampleWeights?: Tensor | null;
  /** Whether the last offset is the end of the last bag. Default false. */
  readonly includeLastOffset?: boolean;
}

const late = (start: Scalar): Scalar => start.ne(0);
const begun = fuse((start: Scalar, at: Scalar) => start.le(at.index(0)).cast('int32'));
const isMember = fuse((bag: Scalar, counts: Scalar) => bag.eq(bag.index(0)).logicalAnd(counts));
const choose = fuse((row: Scalar, member: Scalar) => row.where(member, -Infinity));
const orZero = fuse((x: Scalar, count: Scalar) => x.where(count.gt(0), 0));
const mean = fuse((x: Scalar, count: Scalar) => x.div(count.maximum(1)));

/**
 * The sum, mean or maximum of the vectors in each bag of indices, without keeping the vectors apart. A bag of nothing gives 0.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.embedding_bag.html
 *
 * @param indices int32: [bags, size], or [count] with `offsets`
 * @param weight [rows, features]
 * @param options `paddingIdx`: indices that are left out of their bag
 * @returns [bags, features]
 * @throws where shapes or options do not fit, and for indices out of range
 * @example
 * embeddingBag(tensor([0, 2, 1], { dtype: 'int32' }), tensor([[1], [2], [4]]), { offsets: [0, 2], mode: 'sum' }); // [[5], [2]]
 */
export function embeddingBag(indices: Tensor, weight: Tensor, options: EmbeddingBagLookup = {}): Tensor {
  const { offsets = null, mode = 'mean', perSampleWeights = null, includeLastOffset = false, maxNorm = null, normType = 2, scaleGradByFreq = false } = options;
  const operation = 'embeddingBag';
  checkTable(operation, indices, weight);
  if (!['sum', 'mean', 'max'].includes(mode)) fail(operation, `there is no mode '${mode}'`, "Use 'sum', 'mean' or 'max'.");
  if (indices.ndim !== 1 && indices.ndim !== 2) fail(operation, `the indices are ${show(indices.shape)}`, 'Give [bags, size], or [count] with offsets.');
  if (indices.ndim === 2 && offsets) fail(operation, 'there are offsets for 2-D indices', 'Each row is a bag already: leave them out.');
  if (indices.ndim === 1 && !offsets) fail(operation, '1-D indices have no bags', 'Say where each starts: { offsets: [0, ...] }.');
  if (perSampleWeights && mode !== 'sum') fail(operation, `perSampleWeights with mode '${mode}'`, "Use mode 'sum'.");
  if (perSampleWeights && show(perSampleWeights.shape) !== show(indices.shape)) fail(operation, `perSampleWeights are ${show(perSampleWeights.shape)}, the indices ${show(indices.shape)}`, 'Give equal shapes.');
  const padding = checkPadding(operation, options.paddingIdx, weight.shape[0]!);
  return scope(() => {
    if (maxNorm !== null) limitNorms(indices, weight, maxNorm, normType);
    const flat = indices.reshape(-1);
    const { bag, bags } = quietly(() => bagsOf(indices, offsets, includeLastOffset));
    const counts = quietly(() => (padding === null ? flat.ge(0) : flat.ne(padding)));
    const size = quietly(() => weight.newFull([bags], 0).scatterAdd(0, bag, counts.cast(weight.dtype)).unsqueeze(1));
    const rows = embedding(flat, weight, { scaleGradByFreq });
    if (mode === 'max' && flat.numel > 0) {
      const member = quietly(() => isMember(bag.unsqueeze(0).expand([bags, flat.numel]), counts).unsqueeze(2));
      return orZero(choose(rows.unsqueeze(0), member).max(1).values, size);
    }
    const factors = quietly(() => counts.cast(weight.dtype));
    const weighted = rows.mul((perSampleWeights ? perSampleWeights.reshape(-1).mul(factors) : factors).unsqueeze(1));
    const sums = weight.newFull([bags, weight.shape[1]!], 0).scatterAdd(0, bag.unsqueeze(1).expand(rows.shape), weighted);
    return mode === 'mean' ? mean(sums, size) : sums;
  }, operation);
}

/** Which bag each index belongs to, and how many there are. */
function bagsOf(indices: Tensor, offsets: Tensor | readonly number[] | null, last: boolean): { readonly bag: Tensor; readonly bags: number } {
  if (!offsets) {
    const [bags, size] = indices.shape as [number, number];
    return { bag: tensor(Int32Array.from({ length: bags * size }, (_, i) => Math.floor(i / size)), { device: indices.device }), bags };
  }
  if (!(offsets instanceof Tensor) && offsets.length > 0 && offsets[0] !== 0) fail('embeddingBag', `the first offset is ${offsets[0]}`, 'It must be 0.');
  const starts = offsets instanceof Tensor ? offsets.cast('int32') : tensor(offsets, { dtype: 'int32', device: indices.device });
  if (starts.ndim !== 1 || starts.numel < (last ? 1 : 0)) fail('embeddingBag', `the offsets are ${show(starts.shape)}`, `Give [bags${last ? ' + 1' : ''}].`);
  checkIndices('embeddingBag', starts, indices.numel + 1, 'an offset');
  if (starts.numel > 0) checkValues(late, starts.narrow(0, 0, 1), message('embeddingBag', 'the first offset is not 0', 'Every index must belong to a bag.'));
  const bags = starts.numel - (last ? 1 : 0);
  const at = indices.unsqueeze(1);
  return { bag: begun.reduce('sum', 1, starts.narrow(0, 0, bags).unsqueeze(0), at).sub(1), bags };
}

/** Options of {@link EmbeddingBag}: those of {@link embeddingBag} that do not change from call to call, and those of its parameter. */
export interface EmbeddingBagOptions extends Omit<EmbeddingBagLookup, 'offsets' | 'perSampleWeights'>, ParameterOptions {}

/**
 * {@link embeddingBag} with its table and options. The weight [numEmbeddings, embeddingDim] starts standard normal, the row of `paddingIdx` at 0.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.EmbeddingBag.html
 *
 * @example
 * new EmbeddingBag(10, 3, { mode: 'sum' }).forward(tensor([1, 2, 4, 5], { dtype: 'int32' }), [0, 3]).shape; // [2, 3]
 */
export class EmbeddingBag extends Module<[indices: Tensor, offsets?: Tensor | readonly number[] | null, perSampleWeights?: Tensor | null]> {
  static override readonly typeName = 'EmbeddingBag';
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  readonly weight: Parameter;
  readonly #options: EmbeddingBagOptions;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingBagOptions = {}) {
    super();
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = checkPadding('EmbeddingBag', options.paddingIdx, numEmbeddings);
    this.weight = table(numEmbeddings, embeddingDim, this.paddingIdx, options);
    this.#options = options;
  }

  forward(indices: Tensor, offsets: Tensor | readonly number[] | null = null, perSampleWeights: Tensor | null = null): Tensor {
    return embeddingBag(indices, this.weight, { ...this.#options, offsets, perSampleWeights });
  }
}
