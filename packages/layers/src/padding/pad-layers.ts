/** Padding as layers. `padding` is one number for all sides, or (before, after) for the last axis, then for the one before it, and so on. */
import { fail, show, type Tensor } from '@nn/tensor';
import { Module } from '../module.ts';
import { padLast } from './pad.ts';

abstract class Padding extends Module {
  /** (before, after) for the last axis first. */
  readonly padding: readonly number[];
  constructor(rank: number, padding: number | readonly number[]) {
    super();
    this.padding = typeof padding === 'number' ? new Array<number>(2 * rank).fill(padding) : [...padding];
    if (this.padding.length !== 2 * rank || !this.padding.every(Number.isInteger)) fail(this.typeName, `padding is ${show(this.padding)}`, `Give a whole number, or ${2 * rank} of them.`);
  }
}
abstract class ConstantPad extends Padding {
  readonly value: number;
  constructor(rank: number, padding: number | readonly number[], value: number) {
    super(rank, padding);
    this.value = value;
  }
  forward(x: Tensor): Tensor { return x.pad(this.padding, this.value); }
}
abstract class ReflectionPad extends Padding {
  forward(x: Tensor): Tensor { return padLast(this.typeName, x, this.padding, 'reflect'); }
}
abstract class ReplicationPad extends Padding {
  forward(x: Tensor): Tensor { return padLast(this.typeName, x, this.padding, 'replicate'); }
}
abstract class CircularPad extends Padding {
  forward(x: Tensor): Tensor { return padLast(this.typeName, x, this.padding, 'circular'); }
}

/**
 * Puts `value` around [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ConstantPad1d.html
 *
 * @example
 * new ConstantPad1d([1, 2], 5).forward(tensor([[1, 2]])); // [[5, 1, 2, 5, 5]]
 */
export class ConstantPad1d extends ConstantPad {
  static override readonly typeName = 'ConstantPad1d';
  constructor(padding: number | readonly number[], value: number) { super(1, padding, value); }
}
/**
 * Puts `value` around [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ConstantPad2d.html
 *
 * @example
 * new ConstantPad2d(1, 5).forward(ones([1, 3, 4, 4])).shape; // [1, 3, 6, 6]
 */
export class ConstantPad2d extends ConstantPad {
  static override readonly typeName = 'ConstantPad2d';
  constructor(padding: number | readonly number[], value: number) { super(2, padding, value); }
}
/**
 * Puts `value` around [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ConstantPad3d.html
 *
 * @example
 * new ConstantPad3d(1, 5).forward(ones([1, 3, 2, 4, 4])).shape; // [1, 3, 4, 6, 6]
 */
export class ConstantPad3d extends ConstantPad {
  static override readonly typeName = 'ConstantPad3d';
  constructor(padding: number | readonly number[], value: number) { super(3, padding, value); }
}
/**
 * Puts zeros around [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ZeroPad1d.html
 *
 * @example
 * new ZeroPad1d(1).forward(tensor([[1, 2]])); // [[0, 1, 2, 0]]
 */
export class ZeroPad1d extends ConstantPad {
  static override readonly typeName = 'ZeroPad1d';
  constructor(padding: number | readonly number[]) { super(1, padding, 0); }
}
/**
 * Puts zeros around [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ZeroPad2d.html
 *
 * @example
 * new ZeroPad2d([1, 1, 2, 0]).forward(ones([1, 3, 4, 4])).shape; // [1, 3, 6, 6]
 */
export class ZeroPad2d extends ConstantPad {
  static override readonly typeName = 'ZeroPad2d';
  constructor(padding: number | readonly number[]) { super(2, padding, 0); }
}
/**
 * Puts zeros around [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ZeroPad3d.html
 *
 * @example
 * new ZeroPad3d(1).forward(ones([1, 3, 2, 4, 4])).shape; // [1, 3, 4, 6, 6]
 */
