/**
 * The CPU as a device: WebAssembly kernels, generated at run time, over one memory.
 * @packageDocumentation
 */
import { complete, type Device } from '@nn/tensor/backend';
import { CpuBackend, type CpuOptions } from './backend.ts';

export type { CpuOptions } from './backend.ts';

/**
 * The CPU.
 *
 * @example
 * setDefaultDevice(await cpu());
 */
export function cpu(options: CpuOptions = {}): Promise<Device> {
  return Promise.resolve(complete(new CpuBackend(options)));
}
