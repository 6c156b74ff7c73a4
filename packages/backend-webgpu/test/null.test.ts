/** Dawn's null backend validates kernels without any adapter: every kernel that the cases generate must pass. */
import type { Device } from '@nn/tensor/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kernel, nullDevice } from '../src/index.ts';
import { operations } from './operations.ts';
import { verbs } from './verbs.ts';

describe('on the null backend', () => {
  let device: Device;
  const kernels: Kernel[] = [];
  beforeAll(async () => { device = await nullDevice({ onKernel: (kernel) => kernels.push(kernel) }); });
  afterAll(async () => { await device.destroy(); });

  it('says what it is', () => { expect(device.describe()).toMatch(/NULL ADAPTER/); });

  it.each([...operations, ...verbs])('$name', async ({ run }) => {
    const [first] = run(device);
    // A failed kernel is reported here.
    expect((await device.read(first!, 0, 1))[0]).toBe(0);
  });

  it('has seen every kind of kernel', () => {
    expect(new Set(kernels.map(({ operation }) => operation))).toEqual(new Set(['map', 'sum', 'prod', 'max', 'min', 'matmul', 'gather', 'randomUniform']));
    expect(kernels.length).toBeGreaterThan(200);
  });
});
