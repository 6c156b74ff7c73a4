/**
 * The CPU as a device: WebAssembly kernels, generated at run time, over one memory.
 * @packageDocumentation
 */
import { complete, type Device } from '@nn/tensor/backend';
import { CpuBackend, type CpuOptions } from './backend.ts';
import { cores, threadStarter } from './threads.ts';

export type { CpuOptions } from './backend.ts';

/**
 * The CPU.
 *
 * @example
 * setDefaultDevice(await cpu());
 */
export async function cpu(options: CpuOptions = {}): Promise<Device> {
  const threads = options.threads ?? await cores();
  return complete(new CpuBackend({ ...options, threads }, threads > 1 ? await threadStarter() : undefined));
}
