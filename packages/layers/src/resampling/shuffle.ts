/** Channels made into pixels and back, and channels in another order. */
import { fail, scope, show, type Tensor } from '@nn/tensor';
import { Module } from '../module.ts';

function checkFactor(operation: string, factor: number): void {
  if (!(Number.isInteger(factor) && factor > 0)) fail(operation, `the factor is ${factor}`, 'Use a whole number from 1 on.');
}

/**
 * Each r^2 channels become one, r times as high and wide.
 *
 * Source: Shi et al. 2016, Real-time single image and video super-resolution; https://docs.pytorch.org/docs/stable/generated/torch.nn.PixelShuffle.html
 *
 * @param x [..., C r^2, H, W]
 * @param r the factor
 * @returns [..., C, H r, W r]
 * @throws where r^2 does not divide the channels
 * @example
 * pixelShuffle(ones([1, 9, 4, 4]), 3).shape; // [1, 1, 12, 12]
 */
export function pixelShuffle(x: Tensor, r: number): Tensor {
  checkFactor('pixelShuffle', r);
  const [channels, height, width] = x.shape.slice(-3) as [number, number, number];
  if (x.ndim < 3 || channels % r ** 2 !== 0) fail('pixelShuffle', `a factor of ${r} for ${show(x.shape)}`, `Give [..., C, H, W] with a multiple of ${r ** 2} as C.`);
  const lead = x.shape.slice(0, -3);
  const n = lead.length;
  return scope(() => x.reshape(...lead, channels / r ** 2, r, r, height, width)
    .permute(...lead.map((_, i) => i), n, n + 3, n + 1, n + 4, n + 2)
    .reshape(...lead, channels / r ** 2, height * r, width * r), 'pixelShuffle');
}

/**
 * The reverse of {@link pixelShuffle}: [..., C, H r, W r] becomes [..., C r^2, H, W].
 *
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.PixelUnshuffle.html
 *
 * @throws where r does not divide height and width
 *
 * @example
 * pixelUnshuffle(ones([1, 1, 12, 12]), 3).shape; // [1, 9, 4, 4]
 */
export function pixelUnshuffle(x: Tensor, r: number): Tensor {
  checkFactor('pixelUnshuffle', r);
  const [channels, height, width] = x.shape.slice(-3) as [number, number, number];
  if (x.ndim < 3 || height % r !== 0 || width % r !== 0) fail('pixelUnshuffle', `a factor of ${r} for ${show(x.shape)}`, `Give [..., C, H, W] with multiples of ${r} as H and W.`);
  const lead = x.shape.slice(0, -3);
  const n = lead.length;
  return scope(() => x.reshape(...lead, channels, height / r, r, width / r, r)
    .permute(...lead.map((_, i) => i), n, n + 2, n + 4, n + 1, n + 3)
    .reshape(...lead, channels * r ** 2, height / r, width / r), 'pixelUnshuffle');
}

/**
 * Takes one channel of each group in turn, so that groups mix.
 *
 * Source: Zhang et al. 2017, ShuffleNet; https://docs.pytorch.org/docs/stable/generated/torch.nn.ChannelShuffle.html
 *
 * @param x [N, C, ...], three axes or more
 * @param groups divides C
 * @throws where it does not
 *
 * @example
 * channelShuffle(tensor([[[1], [2], [3], [4]]]), 2); // [[[1], [3], [2], [4]]]
 */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  if (x.ndim < 3 || !(groups > 0) || x.shape[1]! % groups !== 0) fail('channelShuffle', `${groups} groups of the channels of ${show(x.shape)}`, 'Give [N, C, ...] with a C that the groups divide.');
  return scope(() => x.unflatten(1, [groups, x.shape[1]! / groups]).transpose(1, 2).flatten(1, 2), 'channelShuffle');
}

/**
 * {@link pixelShuffle} as a layer.
 *
 * @example
 * new PixelShuffle(3).forward(ones([1, 9, 4, 4])).shape; // [1, 1, 12, 12]
 */
export class PixelShuffle extends Module {
  static override readonly typeName = 'PixelShuffle';
  readonly upscaleFactor: number;
  constructor(upscaleFactor: number) {
    super();
    this.upscaleFactor = upscaleFactor;
  }
  forward(x: Tensor): Tensor { return pixelShuffle(x, this.upscaleFactor); }
}

/**
 * {@link pixelUnshuffle} as a layer.
 *
 * @example
 * new PixelUnshuffle(3).forward(ones([1, 1, 12, 12])).shape; // [1, 9, 4, 4]
 */
export class PixelUnshuffle extends Module {
  static override readonly typeName = 'PixelUnshuffle';
  readonly downscaleFactor: number;
  constructor(downscaleFactor: number) {
    super();
    this.downscaleFactor = downscaleFactor;
  }
  forward(x: Tensor): Tensor { return pixelUnshuffle(x, this.downscaleFactor); }
}

/**
 * {@link channelShuffle} as a layer.
 *
 * @example
 * new ChannelShuffle(2).forward(ones([1, 4, 8])).shape; // [1, 4, 8]
 */
export class ChannelShuffle extends Module {
  static override readonly typeName = 'ChannelShuffle';
  readonly groups: number;
  constructor(groups: number) {
    super();
    this.groups = groups;
  }
  forward(x: Tensor): Tensor { return channelShuffle(x, this.groups); }
}

/**
 * [N, ..., C], as image files and TensorFlow have it, becomes [N, C, ...], as layers here take it: a view.
 * @throws for fewer than two axes
 * @example
 * channelsFirst(zeros([32, 28, 28, 3])).shape; // [32, 3, 28, 28]
 */
export const channelsFirst = (x: Tensor): Tensor => x.movedim(-1, 1);
/**
 * [N, C, ...] becomes [N, ..., C]: a view, the reverse of {@link channelsFirst}.
 *
 * @example
 * channelsLast(zeros([32, 3, 28, 28])).shape; // [32, 28, 28, 3]
 */
export const channelsLast = (x: Tensor): Tensor => x.movedim(1, -1);
