import '@nn/autograd';
import { conformance } from '@nn/tensor/conformance';
import { describe, expect, it } from 'vitest';
import { gpujs, type Mode } from '../../src/index.ts';

const query = new URLSearchParams(location.search);
const mode = query.get('mode') as Mode;

describe('gpujs', () => {
  it('says which engine answers, and chooses WebGL 2 unasked', async () => {
    const device = await gpujs({ mode });
    expect(device.describe()).toMatch(new RegExp(`^gpu\\.js \\S+, ${mode} \\(.+\\)$`));
    const unasked = await gpujs();
    expect(unasked.describe()).toContain('webgl2');
    for (const each of [device, unasked]) await each.destroy();
  });
  it('names its limits', async () => {
    const device = await gpujs({ mode });
    expect(() => device.allocate('uint32', 1)).toThrow('allocate: gpujs has no uint32. It has bool, int32, float32.');
    expect(() => device.allocate('bool', 2 ** 24 + 1)).toThrow(/allocate: 16777217 elements in one tensor, gpu.js takes 16777216 \(webgl/);
    await device.destroy();
  });
});
conformance(`gpujs (${mode})`, () => gpujs({ mode }), { describe, expect, it }, { smoke: query.has('smoke') });