export class ZeroPad3d extends ConstantPad {
  static override readonly typeName = 'ZeroPad3d';
  constructor(padding: number | readonly number[]) { super(3, padding, 0); }
}
/**
 * Mirrors at the edges, without the edge itself: [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ReflectionPad1d.html
 *
 * @example
 * new ReflectionPad1d(2).forward(tensor([[1, 2, 3]])); // [[3, 2, 1, 2, 3, 2, 1]]
 */
export class ReflectionPad1d extends ReflectionPad {
  static override readonly typeName = 'ReflectionPad1d';
  constructor(padding: number | readonly number[]) { super(1, padding); }
}
/**
 * Mirrors at the edges, without the edge itself: [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ReflectionPad2d.html
 *
 * @example
 * new ReflectionPad2d(1).forward(ones([1, 3, 4, 4])).shape; // [1, 3, 6, 6]
 */
export class ReflectionPad2d extends ReflectionPad {
  static override readonly typeName = 'ReflectionPad2d';
  constructor(padding: number | readonly number[]) { super(2, padding); }
}
/**
 * Mirrors at the edges, without the edge itself: [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ReflectionPad3d.html
 *
 * @example
 * new ReflectionPad3d(1).forward(ones([1, 3, 2, 4, 4])).shape; // [1, 3, 4, 6, 6]
 */
export class ReflectionPad3d extends ReflectionPad {
  static override readonly typeName = 'ReflectionPad3d';
  constructor(padding: number | readonly number[]) { super(3, padding); }
}
/**
 * Repeats the edges of [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ReplicationPad1d.html
 *
 * @example
 * new ReplicationPad1d(2).forward(tensor([[1, 2, 3]])); // [[1, 1, 1, 2, 3, 3, 3]]
 */
export class ReplicationPad1d extends ReplicationPad {
  static override readonly typeName = 'ReplicationPad1d';
  constructor(padding: number | readonly number[]) { super(1, padding); }
}
/**
 * Repeats the edges of [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ReplicationPad2d.html
 *
 * @example
 * new ReplicationPad2d(1).forward(ones([1, 3, 4, 4])).shape; // [1, 3, 6, 6]
 */
export class ReplicationPad2d extends ReplicationPad {
  static override readonly typeName = 'ReplicationPad2d';
  constructor(padding: number | readonly number[]) { super(2, padding); }
}
/**
 * Repeats the edges of [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ReplicationPad3d.html
 *
 * @example
 * new ReplicationPad3d(1).forward(ones([1, 3, 2, 4, 4])).shape; // [1, 3, 4, 6, 6]
 */
export class ReplicationPad3d extends ReplicationPad {
  static override readonly typeName = 'ReplicationPad3d';
  constructor(padding: number | readonly number[]) { super(3, padding); }
}
/**
 * Goes on at the other end of [N, C, L] or [C, L]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.CircularPad1d.html
 *
 * @example
 * new CircularPad1d(2).forward(tensor([[1, 2, 3]])); // [[2, 3, 1, 2, 3, 1, 2]]
 */
export class CircularPad1d extends CircularPad {
  static override readonly typeName = 'CircularPad1d';
  constructor(padding: number | readonly number[]) { super(1, padding); }
}
/**
 * Goes on at the other end of [N, C, H, W] or [C, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.CircularPad2d.html
 *
 * @example
 * new CircularPad2d(1).forward(ones([1, 3, 4, 4])).shape; // [1, 3, 6, 6]
 */
export class CircularPad2d extends CircularPad {
  static override readonly typeName = 'CircularPad2d';
  constructor(padding: number | readonly number[]) { super(2, padding); }
}
/**
 * Goes on at the other end of [N, C, D, H, W] or [C, D, H, W]. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.CircularPad3d.html
 *
 * @example
 * new CircularPad3d(1).forward(ones([1, 3, 2, 4, 4])).shape; // [1, 3, 4, 6, 6]
 */
export class CircularPad3d extends CircularPad {
  static override readonly typeName = 'CircularPad3d';
  constructor(padding: number | readonly number[]) { super(3, padding); }
}
