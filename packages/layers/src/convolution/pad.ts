/** Padding by something else than a number: each axis is read by places. */
import { fail, scope, show, type Tensor } from '@nn/tensor';
import { resample } from '../resampling/resample.ts';
import { padded } from './windows.ts';

export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

/** The place that a position from -before on shows. */
const places: Readonly<Record<Exclude<PaddingMode, 'zeros'>, (position: number, size: number) => number>> = {
  reflect: (position, size) => { const at = Math.abs(position); return at < size ? at : 2 * (size - 1) - at; },
  replicate: (position, size) => Math.min(Math.max(position, 0), size - 1),
  circular: (position, size) => (position + size) % size,
};

/** Pads the axes from 2 on (negative numbers crop; what goes round is cropped first). @throws where a mode cannot reach that far */
export function padBy(operation: string, x: Tensor, mode: PaddingMode, before: readonly number[], after: readonly number[]): Tensor {
  if (mode === 'zeros') return padded(x, before, after);
  if (mode === 'circular' && [...before, ...after].some((own) => own < 0)) {
    const [crop, rest] = [Math.min, Math.max].map((limit) => (sides: readonly number[]) => sides.map((own) => limit(own, 0))) as [(sides: readonly number[]) => number[], (sides: readonly number[]) => number[]];
    return scope(() => padBy(operation, padded(x, crop(before), crop(after)), mode, rest(before), rest(after)), operation);
  }
  const place = places[mode] ?? fail(operation, `the padding mode is '${mode as string}'`, "Use 'zeros', 'reflect', 'replicate' or 'circular'.");
  return scope(() => before.reduce((y, low, i) => {
    const [axis, size, high] = [2 + i, y.shape[2 + i]!, after[i]!];
    const most = mode === 'reflect' ? size - 1 : mode === 'circular' ? size : Infinity;
    if (Math.max(low, high) > most || size + low + high < 0) fail(operation, `${mode} padding of ${low} and ${high} on an axis of ${size} of ${show(x.shape)}`, `It reaches ${most === Infinity ? 'any number' : most} at most, and no more than there is can be cropped.`);
    if (low === 0 && high === 0) return y;
    return resample(y, axis, Array.from({ length: size + low + high }, (_, at) => [[place(at - low, size), 1]]));
  }, x), operation);
}
