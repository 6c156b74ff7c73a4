/** Pools to a given size: the i-th window of an axis reaches from floor(i size / count) to ceil((i + 1) size / count). */
import { fail, quietly, scope, show, type Tensor, tensor } from '@nn/tensor';
import { perAxis } from '../convolution/windows.ts';
import { area, parts } from '../resampling/kernels.ts';
import { resample } from '../resampling/resample.ts';
import { batched } from './avg-pool.ts';
import { type Pooled, pooled } from './max-pool.ts';

/** Sizes of a result: null keeps the input's. */
export type OutputSize = number | readonly (number | null)[];

function sizesOf(operation: string, outputSize: OutputSize, size: readonly number[]): number[] {
  if (size.some((own) => own < 1)) fail(operation, `the spatial sizes are ${show(size)}`, 'They must be 1 or more.');
  if (typeof outputSize !== 'number' && outputSize.length !== size.length) fail(operation, `outputSize is [${outputSize.join(', ')}]`, `Give ${size.length} of them, or one number.`);
  return perAxis(operation, 'outputSize', typeof outputSize === 'number' ? outputSize : outputSize.map((own, i) => own ?? size[i]!), size.length, 0);
}

/** Windows side by side, where they divide the axes: [N, C, count, size / count, ...]. */
const tiles = (x: Tensor, wanted: readonly number[]): Tensor => x.reshape(...x.shape.slice(0, 2), ...wanted.flatMap((count, i) => [count, x.shape[2 + i]! / count]));

/** The mean over windows that give the wanted size. */
export function adaptiveAvgPool(operation: string, rank: number, x: Tensor, outputSize: OutputSize): Tensor {
  return batched(operation, rank, x, (batch) => {
    const size = batch.shape.slice(2);
    const wanted = sizesOf(operation, outputSize, size);
    if (wanted.every((count, i) => count > 0 && size[i]! % count === 0)) return tiles(batch, wanted).mean(wanted.map((_, i) => 3 + 2 * i));
    return wanted.reduce((y, count, i) => resample(y, 2 + i, area({ size: size[i]!, count })), batch);
  });
}
/**
 * The mean over windows that make the axis `outputSize` long. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool1d.html
 *
 * @example
 * adaptiveAvgPool1d(tensor([[1, 2, 3, 4, 5]]), 2); // [[2, 4]]
 */
export const adaptiveAvgPool1d = (x: Tensor, outputSize: OutputSize): Tensor => adaptiveAvgPool('adaptiveAvgPool1d', 1, x, outputSize);
/**
 * {@link adaptiveAvgPool1d} of images. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool2d.html
 * @example
 * adaptiveAvgPool2d(ones([1, 8, 7, 5]), 1).shape; // [1, 8, 1, 1]
 */
export const adaptiveAvgPool2d = (x: Tensor, outputSize: OutputSize): Tensor => adaptiveAvgPool('adaptiveAvgPool2d', 2, x, outputSize);
/**
 * {@link adaptiveAvgPool1d} of volumes. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool3d.html
 *
 * @example
 * adaptiveAvgPool3d(ones([1, 8, 4, 7, 5]), 1).shape; // [1, 8, 1, 1, 1]
 */
export const adaptiveAvgPool3d = (x: Tensor, outputSize: OutputSize): Tensor => adaptiveAvgPool('adaptiveAvgPool3d', 3, x, outputSize);

