import type { Tensor } from '@nn/tensor';
import { Module } from './module.ts';

/**
 * Makes one axis of those from `startAxis` to `endAxis`; by default all but the first, the batch.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Flatten.html
 *
 * @example
 * new Flatten().forward(zeros([32, 1, 28, 28])).shape; // [32, 784]
 */
export class Flatten extends Module {
  static override readonly typeName = 'Flatten';
  readonly startAxis: number;
  readonly endAxis: number;

  constructor(startAxis = 1, endAxis = -1) {
    super();
    this.startAxis = startAxis;
    this.endAxis = endAxis;
  }

  forward(x: Tensor): Tensor { return x.flatten(this.startAxis, this.endAxis); }
}

/**
 * Splits one axis into several.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Unflatten.html
 *
 * @param axis which one; negative ones count from the end
 * @param sizes what becomes of it; one may be -1
 * @throws by `forward` where the sizes do not multiply to that of the axis
 * @example
 * new Unflatten(1, [2, 5]).forward(zeros([3, 10])).shape; // [3, 2, 5]
 */
export class Unflatten extends Module {
  static override readonly typeName = 'Unflatten';
  readonly axis: number;
  readonly sizes: readonly number[];

  constructor(axis: number, sizes: readonly number[]) {
    super();
    this.axis = axis;
    this.sizes = sizes;
  }

  forward(x: Tensor): Tensor { return x.unflatten(this.axis, this.sizes); }
}

/**
 * Gives what it takes: a place that may be filled later. Arguments are ignored. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Identity.html
 *
 * @example
 * new Identity().forward(tensor([1, 2])); // [1, 2]
 */
export class Identity extends Module {
  static override readonly typeName = 'Identity';
  constructor(..._ignored: unknown[]) { super(); }
  forward(x: Tensor): Tensor { return x; }
}
