import { customGradient, noGrad } from '@nn/autograd';
import { checkIndices, fail, fuse, type Scalar, scope, show, type Tensor, zeros } from '@nn/tensor';
import { normal } from '../init.ts';
import { Module } from '../module.ts';
import { Parameter, type ParameterOptions } from '../parameter.ts';

/** What {@link embedding} takes. */
export interface EmbeddingLookup {
  /** Its row gets no gradient. Negative ones count from the end. Default: none. */
  readonly paddingIdx?: number | null;
  /** Rows that are looked up and are longer are shortened to it, in the weight itself. Default: none. */
  readonly maxNorm?: number | null;
  /** Which norm `maxNorm` means. Default 2. */
  readonly normType?: number;
  /** Whether each row's gradient is divided by how often it was looked up. Default false. */
  readonly scaleGradByFreq?: boolean;
}

const shorten = fuse((row: Scalar, norm: Scalar, used: Scalar, most: Scalar) => row.mul(most.div(norm.add(1e-7)).where(norm.gt(most).logicalAnd(used), 1)));
const factor = fuse((index: Scalar, count: Scalar, padding: Scalar) => count.reciprocal().where(index.ne(padding), 0));

/** How often each of `rows` is looked up, as floats. */
const frequencies = (places: Tensor, rows: number, like: Tensor): Tensor => like.newFull([rows], 0).scatterAdd(0, places, like.newFull(places.shape, 1));

/** Shortens the rows that are looked up, in place. */
export function limitNorms(indices: Tensor, weight: Tensor, maxNorm: number, normType: number): void {
  noGrad(() => scope(() => {
    const used = frequencies(indices.reshape(-1), weight.shape[0]!, weight).gt(0).unsqueeze(1);
    weight.assign(shorten(weight, weight.norm(normType, 1, { keepDim: true }), used, maxNorm));
  }, 'embedding'));
}

export function checkTable(operation: string, indices: Tensor, weight: Tensor): void {
  if (weight.ndim !== 2) fail(operation, `the weight is ${show(weight.shape)}`, 'Give one of [rows, features].');
  if (indices.dtype !== 'int32') fail(operation, `the indices are ${indices.dtype}`, "Make them int32: tensor(indices, { dtype: 'int32' }), or indices.int().");
  checkIndices(operation, indices, weight.shape[0]!);
}

/** The row counted from the front. */
export function checkPadding(operation: string, index: number | null | undefined, rows: number): number | null {
  if (index === null || index === undefined) return null;
  if (!Number.isInteger(index) || index < -rows || index >= rows) fail(operation, `paddingIdx is ${index}`, `Use ${-rows} to ${rows - 1}.`);
  return index < 0 ? index + rows : index;
}

const gathered = (weight: Tensor, places: Tensor): Tensor => weight.gather(0, places.unsqueeze(1).expand([places.numel, weight.shape[1]!]));

/**
 * The rows of `weight` that `indices` name.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html
 *
 * @param indices int32, any shape
 * @param weight [rows, features]
 * @returns [...indices, features]
 * @throws where shapes or dtypes do not fit, and for indices out of range: at once where the device can be read at once, else at the next awaited read
 * @example
 * embedding(tensor([2, 0], { dtype: 'int32' }), tensor([[1, 2], [3, 4], [5, 6]])); // [[5, 6], [1, 2]]
 */
export function embedding(indices: Tensor, weight: Tensor, options: EmbeddingLookup = {}): Tensor {
  const { paddingIdx, maxNorm = null, normType = 2, scaleGradByFreq = false } = options;
  checkTable('embedding', indices, weight);
  const [rows, features] = weight.shape as [number, number];
  const padding = checkPadding('embedding', paddingIdx, rows);
  return scope(() => {
    if (maxNorm !== null) limitNorms(indices, weight, maxNorm, normType);
    const flat = indices.reshape(-1);
    const shape = [...indices.shape, features];
    if (padding === null && !scaleGradByFreq) return gathered(weight, flat).reshape(...shape);
    const lookup = customGradient({
      name: 'embedding',
      forward: (table, places) => gathered(table, places),
      backward: ([g], [, places]) => {
        const counts = scaleGradByFreq ? frequencies(places!, rows, g!).gather(0, places!) : g!.newFull([places!.numel], 1);
        const scaled = g!.mul(factor(places!, counts, padding ?? -1).unsqueeze(1));
        return [g!.newFull([rows, features], 0).scatterAdd(0, places!.unsqueeze(1).expand(scaled.shape), scaled)];
      },
      saves: { outputs: false },
    });
    return lookup(weight, flat).reshape(...shape);
  }, 'embedding');
}

/** Options of {@link Embedding}: those of {@link embedding}, and those of its parameter. */
export interface EmbeddingOptions extends EmbeddingLookup, ParameterOptions {}

/** A table as layers with embeddings keep it: standard normal, the row of the padding 0. */
export function table(rows: number, features: number, padding: number | null, { generator, device, dtype }: ParameterOptions): Parameter {
  return scope(() => {
    const values = normal(zeros([rows, features], { ...(device && { device }), ...(dtype && { dtype }) }), 0, 1, generator ? { generator } : {});
    if (padding === null) return new Parameter(values);
    return new Parameter(values.selectScatter(values.newFull([features], 0), 0, padding));
  }, 'Embedding');
}

/**
 * A learned vector per index. The weight [numEmbeddings, embeddingDim] starts standard normal, the row of `paddingIdx` at 0.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html
 *
 * @throws by `forward` for indices out of range
 * @example
 * new Embedding(10, 3).forward(tensor([[1, 2], [4, 3]], { dtype: 'int32' })).shape; // [2, 2, 3]
 */
export class Embedding extends Module {
  static override readonly typeName = 'Embedding';
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;
  readonly weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}, weight?: Parameter) {
    super();
    const { paddingIdx, maxNorm = null, normType = 2, scaleGradByFreq = false } = options;
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = checkPadding('Embedding', paddingIdx, numEmbeddings);
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
    this.weight = weight ?? table(numEmbeddings, embeddingDim, this.paddingIdx, options);
  }

  /** A layer with these vectors, [rows, features]; frozen unless told otherwise. */
  static fromPretrained(vectors: Tensor, { freeze = true, ...options }: EmbeddingLookup & { readonly freeze?: boolean } = {}): Embedding {
    if (vectors.ndim !== 2) fail('fromPretrained', `the vectors are ${show(vectors.shape)}`, 'Give [rows, features].');
    return new Embedding(vectors.shape[0]!, vectors.shape[1]!, options, new Parameter(vectors, { requiresGrad: !freeze }));
  }

  forward(indices: Tensor): Tensor { return embedding(indices, this.weight, this); }
}
