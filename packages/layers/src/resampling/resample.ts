/** An axis read at other places: every result is a weighted sum of a few elements. Its adjoint is the same with the roles turned, so gradients of any order gather and never scatter. */
import { customGradient } from '@nn/autograd';
import { fuse, type Scalar, scope, type Tensor, tensor } from '@nn/tensor';

/** The elements that a result is made of, and their weights. */
export type Taps = readonly (readonly [place: number, weight: number])[];

/** A weight of 0 is a tap that is not there: what it would read does not count, even if it is infinite. */
const weighted = fuse((x: Scalar, weight: Scalar) => x.mul(weight).where(weight.ne(0), 0));

/** `axis` with one element for each of `results`. */
export function resample(x: Tensor, axis: number, results: readonly Taps[]): Tensor {
  const size = x.shape[axis]!;
  return customGradient({
    name: 'resample',
    forward: (y) => resampled(y, axis, results),
    backward: ([g]) => [g && resample(g, axis, turned(results, size))],
    saves: { inputs: false, outputs: false },
  })(x);
}

function resampled(x: Tensor, axis: number, results: readonly Taps[]): Tensor {
  const most = Math.max(1, ...results.map((taps) => taps.length));
  const at = (pick: 0 | 1): number[] => results.flatMap((taps) => Array.from({ length: most }, (_, i) => taps[i]?.[pick] ?? 0));
  return scope(() => {
    const shape = x.shape.map((size, i) => (i === axis ? results.length : size));
    if (x.numel === 0) return x.newFull(shape, 0);
    const places = tensor(at(0), { dtype: 'int32', device: x.device });
    const read = x.indexSelect(axis, places).unflatten(axis, [results.length, most]);
    const weights = tensor(at(1), { dtype: x.dtype, device: x.device, shape: [results.length, most, ...x.shape.slice(axis + 1).map(() => 1)] });
    return weighted.reduce('sum', axis + 1, read, weights);
  }, 'resample');
}

function turned(results: readonly Taps[], size: number): Taps[] {
  const sources = Array.from({ length: size }, (): [number, number][] => []);
  results.forEach((taps, result) => { for (const [place, weight] of taps) if (weight !== 0) sources[place]!.push([result, weight]); });
  return sources;
}
