/** gpu.js by headless WebGL, where the package `gl` is installed. */
import '@nn/autograd';
import { cpu } from '@nn/backend-cpu';
import { digits } from '@nn/data';
import { conformance } from '@nn/tensor/conformance';
import { beforeEach, describe, expect, it } from 'vitest';
import { gpujs } from '../src/index.ts';
import { apart, lecture } from './lecture.ts';

const there = await gpujs({ mode: 'headlessgl' }).then(async (device) => {
  await device.destroy();
  return true;
}, () => false);

describe('headlessgl', () => {
  beforeEach(({ skip }) => { if (!there) skip('headlessgl needs the package gl: npm install gl'); });

  conformance('gpujs (headlessgl)', () => gpujs({ mode: 'headlessgl' }), { describe, expect, it }, { smoke: true });

  it('says what answers, and trains as the CPU does', async () => {
    const device = await gpujs({ mode: 'headlessgl' });
    expect(device.describe()).toMatch(/^gpu\.js \S+, headlessgl \(.+\)$/);
    const [data, course] = [digits({ scale: 'unit', shape: [64] }), { pixels: 64, hidden: 64 }];
    expect(apart(await lecture(device, data, course), await lecture(await cpu(), data, course))).toBeLessThan(1e-3);
  });
});
