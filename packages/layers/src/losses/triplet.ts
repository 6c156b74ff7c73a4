/** An anchor should be nearer to something like it than to something else. */
import { fail, fuse, type Scalar, scope, show, type Tensor } from '@nn/tensor';
import { pairwiseDistance } from '../distance.ts';
import { Loss, reduced, requireFloat } from './loss.ts';
import type { MarginOptions } from './margin.ts';

/** What both triplet losses take. */
interface SwapOptions extends MarginOptions {
  /** Whether the distance from positive to negative counts where it is the smaller one (Balntas et al. 2016). Default false. */
  readonly swap?: boolean;
}
/** What {@link tripletMarginLoss} takes: the norm `p` (default 2) and the `eps` (default 1e-6) of `pairwiseDistance`, `margin` (default 1), `swap`. */
export interface TripletMarginOptions extends SwapOptions { readonly p?: number; readonly eps?: number }
/** What {@link tripletMarginWithDistanceLoss} takes: a distance of rows (default `pairwiseDistance`), `margin` (default 1), `swap`. */
export interface TripletMarginWithDistanceOptions extends SwapOptions { readonly distanceFunction?: ((a: Tensor, b: Tensor) => Tensor) | null }

const hinge = fuse((near: Scalar, far: Scalar, margin: Scalar) => near.sub(far).add(margin).clamp(0));
const swapped = fuse((near: Scalar, far: Scalar, across: Scalar, margin: Scalar) => near.sub(far.minimum(across)).add(margin).clamp(0));

/**
 * {@link tripletMarginLoss} with another distance.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.TripletMarginWithDistanceLoss.html
 *
 * @param anchor [N, ...]
 * @param positive the same shape
 * @param negative the same shape
 * @throws where the numbers of axes differ
 * @example
 * const [a, p, n] = [tensor([[1, 0]]), tensor([[1, 1]]), tensor([[0, 1]])];
 * tripletMarginWithDistanceLoss(a, p, n, { distanceFunction: (x, y) => cosineSimilarity(x, y).rsub(1) }); // 0.2929 - 1 + 1 = 0.2929
 */
export function tripletMarginWithDistanceLoss(anchor: Tensor, positive: Tensor, negative: Tensor, options: TripletMarginWithDistanceOptions = {}): Tensor {
  const { distanceFunction, margin = 1, swap = false, reduction = 'mean' } = options;
  const operation = 'tripletMarginLoss';
  requireFloat(operation, anchor);
  if (anchor.ndim !== positive.ndim || anchor.ndim !== negative.ndim) {
    fail(operation, `the anchor is ${show(anchor.shape)}, the others ${show(positive.shape)} and ${show(negative.shape)}`, 'Give them the same number of axes.');
  }
  const distance = distanceFunction ?? pairwiseDistance;
  return scope(() => {
    const [near, far] = [distance(anchor, positive), distance(anchor, negative)];
    return swap ? reduced(operation, reduction, swapped, near, far, distance(positive, negative), margin) : reduced(operation, reduction, hinge, near, far, margin);
  }, operation);
}

/**
 * `max(0, d(anchor, positive) - d(anchor, negative) + margin)` with the p-norm along the last axis as distance.
 *
 * Source: Balntas et al. 2016, Learning shallow convolutional feature descriptors with triplet losses;
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.TripletMarginLoss.html
 *
 * @param anchor [N, D] or [D]
 * @param positive the same shape
 * @param negative the same shape
 * @throws where the numbers of axes differ
 * @example
 * tripletMarginLoss(tensor([[0, 0]]), tensor([[0, 1]]), tensor([[0, 1.5]])); // 1 - 1.5 + 1 = 0.5
 */
export const tripletMarginLoss = (anchor: Tensor, positive: Tensor, negative: Tensor, { p = 2, eps = 1e-6, ...options }: TripletMarginOptions = {}): Tensor =>
  tripletMarginWithDistanceLoss(anchor, positive, negative, { ...options, distanceFunction: (a, b) => pairwiseDistance(a, b, { p, eps }) });

export type Triplet = [anchor: Tensor, positive: Tensor, negative: Tensor];

/**
 * {@link tripletMarginLoss} with its options set once.
 *
 * @example
 * new TripletMarginLoss().forward(tensor([[0, 0]]), tensor([[0, 1]]), tensor([[0, 1.5]])); // 0.5
 */
export class TripletMarginLoss extends Loss<Triplet> {
  static override readonly typeName = 'TripletMarginLoss';
  readonly margin: number;
  readonly p: number;
  readonly eps: number;
  readonly swap: boolean;

  constructor({ margin = 1, p = 2, eps = 1e-6, swap = false, ...options }: TripletMarginOptions = {}) {
    super(options);
    this.margin = margin;
    this.p = p;
    this.eps = eps;
    this.swap = swap;
  }

  forward(...triplet: Triplet): Tensor { return tripletMarginLoss(...triplet, { margin: this.margin, p: this.p, eps: this.eps, swap: this.swap, reduction: this.reduction }); }
}

/**
 * {@link tripletMarginWithDistanceLoss} with its options set once.
 *
 * @example
 * new TripletMarginWithDistanceLoss({ margin: 2 }).forward(tensor([[0, 0]]), tensor([[0, 1]]), tensor([[0, 1.5]])); // 1.5
 */
export class TripletMarginWithDistanceLoss extends Loss<Triplet> {
  static override readonly typeName = 'TripletMarginWithDistanceLoss';
  readonly distanceFunction: (a: Tensor, b: Tensor) => Tensor;
  readonly margin: number;
  readonly swap: boolean;

  constructor({ distanceFunction, margin = 1, swap = false, ...options }: TripletMarginWithDistanceOptions = {}) {
    super(options);
    this.distanceFunction = distanceFunction ?? pairwiseDistance;
    this.margin = margin;
    this.swap = swap;
  }

  forward(...triplet: Triplet): Tensor { return tripletMarginWithDistanceLoss(...triplet, this); }
}
