import { expect } from 'vitest';
import { type DType, type Tensor, tensor } from '@nn/tensor';
import { type FixtureNumber, numbers } from '../../../tooling/reference/fixtures.ts';

/** A tensor as fixtures hold it. */
export interface FixtureTensor { readonly dtype: string; readonly shape: readonly number[]; readonly data: readonly FixtureNumber[] }

export const fromFixture = ({ dtype, shape, data }: FixtureTensor, requiresGrad = false): Tensor =>
  tensor(numbers(data), { shape, dtype: dtype as DType, requiresGrad });

/** |a - b| <= tolerance * max(1, |b|) for each element; NaN equals NaN. */
export async function expectClose(x: Tensor, expected: readonly FixtureNumber[], tolerance = 1e-12): Promise<void> {
  const values = await x.data();
  expect(values.length).toBe(expected.length);
  numbers(expected).forEach((b, i) => {
    const a = values[i]!;
    if (!Object.is(a, b) && !(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)))) expect.fail(`element ${i}: ${a}, expected ${b}`);
  });
}
