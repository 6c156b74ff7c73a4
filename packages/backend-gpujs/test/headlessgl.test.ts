/** gpu.js by headless WebGL, where the package `gl` is installed. */
import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { digits } from '@nn/data';
import { conformance } from '@nn/tensor/conformance';
import { describe, expect, it } from 'vitest';
import { gpujs } from '../src/index.ts';
import { apart, lecture } from './lecture.ts';

const missing = await gpujs({ mode: 'headlessgl' }).then((device) => device.destroy(), (error: Error) => error.message);

describe.skipIf(missing !== undefined)(`headlessgl (${missing ?? 'with gl'})`, () => {
  conformance('gpujs (headlessgl)', () => gpujs({ mode: 'headlessgl' }), { describe, expect, it }, { smoke: true });

  it('says what answers, and trains as the CPU does', async () => {
    const device = await gpujs({ mode: 'headlessgl' });
    expect(device.describe()).toMatch(/^gpu\.js \S+, headlessgl \(.+\)$/);
    const [data, course] = [digits({ scale: 'unit', shape: [64] }), { pixels: 64, hidden: 64 }];
    expect(apart(await lecture(device, data, course), await lecture(await cpu(), data, course))).toBeLessThan(1e-3);
  });
});
