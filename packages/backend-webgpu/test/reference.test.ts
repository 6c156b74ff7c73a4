/** Every case on this backend and on the reference. */
import { complete, type Device } from '@nn/tensor/backend';
import { ReferenceBackend } from '@nn/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Case } from './cases.ts';
import { operations } from './operations.ts';
import { available, unavailable } from './adapter.ts';
import { verbs } from './verbs.ts';

describe.skipIf(!available)(`against the reference${unavailable}`, () => {
  let device: Device;
  const reference = complete(new ReferenceBackend());
  beforeAll(async () => { device = await available!(); });
  afterAll(async () => { await device.destroy(); });

  it.each([...operations, ...verbs])('$name', async (one) => {
    const [found, expected] = [await results(one, device), await results(one, reference)];
    expect(found.length).toBe(expected.length);
    for (const [k, values] of expected.entries()) compare(found[k]!, values, one.tolerance ?? 1e-5);
  });
});

async function results(one: Case, device: Device) {
  const storages = one.run(device);
  return Promise.all(storages.map((storage) => device.backend.read(storage, 0, storage.length)));
}

function compare(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [x, y] = [found[i]!, expected[i]!];
    if (Object.is(x, y) || x === y || Math.abs(x - y) <= tolerance * (1 + Math.abs(y)) || tiny(x, y)) continue;
    expect.fail(`element ${i}: ${x} instead of ${y}`);
  }
}

/** Subnormal numbers may be flushed to 0, and the largest ones may overflow a little early. */
const tiny = (x: number, y: number): boolean => Math.abs(y) < 1.2e-38 && Math.abs(x) < 1.2e-38;
