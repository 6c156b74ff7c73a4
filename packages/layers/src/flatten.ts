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
