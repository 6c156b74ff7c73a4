/** Devices by name. Only the chosen one is loaded; those for graphics cards may not be installed. */
import { type Device, message, reference } from '@nn/tensor';
import type { Options } from './options.ts';

/** @throws where its package, or what that needs, is not there, saying how to get it */
export async function openDevice({ device, threads }: Pick<Options, 'device' | 'threads'>): Promise<Device> {
  switch (device) {
    case 'cpu': return (await import('@nn/backend-cpu')).cpu(threads === undefined ? {} : { threads });
    case 'webgpu': return (await optional(device, () => import('@nn/backend-webgpu'))).webgpu();
    case 'gpujs': return (await optional(device, () => import('@nn/backend-gpujs'))).gpujs();
    case 'auto': return fastest();
    case 'reference': return reference();
  }
}

/** The fastest of those that are installed. */
async function fastest(): Promise<Device> {
  const { bestDevice } = await import('@nn/train');
  const names = ['cpu', 'webgpu', 'gpujs'] as const;
  return bestDevice({ candidates: Object.fromEntries(names.map((device) => [device, () => openDevice({ device })])) });
}

async function optional<M>(device: string, load: () => Promise<M>): Promise<M> {
  try {
    return await load();
  } catch (error) {
    throw (error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND' ? missing(device, error) : error;
  }
}

/** What to do where a device's package is not there. */
export function missing(device: string, cause: unknown): Error {
  const wrong = `the package @nn/backend-${device} is not installed or not built`;
  return new Error(message('device', wrong, 'Install and build everything once: npm run build. Or use --device cpu.'), { cause });
}
