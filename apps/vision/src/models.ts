/** Two networks for small grey images, [N, 1, side, side] to ten scores. */
import { AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, Module, ReLU, relu, Sequential } from '@nn/layers';
import type { Tensor } from '@nn/tensor';

/** Two convolutions, each normalized and pooled, then two dense layers: LeNet's plan (LeCun et al. 1998) with today's parts. */
export function cnn(side: number): Sequential {
  const left = Math.floor(Math.floor(side / 2) / 2);
  return new Sequential(
    new Conv2d(1, 32, 3, { padding: 1 }), new BatchNorm2d(32), new ReLU(), new MaxPool2d(2),
    new Conv2d(32, 64, 3, { padding: 1 }), new BatchNorm2d(64), new ReLU(), new MaxPool2d(2),
    new Flatten(), new Linear(64 * left * left, 128), new ReLU(), new Dropout(0.25), new Linear(128, 10),
  );
}

/** Two convolutions and a way around them (He et al. 2015, https://arxiv.org/abs/1512.03385). */
class Block extends Module {
  static override readonly typeName = 'Block';
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  /** Where the shape changes, the way around is a convolution of single pixels. */
  readonly around: Sequential;

  constructor(from: number, to: number, stride: number) {
    super();
    this.conv1 = new Conv2d(from, to, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(to);
    this.conv2 = new Conv2d(to, to, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(to);
    this.around = from === to && stride === 1 ? new Sequential() : new Sequential(new Conv2d(from, to, 1, { stride, bias: false }), new BatchNorm2d(to));
  }

  forward(x: Tensor): Tensor {
    const y = relu(this.bn1.forward(this.conv1.forward(x)));
    return relu(this.bn2.forward(this.conv2.forward(y)).add(this.around.forward(x)));
  }
}

/** A convolution, three blocks of 16, 32 and 64 channels, and the mean of each channel. */
export const resnet = (): Sequential => new Sequential(
  new Conv2d(1, 16, 3, { padding: 1, bias: false }), new BatchNorm2d(16), new ReLU(),
  new Block(16, 16, 1), new Block(16, 32, 2), new Block(32, 64, 2),
  new AdaptiveAvgPool2d(1), new Flatten(), new Linear(64, 10),
);
