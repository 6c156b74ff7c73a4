/** When two results count as equal: exactly for integers and bools, within the device's tolerance for floats. */
import { show, type Tensor } from '../src/index.ts';

export interface Closeness {
  /** Multiples of the device's tolerance that are allowed: how many operations' errors add up. */
  readonly times?: number;
  /** What a float's error is measured against, besides its own size: 1 (default), the largest of the result (sums that cancel), or nothing. */
  readonly against?: 'one' | 'largest' | 'itself';
  /** In place of the device's tolerance. */
  readonly tolerance?: number;
}

/** What differs between results and what they should be, in words; reads all at once. */
export async function differences(found: readonly Tensor[], expected: readonly Tensor[], closeness: Closeness = {}): Promise<string[]> {
  if (found.length !== expected.length) return [`${found.length} results instead of ${expected.length}`];
  const [left, right] = await Promise.all([Promise.all(found.map((x) => x.data())), Promise.all(expected.map((x) => x.data()))]);
  return found.flatMap((x, i) => {
    const y = expected[i]!;
    const which = found.length === 1 ? 'the result' : `result ${i}`;
    if (show(x.shape) !== show(y.shape) || x.dtype !== y.dtype) return [`${which} is ${x.dtype} ${show(x.shape)} instead of ${y.dtype} ${show(y.shape)}`];
    const wrong = firstDifference(left[i]!, right[i]!, allowed(x, closeness), closeness.against ?? 'one');
    return wrong ? [`${which} (${x.dtype} ${show(x.shape)}) ${wrong}`] : [];
  });
}

function allowed(x: Tensor, { times = 1, tolerance }: Closeness): number {
  switch (x.dtype) {
    case 'float16': return 2e-3 * times;
    case 'float32': return (tolerance ?? x.device.limits.tolerance) * times;
    case 'float64': return (tolerance ?? Math.min(1e-13, x.device.limits.tolerance)) * times;
    default: return 0;
  }
}

/** In words, how many elements differ and where the first is; undefined where none does. */
export function firstDifference(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, against: 'one' | 'largest' | 'itself' = 'one'): string | undefined {
  if (found.length !== expected.length) return `has ${found.length} elements instead of ${expected.length}`;
  const sizes = Array.from(expected, Math.abs).filter(Number.isFinite);
  const floor = against === 'one' ? 1 : against === 'largest' ? sizes.reduce((a, b) => Math.max(a, b), 0) : 0;
  let count = 0;
  let first = -1;
  for (let i = 0; i < found.length; i++) {
    const [a, b] = [found[i]!, expected[i]!];
    if (a === b || Object.is(a, b)) continue;
    if (Number.isFinite(a) && Number.isFinite(b) && Math.abs(a - b) <= tolerance * Math.max(Math.abs(b), floor)) continue;
    if (count++ === 0) first = i;
  }
  return count === 0 ? undefined : `differs at ${count} of ${found.length} elements, first at ${first}: ${found[first]} instead of ${expected[first]}`;
}
