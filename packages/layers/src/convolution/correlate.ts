/**
 * The three products of a convolution: of inputs and weights, of gradients and weights, of inputs and gradients. Each is a contraction of windows, and the gradients of
 * each are the other two, so a convolution differentiates to any order, and none of its gradients scatters.
 */
import { customGradient } from '@nn/autograd';
import { contract, type Tensor } from '@nn/tensor';
import { columns, dilated, padded } from './windows.ts';

/** How weights [O, C / groups, ...kernel] slide over inputs [N, C, ...size]. */
export interface Slide {
  readonly stride: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

const spatial = (rank: number, from: number): number[] => Array.from({ length: rank }, (_, i) => from + i);
/** Channels as groups of channels: [..., groups, C / groups, ...]. */
const grouped = (x: Tensor, axis: number, groups: number): Tensor => x.unflatten(axis, [groups, x.shape[axis]! / groups]);
/** The gradient where it is wanted. */
const when = (wanted: boolean, gradient: () => Tensor): Tensor | undefined => (wanted ? gradient() : undefined);

/** `y[n, o, p] = sum over c and k of x[n, c, stride p + dilation k - before] w[o, c, k]`, plus `bias[o]`. */
export function correlate(x: Tensor, w: Tensor, bias: Tensor | undefined, slide: Slide): Tensor {
  const wanted = [x.requiresGrad, w.requiresGrad];
  return customGradient({
    name: 'convolution',
    forward: (input, weight, shift) => products(columns(padded(input, slide.before, slide.after), weight.shape.slice(2), slide.stride, slide.dilation), weight, slide.groups, shift),
    backward: ([g], [input, weight]) => [
      when(wanted[0]!, () => spread(g!, weight!, slide, input!.shape.slice(2))),
      when(wanted[1]!, () => weigh(input!, g!, slide, weight!.shape.slice(2))),
      ...(bias ? [g!.sum(g!.shape.map((_, axis) => axis).filter((axis) => axis !== 1))] : []),
    ],
    saves: { outputs: false },
  })(x, w, ...(bias ? [bias] : []));
}

/** Its adjoint: every element of `g` [N, O, ...places] spreads over the places that it came from; [N, C, ...size]. */
export function spread(g: Tensor, w: Tensor, slide: Slide, size: readonly number[]): Tensor {
  const wanted = [g.requiresGrad, w.requiresGrad];
  return customGradient({
    name: 'transposed convolution',
    forward: (gradient, weight) => spreadNow(gradient, weight, slide, size),
    backward: ([x], [gradient, weight]) => [
      when(wanted[0]!, () => correlate(x!, weight!, undefined, slide)),
      when(wanted[1]!, () => weigh(x!, gradient!, slide, weight!.shape.slice(2))),
    ],
    saves: { outputs: false },
  })(g, w);
}

/** What the weights get: `w[o, c, k] = sum over n and p of g[n, o, p] x[n, c, stride p + dilation k - before]`. */
function weigh(x: Tensor, g: Tensor, slide: Slide, kernel: readonly number[]): Tensor {
  const wanted = [x.requiresGrad, g.requiresGrad];
  return customGradient({
    name: "a convolution's weights",
    forward: (input, gradient) => weighNow(input, gradient, slide, kernel),
    backward: ([w], [input, gradient]) => [
      when(wanted[0]!, () => spread(gradient!, w!, slide, input!.shape.slice(2))),
      when(wanted[1]!, () => correlate(input!, w!, undefined, slide)),
    ],
    saves: { outputs: false },
  })(x, g);
}

/** [N, C, ...kernel, ...places] times weights [O, C / groups, ...kernel]: [N, O, ...places]. */
function products(wins: Tensor, w: Tensor, groups: number, bias: Tensor | undefined): Tensor {
  const rank = w.ndim - 2;
  const n = wins.shape[0]!;
  const axes = { rows: 1, inner: 1 + rank, columns: rank };
  const shift = bias?.reshape(-1, ...new Array<number>(rank).fill(1));
  if (groups === 1) return contract(w.expand([n, ...w.shape]), wins, axes, { bias: shift });
  const own = grouped(w, 0, groups);
  return contract(own.expand([n, ...own.shape]), grouped(wins, 1, groups), axes, { bias: shift && grouped(shift, 0, groups) }).flatten(1, 2);
}

function spreadNow(g: Tensor, w: Tensor, { stride, before, dilation, groups }: Slide, size: readonly number[]): Tensor {
  const kernel = w.shape.slice(2);
  const rank = kernel.length;
  const wide = dilated(g, stride);
  const reach = kernel.map((own, i) => dilation[i]! * (own - 1));
  const left = reach.map((own, i) => own - before[i]!);
  const right = size.map((own, i) => own + reach[i]! - left[i]! - wide.shape[2 + i]!);
  const wins = columns(padded(wide, left, right), kernel, new Array<number>(rank).fill(1), dilation);
  const turned = w.flip(spatial(rank, 2));
  const weights = groups === 1 ? turned.transpose(0, 1) : grouped(turned, 0, groups).transpose(1, 2).flatten(0, 1);
  return products(wins, weights, groups, undefined);
}

function weighNow(x: Tensor, g: Tensor, { stride, before, after, dilation, groups }: Slide, kernel: readonly number[]): Tensor {
  const rank = kernel.length;
  const wins = columns(padded(x, before, after), kernel, stride, dilation);
  const axes = { rows: 1 + rank, inner: 1 + rank, columns: 1 };
  const [kernels, places] = [spatial(rank, 2), spatial(rank, 2 + rank)];
  if (groups === 1) {
    const w = contract(wins.permute(1, ...kernels, 0, ...places), g.permute(0, ...spatial(rank, 2), 1), axes); // [C, ...kernel, O]
    return w.permute(rank + 1, ...spatial(rank + 1, 0));
  }
  const up = (list: readonly number[]) => list.map((axis) => axis + 1);
  const w = contract(grouped(wins, 1, groups).permute(1, 2, ...up(kernels), 0, ...up(places)), grouped(g, 1, groups).permute(1, 0, ...up(spatial(rank, 2)), 2), axes); // [groups, C / groups, ...kernel, O / groups]
  return w.permute(0, rank + 2, ...spatial(rank + 1, 1)).flatten(0, 1);
}
