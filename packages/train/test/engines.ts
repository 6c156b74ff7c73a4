/** The engines that can run here, for tests that must hold on every one of them. */
import type { Device } from '@nn/tensor';
import { reference } from '@nn/tensor';
import { cpu } from '@nn/backend-cpu';
import { gpujs } from '@nn/backend-gpujs';
import { webgpu } from '@nn/backend-webgpu';

export interface Engine {
  readonly name: string;
  readonly make: () => Promise<Device>;
}

export const engines: readonly Engine[] = [
  { name: 'reference', make: () => Promise.resolve(reference()) },
  { name: 'cpu', make: () => cpu() },
  { name: 'gpujs', make: () => gpujs({ mode: 'webasm' }) },
  { name: 'webgpu', make: () => webgpu() },
];

const opened = new Map<string, Promise<Device>>();

/** The engine's device; skips the test, with the engine's own words, where the machine has none. */
export async function open({ name, make }: Engine, context: { skip(reason: string): unknown }): Promise<Device> {
  let device = opened.get(name);
  if (!device) opened.set(name, (device = make()));
  try {
    return await device;
  } catch (error) {
    context.skip((error as Error).message);
    throw error;
  }
}
