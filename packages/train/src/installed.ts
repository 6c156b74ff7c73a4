/** The packages of backends, found by name where they are installed. */
import type { Device } from '@nn/tensor';

/** A factory of a package that may be missing. Its name is not a literal, so that bundlers do not look for it. */
const from = (backend: string) => async (): Promise<Device> => {
  const name = `@nn/backend-${backend}`;
  let module: Record<string, () => Device | Promise<Device>>;
  try {
    module = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as typeof module;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND') throw new Error(`${name} is not installed`, { cause: error });
    throw error;
  }
  return module[backend]!();
};

/** The packages of devices, by what they are called. */
export const installed = { cpu: from('cpu'), webgpu: from('webgpu'), gpujs: from('gpujs') };
