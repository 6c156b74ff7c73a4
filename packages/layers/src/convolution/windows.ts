/** What convolutions and pools share: sizes by axis, zeros around and between, and sliding windows as views. */
import { fail, type Tensor } from '@nn/tensor';

/** One number for all spatial axes, or one for each. */
export type Sizes = number | readonly number[];

/** One whole number from `least` on for each of `rank` axes. */
export function perAxis(operation: string, name: string, sizes: Sizes, rank: number, least = 1): number[] {
  const list = typeof sizes === 'number' ? new Array<number>(rank).fill(sizes) : [...sizes];
  if (list.length === 1 && rank > 1) list.push(...new Array<number>(rank - 1).fill(list[0]!));
  if (list.length !== rank || list.some((size) => !Number.isInteger(size) || size < least)) {
    fail(operation, `${name} is ${typeof sizes === 'number' ? sizes : `[${sizes.join(', ')}]`}`, `Give a whole number from ${least} on${rank > 1 ? `, or ${rank} of them` : ''}.`);
  }
  return list;
}

/** `before` and `after` of `value` on the axes from 2 on; negative numbers crop. */
export function padded(x: Tensor, before: readonly number[], after: readonly number[], value = 0): Tensor {
  if (before.every((size) => size === 0) && after.every((size) => size === 0)) return x;
  // The last axis comes first.
  return x.pad(before.map((size, i) => [size, after[i]!]).reverse().flat(), value);
}

/** Each element of the axes from 2 on followed by `step` - 1 zeros, but for the last one. */
export function dilated(x: Tensor, steps: readonly number[]): Tensor {
  let y = x;
  for (const [i, step] of steps.entries()) {
    const axis = 2 + i;
    const size = y.shape[axis]!;
    if (step === 1 || size === 0) continue;
    const behind = y.ndim - axis - 1;
    const spread = y.unsqueeze(axis + 1).pad([...new Array<number>(2 * behind).fill(0), 0, step - 1]);
    y = spread.reshape(...y.shape.map((own, at) => (at === axis ? own * step : own))).narrow(axis, 0, (size - 1) * step + 1);
  }
  return y;
}

/** [N, C, ...size] as windows [N, C, ...places, ...kernel], nothing copied. */
export function windows(x: Tensor, kernel: readonly number[], stride: readonly number[], dilation: readonly number[]): Tensor {
  return kernel.reduce((y, size, i) => y.unfold(2 + i, size, stride[i], { dilation: dilation[i]! }), x);
}

/** The same with the kernel's axes before the places: [N, C, ...kernel, ...places], so that places lie side by side. */
export function columns(x: Tensor, kernel: readonly number[], stride: readonly number[], dilation: readonly number[]): Tensor {
  const rank = kernel.length;
  const spatial = kernel.map((_, i) => i);
  return windows(x, kernel, stride, dilation).permute(0, 1, ...spatial.map((i) => 2 + rank + i), ...spatial.map((i) => 2 + i));
}
