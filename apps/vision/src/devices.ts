/** Devices by name; only the chosen one is loaded. */
import type { Device } from '@nn/tensor';

const devices: Readonly<Record<string, () => Promise<Device>>> = {
  cpu: async () => (await import('@nn/backend-cpu')).cpu(),
  webgpu: async () => (await import('@nn/backend-webgpu')).webgpu(),
  gpujs: async () => (await import('@nn/backend-gpujs')).gpujs(),
};

/** @throws where there is no such device, or it cannot be used here */
export function openDevice(name: string): Promise<Device> {
  const open = Object.hasOwn(devices, name) ? devices[name]! : undefined;
  if (!open) throw new Error(`--device: there is no ${name}. Use ${Object.keys(devices).join(', ')}.`);
  return open();
}
