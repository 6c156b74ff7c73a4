/** Devices by name, each loaded only when it is asked for. */
import { type Device, fail, message, reference } from '@nn/tensor';
import { bestDevice } from './best-device.ts';
import { installed } from './installed.ts';

/** What {@link openDevice} knows. `'auto'` is the fastest of those that are installed. */
export type DeviceName = 'cpu' | 'webgpu' | 'gpujs' | 'reference' | 'auto';

const NAMES: readonly DeviceName[] = ['cpu', 'webgpu', 'gpujs', 'reference', 'auto'];

/**
 * The device of that name, as command lines have it. It is found by the name of its package, which bundlers do not see: in a page import the package.
 *
 * @throws where there is no such name, or its package is not installed
 * @example
 * const { values } = parseArgs({ options: { device: { type: 'string', default: 'cpu' } } });
 * setDefaultDevice(await openDevice(values.device));
 */
export async function openDevice(name: string): Promise<Device> {
  if (!(NAMES as readonly string[]).includes(name)) fail('device', `there is no ${name}`, `Use ${NAMES.join(', ')}.`);
  if (name === 'reference') return reference();
  if (name === 'auto') return bestDevice();
  try {
    return await installed[name as keyof typeof installed]();
  } catch (error) {
    const missing = `@nn/backend-${name} is not installed`;
    if ((error as Error).message !== missing) throw error;
    throw new Error(message('device', missing, 'Install it and, in a copy of the sources, build everything (npm run build). Or use cpu.'), { cause: error });
  }
}
