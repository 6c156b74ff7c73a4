/** Activations in straight pieces. Where two pieces meet, derivatives are PyTorch's: those of the flat piece. */
import { type Elementwise, fail, type Tensor } from '@nn/tensor';
import { elementwise } from '../elementwise.ts';
import { Module } from '../module.ts';

const between = elementwise('hardtanh', (x, min, max) => x.maskedFill(x.le(min), min).maskedFill(x.ge(max), max), { integers: true });
/**
 * `x` limited to [minVal, maxVal]. Integers stay integers.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardtanh.html
 *
 * @param minVal default -1
 * @param maxVal default 1
 * @example
 * hardtanh(tensor([-3, 0.5, 3])); // [-1, 0.5, 1]
 */
export const hardtanh = <T extends Elementwise<T>>(x: T, minVal = -1, maxVal = 1): T => between(x, minVal, maxVal);
/**
 * `min(max(0, x), 6)`. Source: Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10.
 *
 * @example
 * relu6(tensor([-1, 3, 8])); // [0, 3, 6]
 */
export const relu6 = <T extends Elementwise<T>>(x: T): T => between(x, 0, 6);

const hardsigmoidOf = elementwise('hardsigmoid', (x) => x.div(6).add(0.5).maskedFill(x.le(-3), 0).maskedFill(x.ge(3), 1));
/**
 * 0 up to -3, 1 from 3 on, `x / 6 + 1 / 2` between. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardsigmoid.html
 *
 * @example
 * hardsigmoid(tensor([-4, 0, 1.5, 4])); // [0, 0.5, 0.75, 1]
 */
export const hardsigmoid = <T extends Elementwise<T>>(x: T): T => hardsigmoidOf(x);

const hardswishOf = elementwise('hardswish', (x) => {
  const below = x.maskedFill(x.ge(3), 0);
  return x.where(x.ge(3), below.mul(below.add(3).clamp(0)).div(6));
});
/**
 * `x hardsigmoid(x)`. Source: Howard et al. 2019, Searching for MobileNetV3.
 *
 * @example
 * hardswish(tensor([-4, -1, 1, 4])); // [0, -0.3333, 0.6667, 4]
 */
export const hardswish = <T extends Elementwise<T>>(x: T): T => hardswishOf(x);

const thresholdOf = elementwise('threshold', (x, limit, value) => x.maskedFill(x.le(limit), value), { integers: true });
/**
 * `x` where it is above `limit`, else `value`. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Threshold.html
 *
 * @example
 * threshold(tensor([0.5, 1, 2]), 1, -3); // [-3, -3, 2]
 */
export const threshold = <T extends Elementwise<T>>(x: T, limit: number, value: number): T => thresholdOf(x, limit, value);

const softshrinkOf = elementwise('softshrink', (x, lambda) => x.sub(x.sign().mul(lambda)).where(x.abs().gt(lambda), x.maskedFill(x.isfinite(), 0)));
/**
 * `x - lambda` above lambda, `x + lambda` below -lambda, 0 between.
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Softshrink.html
 *
 * @param lambda default 0.5
 * @throws for integers and a negative lambda
 *
 * @example
 * softshrink(tensor([-2, 0.25, 2])); // [-1.5, 0, 1.5]
 */
export function softshrink<T extends Elementwise<T>>(x: T, lambda = 0.5): T {
  checkLambda('softshrink', lambda);
  return softshrinkOf(x, lambda);
}
function checkLambda(operation: string, lambda: number): void {
  if (!(lambda >= 0)) fail(operation, `lambda is ${lambda}`, 'Use a number from 0 on.');
}

const hardshrinkOf = elementwise('hardshrink', (x, lambda) => x.maskedFill(x.abs().le(lambda), 0));
/**
 * `x` where it is above lambda or below -lambda, else 0. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardshrink.html
 *
 * @example
 * hardshrink(tensor([-2, 0.25, 2])); // [-2, 0, 2]
 */
export const hardshrink = <T extends Elementwise<T>>(x: T, lambda = 0.5): T => hardshrinkOf(x, lambda);

