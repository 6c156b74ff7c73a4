import '@nn/autograd';
import { conformance } from '@nn/tensor/conformance';
import { describe, expect, it } from 'vitest';
import { cpu } from '../../src/index.ts';

/** What the policy and the isolation of this page should lead to, told by its address. */
const wanted = new URLSearchParams(location.search).get('says')!;

describe('cpu', () => {
  it(`says: ${wanted}`, async () => {
    const device = await cpu({ threads: 2 });
    expect(device.describe()).toContain(wanted);
    await device.destroy();
  });
});
conformance('cpu', () => cpu({ threads: 2 }), { describe, expect, it }, { smoke: !new URLSearchParams(location.search).has('all') });
