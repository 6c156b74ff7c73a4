import '@nn/autograd';
import { measure } from '@nn/tensor/conformance';
import { expect, it } from 'vitest';
import { outOfDate } from '../../../tooling/matrix.ts';
import { cpu } from '../src/index.ts';

it('docs/backends.md says what is measured', { timeout: 120_000 }, async () => {
  expect(outOfDate('cpu', await measure(await cpu()))).toEqual([]);
});
