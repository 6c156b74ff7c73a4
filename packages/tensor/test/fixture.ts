/** How the tests read PyTorch's values, and compare with them. */
import { expect } from 'vitest';
import { type DType, tensor, type Tensor } from '@nn/tensor';
import { type FixtureNumber, numbers } from '../../../tooling/reference/fixtures.ts';

export interface FixtureTensor { readonly dtype: string; readonly shape: readonly number[]; readonly data: readonly FixtureNumber[] }

/** A fixture's tensor on the default device. */
export const load = ({ dtype, shape, data }: FixtureTensor): Tensor => tensor(numbers(data), { dtype: dtype as DType, shape });

/** Element by element: within `tolerance` of the larger of 1 and the value; NaN and infinities as they are. */
export async function expectClose(found: Tensor, expected: readonly FixtureNumber[], tolerance = 1e-12): Promise<void> {
  const [values, right] = [await found.data(), numbers(expected)];
  const wrong = right.flatMap((value, i) => {
    const is = values[i]!;
    const equal = is === value || Object.is(is, value) || (Number.isFinite(value) && Math.abs(is - value) <= tolerance * Math.max(1, Math.abs(value)));
    return equal ? [] : [`element ${i}: ${is} instead of ${value}`];
  });
  expect(wrong).toEqual([]);
  expect(values.length).toBe(right.length);
}

/** The method of this name, undefined while there is none. */
export function method(x: Tensor, name: string): ((...args: unknown[]) => Tensor) | undefined {
  const found: unknown = x[name as keyof Tensor];
  return typeof found === 'function' ? (found.bind(x) as (...args: unknown[]) => Tensor) : undefined;
}