const tanhshrinkOf = elementwise('tanhshrink', (x) => x.sub(x.tanh()), { integers: true });
/**
 * `x - tanh(x)`. Integers become float32. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanhshrink.html
 *
 * @example
 * tanhshrink(tensor([-1, 0, 1])); // [-0.2384, 0, 0.2384]
 */
export const tanhshrink = <T extends Elementwise<T>>(x: T): T => tanhshrinkOf(x);

/**
 * {@link hardtanh} as a layer. Input and output have any shape.
 *
 * @example
 * new Hardtanh(-2, 2).forward(tensor([-3, 0.5, 3])); // [-2, 0.5, 2]
 */
export class Hardtanh extends Module {
  static override readonly typeName: string = 'Hardtanh';
  readonly minVal: number;
  readonly maxVal: number;
  constructor(minVal = -1, maxVal = 1) {
    super();
    if (!(minVal < maxVal)) fail('Hardtanh', `minVal is ${minVal}, maxVal ${maxVal}`, 'The first must be smaller.');
    this.minVal = minVal;
    this.maxVal = maxVal;
  }
  forward(x: Tensor): Tensor { return hardtanh(x, this.minVal, this.maxVal); }
}

/**
 * {@link relu6} as a layer. Input and output have any shape.
 *
 * @example
 * new ReLU6().forward(tensor([-1, 3, 8])); // [0, 3, 6]
 */
export class ReLU6 extends Hardtanh {
  static override readonly typeName = 'ReLU6';
  constructor() { super(0, 6); }
}

/**
 * {@link hardsigmoid} as a layer. Input and output have any shape.
 *
 * @example
 * new Hardsigmoid().forward(tensor([-4, 0, 1.5, 4])); // [0, 0.5, 0.75, 1]
 */
export class Hardsigmoid extends Module {
  static override readonly typeName = 'Hardsigmoid';
  forward(x: Tensor): Tensor { return hardsigmoid(x); }
}

/**
 * {@link hardswish} as a layer. Input and output have any shape.
 *
 * @example
 * new Hardswish().forward(tensor([-4, -1, 1, 4])); // [0, -0.3333, 0.6667, 4]
 */
export class Hardswish extends Module {
  static override readonly typeName = 'Hardswish';
  forward(x: Tensor): Tensor { return hardswish(x); }
}

/**
 * {@link threshold} as a layer. Input and output have any shape.
 *
 * @example
 * new Threshold(1, -3).forward(tensor([0.5, 1, 2])); // [-3, -3, 2]
 */
export class Threshold extends Module {
  static override readonly typeName = 'Threshold';
  readonly threshold: number;
  readonly value: number;
  constructor(limit: number, value: number) {
    super();
    this.threshold = limit;
    this.value = value;
  }
  forward(x: Tensor): Tensor { return threshold(x, this.threshold, this.value); }
}

/**
 * {@link softshrink} as a layer. Input and output have any shape.
 *
 * @example
 * new Softshrink(1).forward(tensor([-2, 0.25, 2])); // [-1, 0, 1]
 */
export class Softshrink extends Module {
  static override readonly typeName = 'Softshrink';
  readonly lambda: number;
  constructor(lambda = 0.5) {
    super();
    checkLambda('Softshrink', lambda);
    this.lambda = lambda;
  }
  forward(x: Tensor): Tensor { return softshrink(x, this.lambda); }
}

/**
 * {@link hardshrink} as a layer. Input and output have any shape.
 *
 * @example
 * new Hardshrink(1).forward(tensor([-2, 0.25, 2])); // [-2, 0, 2]
 */
export class Hardshrink extends Module {
  static override readonly typeName = 'Hardshrink';
  readonly lambda: number;
  constructor(lambda = 0.5) {
    super();
    this.lambda = lambda;
  }
  forward(x: Tensor): Tensor { return hardshrink(x, this.lambda); }
}

/**
 * {@link tanhshrink} as a layer. Input and output have any shape.
 *
 * @example
 * new Tanhshrink().forward(tensor([-1, 0, 1])); // [-0.2384, 0, 0.2384]
 */
export class Tanhshrink extends Module {
  static override readonly typeName = 'Tanhshrink';
  forward(x: Tensor): Tensor { return tanhshrink(x); }
}
