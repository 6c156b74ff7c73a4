/** Group normalization. */
import { fail, ones, scope, show, type Tensor, zeros } from '@nn/tensor';
import { Module } from '../module.ts';
import { Parameter, type ParameterOptions } from '../parameter.ts';
import { type LayerNormInput, normalized } from './layer-norm.ts';

/**
 * Gives each group of channels of each sample mean 0 and standard deviation 1, then each channel a factor and a shift.
 *
 * Source: Wu & He 2018, Group normalization; https://docs.pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html
 *
 * @param x [N, C, ...]
 * @param numGroups divides C
 * @param options `weight` and `bias` are [C]
 * @throws where the channels cannot be grouped so, or a group has a single value
 * @example
 * groupNorm(randn([2, 6, 4, 4]), 3).shape; // [2, 6, 4, 4]
 */
export function groupNorm(x: Tensor, numGroups: number, { weight = null, bias = null, eps = 1e-5 }: LayerNormInput = {}): Tensor {
  const [n, channels, ...rest] = x.shape as [number, number, ...number[]];
  if (x.ndim < 2 || !(numGroups > 0) || channels % numGroups !== 0) fail('groupNorm', `${numGroups} groups of the channels of ${show(x.shape)}`, 'Give [N, C, ...] with a C that the groups divide.');
  for (const own of [weight, bias]) if (own && show(own.shape) !== show([channels])) fail('groupNorm', `weight or bias is ${show(own.shape)}, the input ${show(x.shape)}`, `Give [${channels}].`);
  const count = (rest.reduce((a, b) => a * b, 1) * channels) / numGroups;
  if (n * count === 1) fail('groupNorm', `each group of ${show(x.shape)} has one value, whose variance is 0`, 'Use fewer groups.');
  return scope(() => {
    const groups = x.unflatten(1, [numGroups, channels / numGroups]);
    const own = (values: Tensor | null): Tensor | undefined => values?.reshape(numGroups, channels / numGroups, ...rest.map(() => 1));
    const axes = groups.shape.map((_, axis) => axis).slice(2);
    return normalized(axes, groups, own(weight) ?? 1, own(bias) ?? 0, count, eps).flatten(1, 2);
  }, 'groupNorm');
}

/** What {@link GroupNorm} takes. `affine`: whether each channel has a learned factor (from 1) and shift (from 0), default true. */
export interface GroupNormOptions extends Pick<ParameterOptions, 'device' | 'dtype'> { readonly eps?: number; readonly affine?: boolean }

/**
 * {@link groupNorm} with a learned factor and shift per channel.
 *
 * @param numGroups divides `numChannels`
 * @param numChannels C of the input, [N, C, ...]
 * @throws where it does not, and by `forward` for other shapes
 * @example
 * new GroupNorm(3, 6).forward(randn([2, 6, 4, 4])).shape; // [2, 6, 4, 4]
 */
export class GroupNorm extends Module {
  static override readonly typeName = 'GroupNorm';
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  constructor(numGroups: number, numChannels: number, { eps = 1e-5, affine = true, ...where }: GroupNormOptions = {}) {
    super();
    if (!(numGroups > 0) || numChannels % numGroups !== 0) fail('GroupNorm', `${numGroups} groups of ${numChannels} channels`, 'The groups must divide the channels.');
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.weight = affine ? new Parameter(ones([numChannels], where)) : null;
    this.bias = affine ? new Parameter(zeros([numChannels], where)) : null;
  }

  forward(x: Tensor): Tensor {
    if (x.ndim > 1 && x.shape[1] !== this.numChannels && this.weight) fail('GroupNorm', `the input is ${show(x.shape)}`, `Give [N, ${this.numChannels}, ...].`);
    return groupNorm(x, this.numGroups, this);
  }
}
