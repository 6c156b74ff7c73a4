/** Distances and similarities of pairs of vectors. */
import { cosineSimilarity, scope, type Tensor } from '@nn/tensor';
import { Module } from './module.ts';

/** What {@link pairwiseDistance} takes. */
export interface PairwiseDistanceOptions {
  /** Which norm. Default 2. */
  readonly p?: number;
  /** Added to each difference, so that the distance of equal vectors has a gradient. Default 1e-6. */
  readonly eps?: number;
  /** Whether the last axis stays, with size 1. Default false. */
  readonly keepDim?: boolean;
}

/**
 * `|a - b + eps|_p` along the last axis.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.PairwiseDistance.html
 *
 * @param a [N, D] or [D]
 * @param b a shape that broadcasts with it
 * @example
 * pairwiseDistance(tensor([[0, 0]]), tensor([[3, 4]])); // [5.0000]
 */
export const pairwiseDistance = (a: Tensor, b: Tensor, { p = 2, eps = 1e-6, keepDim = false }: PairwiseDistanceOptions = {}): Tensor =>
  scope(() => a.sub(b).add(eps).norm(p, -1, { keepDim }), 'pairwiseDistance');

/**
 * {@link pairwiseDistance} with its options set once.
 *
 * @example
 * new PairwiseDistance(1).forward(tensor([[0, 0]]), tensor([[3, 4]])); // [7]
 */
export class PairwiseDistance extends Module<[a: Tensor, b: Tensor]> {
  static override readonly typeName = 'PairwiseDistance';
  readonly p: number;
  readonly eps: number;
  readonly keepDim: boolean;

  constructor(p = 2, { eps = 1e-6, keepDim = false }: Omit<PairwiseDistanceOptions, 'p'> = {}) {
    super();
    this.p = p;
    this.eps = eps;
    this.keepDim = keepDim;
  }

  forward(a: Tensor, b: Tensor): Tensor { return pairwiseDistance(a, b, this); }
}

/**
 * `cosineSimilarity` with its options set once: along `axis` (default 1), lengths not below `eps` (default 1e-8).
 *
 * @example
 * new CosineSimilarity(1).forward(tensor([[1, 0]]), tensor([[1, 1]])); // [0.7071]
 */
export class CosineSimilarity extends Module<[a: Tensor, b: Tensor]> {
  static override readonly typeName = 'CosineSimilarity';
  readonly axis: number;
  readonly eps: number;

  constructor(axis = 1, { eps = 1e-8 }: { readonly eps?: number } = {}) {
    super();
    this.axis = axis;
    this.eps = eps;
  }

  forward(a: Tensor, b: Tensor): Tensor { return cosineSimilarity(a, b, this); }
}
