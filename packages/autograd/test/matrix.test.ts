import '../src/index.ts';
import { measure } from '@nn/tensor/conformance';
import { expect, it } from 'vitest';
import { outOfDate } from '../../../tooling/matrix.ts';
import { reference } from '@nn/tensor';

it('docs/backends.md says what is measured', { timeout: 120_000 }, async () => {
  expect(outOfDate('reference', await measure(reference()))).toEqual([]);
});
