import { complete, type Device, fail } from '@nn/tensor/backend';
import { describe, isSoftware, nameOf, requestDevice } from './adapter.ts';
import { WebGpuBackend } from './backend.ts';
import { dawn, destroyAtExit } from './dawn.ts';
import { Engine } from './engine.ts';
import type { Kernel } from './kernel.ts';
import { keepsNonFinite } from './probe.ts';

/** How to get a device. */
export interface WebGpuOptions {
  /** Which adapter to prefer where there are several. Default: the system's choice. */
  readonly adapter?: 'high-performance' | 'low-power';
  /** Dawn's own flags, in Node, e.g. `['enable-dawn-features=allow_unsafe_apis']`. */
  readonly flags?: readonly string[];
  /** Most bytes of live tensors. Default 4 GiB, 1 GiB on software adapters; WebGPU does not tell how much there is. */
  readonly memoryLimit?: number;
  /** Called with each kernel before it is compiled, e.g. to read its WGSL. */
  readonly onKernel?: (kernel: Kernel) => void;
}

/** For tests: an adapter with less than it has. */
export interface Restrictions {
  /** Most bytes of one arena. */
  readonly arenaBytes?: number;
  /** No optional feature, and WebGPU's default limits. */
  readonly bare?: boolean;
}

/**
 * A device on the GPU: through `navigator.gpu` in pages, through Dawn (npm package `webgpu`) in Node.
 *
 * @throws where the package, its binary for this platform or an adapter is missing, saying what to install.
 * @example
 * setDefaultDevice(await webgpu());
 */
export const webgpu = (options: WebGpuOptions = {}): Promise<Device> => open(options);

/** {@link webgpu}, with less. */
export async function open(options: WebGpuOptions & Restrictions): Promise<Device> {
  const { gpu, where } = await find(options.flags ?? []);
  const { device, info } = await requestDevice(gpu, where, options.adapter, options.bare);
  if (where === 'Dawn') destroyAtExit(device);
  const engine = new Engine(device, { ...options, subgroups: namesSubgroups(gpu), adapter: nameOf(info) });
  return complete(new WebGpuBackend(engine, {
    description: describe(info, device, where === 'Dawn' ? 'Dawn in Node' : 'navigator.gpu'),
    memoryBytes: options.memoryLimit ?? (isSoftware(info) ? 2 ** 30 : 2 ** 32),
    nonFinite: await keepsNonFinite(engine),
  }));
}

/**
 * A device of Dawn's null backend (Node only): it checks every kernel and computes nothing, all reads give zeros. For validating WGSL where there is no adapter.
 */
export async function nullDevice(options: Pick<WebGpuOptions, 'memoryLimit' | 'onKernel'> & Restrictions = {}): Promise<Device> {
  const gpu = await dawn(['backend=null']);
  const { device } = await requestDevice(gpu, 'Dawn', undefined, options.bare);
  destroyAtExit(device);
  return complete(new WebGpuBackend(new Engine(device, { ...options, blank: true, subgroups: namesSubgroups(gpu) }), {
    description: 'webgpu (NULL ADAPTER: validates kernels, computes nothing; Dawn in Node)', memoryBytes: options.memoryLimit ?? 2 ** 30, nonFinite: true,
  }));
}

/** Whether kernels may ask which subgroup a thread is in. */
const namesSubgroups = (gpu: GPU): boolean => gpu.wgslLanguageFeatures?.has('subgroup_id') ?? false;

async function find(flags: readonly string[]): Promise<{ readonly gpu: GPU; readonly where: 'Dawn' | 'this browser' }> {
  const own = globalThis.navigator?.gpu as GPU | undefined;
  if (own) return { gpu: own, where: 'this browser' };
  if (typeof process === 'undefined' || !process.versions?.node) {
    fail('webgpu', 'this browser offers no WebGPU', 'It takes a recent browser and a secure page (https or localhost). Or use the cpu device.');
  }
  return { gpu: await dawn(flags), where: 'Dawn' };
}
