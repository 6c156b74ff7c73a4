import '@nn/autograd';
import { measure } from '@nn/tensor/conformance';
import { expect, it } from 'vitest';
import { outOfDate } from '../../../tooling/matrix.ts';
import { available, unavailable } from './adapter.ts';

it('docs/backends.md says what is measured', { timeout: 120_000 }, async ({ skip }) => {
  if (!available) return skip(unavailable);
  expect(outOfDate('webgpu', await measure(await available()))).toEqual([]);
});
