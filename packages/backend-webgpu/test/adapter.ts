import type { Device } from '@nn/tensor/backend';
import { webgpu, type WebGpuOptions } from '../src/index.ts';

/** Makes a device; undefined where there is no adapter, and then `unavailable` says why. */
export const { available, unavailable } = await probe();

async function probe(): Promise<{ available: ((options?: WebGpuOptions) => Promise<Device>) | undefined; unavailable: string }> {
  try {
    await (await webgpu()).destroy();
    return { available: webgpu, unavailable: '' };
  } catch (error) {
    return { available: undefined, unavailable: ` (skipped: ${(error as Error).message})` };
  }
}
