/** WebGPU in Node: Dawn, from the npm package `webgpu`. */
import { message } from '@nn/tensor/backend';

interface DawnModule { create(flags: string[]): GPU }

/** What `create` returned, by its flags. Dawn stops when nobody holds it, so it is held for ever. */
const instances = new Map<string, GPU>();

/** Dawn's `navigator.gpu`. `flags` are Dawn's own, e.g. `backend=null`. */
export async function dawn(flags: readonly string[]): Promise<GPU> {
  const key = flags.join('\n');
  let gpu = instances.get(key);
  if (!gpu) {
    const { create } = await load();
    instances.set(key, (gpu = create([...flags])));
  }
  return gpu;
}

async function load(): Promise<DawnModule> {
  // Not a literal, so that bundlers for pages do not follow it.
  const name = 'webgpu';
  try {
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as DawnModule;
  } catch (error) {
    throw new Error(reason(error as Error & { code?: string }), { cause: error });
  }
}

/** Why the package did not load, from what Node says. */
export function reason(error: Error & { code?: string }): string {
  const here = `${process.platform}-${process.arch}`;
  if (error.code === 'ERR_MODULE_NOT_FOUND' && /'webgpu'/.test(error.message)) {
    return message('webgpu', 'the npm package "webgpu" (Dawn) is not installed', 'Install it: npm install webgpu');
  }
  if (error.code === 'MODULE_NOT_FOUND' && /dawn\.node/.test(error.message)) {
    return message('webgpu', `the npm package "webgpu" has no binary for ${here}`, 'It has them for Linux (glibc), macOS and Windows on x64 and arm64; use the cpu device here.');
  }
  if (error.code === 'ERR_DLOPEN_FAILED') {
    return message('webgpu', `Dawn's binary for ${here} does not load (${error.message.split('\n')[0]!})`, 'On Linux it needs glibc 2.34 or later (not musl); use the cpu device here.');
  }
  return message('webgpu', `the npm package "webgpu" does not load (${error.message.split('\n')[0]!})`, 'Reinstall it: npm install webgpu');
}

/** Devices of this process. Dawn may crash when a process ends with one alive. */
const alive = new Set<GPUDevice>();

/** Destroys `device` when the process ends, unless it was before. */
export function destroyAtExit(device: GPUDevice): void {
  if (alive.size === 0) process.once('exit', destroyAll);
  alive.add(device);
  void device.lost.then(() => {
    alive.delete(device);
    if (alive.size === 0) process.off('exit', destroyAll);
  });
}

function destroyAll(): void {
  for (const device of alive) device.destroy();
}