/** The largest over the same windows, axis by axis, and their places in the flattened axes; a window that is shorter than others sees its last element again. */
export function adaptiveMaxPool(operation: string, rank: number, x: Tensor, outputSize: OutputSize): [values: Tensor, places: Tensor] {
  return scope(() => {
    const batch = x.ndim === rank + 1 ? x.unsqueeze(0) : x;
    if (batch.ndim !== rank + 2) fail(operation, `the input is ${show(x.shape)}`, `Give [N, C${', L'.repeat(rank)}] or [C${', L'.repeat(rank)}].`);
    const size = batch.shape.slice(2);
    const wanted = sizesOf(operation, outputSize, size);
    let values = batch;
    let places: Tensor | undefined;
    for (let i = rank - 1; i >= 0; i--) {
      const own = parts({ size: size[i]!, count: wanted[i]! });
      const longest = Math.max(0, ...own.map(([start, end]) => end - start));
      const index = own.flatMap(([start, end]) => Array.from({ length: longest }, (_, k) => Math.min(start + k, end - 1)));
      const at = tensor(index, { dtype: 'int32', device: x.device });
      const windowed = (y: Tensor): Tensor => y.indexSelect(2 + i, at).unflatten(2 + i, [wanted[i]!, longest]);
      const best = windowed(values).max(3 + i);
      const width = size.slice(i + 1).reduce((a, b) => a * b, 1);
      places = quietly(() => {
        const chosen = (y: Tensor): Tensor => y.expand([...best.indices.shape.slice(0, 3 + i), longest, ...best.indices.shape.slice(3 + i)]).gather(3 + i, best.indices.unsqueeze(3 + i)).squeeze(3 + i);
        const along = chosen(at.reshape(wanted[i]!, longest, ...new Array<number>(rank - 1 - i).fill(1))).mul(width);
        return places ? chosen(windowed(places)).add(along) : along;
      });
      values = best.values;
    }
    return batch === x ? [values, places!] : [values.squeeze(0), places!.squeeze(0)];
  }, operation);
}
/**
 * The largest over windows that make the axis `outputSize` long. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool1d.html
 *
 * @example
 * adaptiveMaxPool1d(tensor([[1, 2, 3, 4, 5]]), 2); // [[3, 5]]
 */
export const adaptiveMaxPool1d = (x: Tensor, outputSize: OutputSize): Tensor => adaptiveMaxPool('adaptiveMaxPool1d', 1, x, outputSize)[0];
/**
 * {@link adaptiveMaxPool1d} of images. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool2d.html
 *
 * @example
 * adaptiveMaxPool2d(ones([1, 8, 7, 5]), [3, 2]).shape; // [1, 8, 3, 2]
 */
export const adaptiveMaxPool2d = (x: Tensor, outputSize: OutputSize): Tensor => adaptiveMaxPool('adaptiveMaxPool2d', 2, x, outputSize)[0];
/**
 * {@link adaptiveMaxPool1d} of volumes. Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool3d.html
 *
 * @example
 * adaptiveMaxPool3d(ones([1, 8, 4, 7, 5]), 2).shape; // [1, 8, 2, 2, 2]
 */
export const adaptiveMaxPool3d = (x: Tensor, outputSize: OutputSize): Tensor => adaptiveMaxPool('adaptiveMaxPool3d', 3, x, outputSize)[0];
/**
 * {@link adaptiveMaxPool1d} with the places of the values.
 *
 * @example
 * adaptiveMaxPool1dWithIndices(tensor([[1, 2, 3, 4, 5]]), 2).indices; // [[2, 4]]
 */
export const adaptiveMaxPool1dWithIndices = (x: Tensor, outputSize: OutputSize): Pooled => pooled(adaptiveMaxPool('adaptiveMaxPool1d', 1, x, outputSize));
/**
 * {@link adaptiveMaxPool2d} with the places of the values.
 *
 * @example
 * adaptiveMaxPool2dWithIndices(tensor([[[1, 2], [4, 3]]]), 1).indices; // [[[2]]]
 */
export const adaptiveMaxPool2dWithIndices = (x: Tensor, outputSize: OutputSize): Pooled => pooled(adaptiveMaxPool('adaptiveMaxPool2d', 2, x, outputSize));
/**
 * {@link adaptiveMaxPool3d} with the places of the values.
 *
 * @example
 * adaptiveMaxPool3dWithIndices(tensor([[[[1, 2], [4, 3]]]]), 1).indices; // [[[[2]]]]
 */
export const adaptiveMaxPool3dWithIndices = (x: Tensor, outputSize: OutputSize): Pooled => pooled(adaptiveMaxPool('adaptiveMaxPool3d', 3, x, outputSize));
