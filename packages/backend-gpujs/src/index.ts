/**
 * gpu.js as a backend of `@nn/tensor`: graphics cards by WebGL, without WebGPU; WebAssembly and plain JavaScript without either.
 * @packageDocumentation
 */
import { complete, type Device, fail } from '@nn/tensor/backend';
import { GpuJsBackend } from './backend.ts';
import { defaultOrder, Engine, type Mode, modes } from './engine.ts';

export type { Mode } from './engine.ts';

/** What {@link gpujs} can be asked for. */
export interface GpuJsOptions {
  /**
   * The engine of gpu.js. Default, in this order, the first that works: in pages `webgl2`, `webgl`; elsewhere `webasm`, `cpu`.
   * `headlessgl` (Node) needs the package `gl`. A mode that was asked for is never replaced by another. gpu.js's own WebGPU mode is not
   * offered: its kernels answer by promises, so it could not be read where others can; `@nn/backend-webgpu` is for those cards.
   */
  readonly mode?: Mode;
  /** Most bytes of live tensors, beyond which allocation throws. Default 1 GiB. */
  readonly memoryLimit?: number;
}

/**
 * A device that computes by gpu.js. Numbers are floats throughout: int32 is exact within 2^24, bit patterns (uint32) are not offered.
 *
 * @throws where there is no such mode, and where no engine, or not the one asked for, works here.
 * @example
 * const device = await gpujs({ mode: 'webasm' });
 * device.describe();   // gpu.js 2.24.1, webasm (WebAssembly, one thread)
 */
export async function gpujs({ mode, memoryLimit = 2 ** 30 }: GpuJsOptions = {}): Promise<Device> {
  if (mode !== undefined && !modes.includes(mode)) {
    fail('gpujs', `there is no mode ${mode}`, (mode as string) === 'webgpu' ? 'Use @nn/backend-webgpu.' : `There are ${modes.join(', ')}.`);
  }
  const { default: load, version } = await import('../vendor/gpu.js');
  const gl = mode === 'headlessgl' ? await headless() : undefined;
  const Gpu = load(() => gl);
  const failures: string[] = [];
  for (const wanted of mode ? [mode] : defaultOrder()) {
    try {
      return complete(new GpuJsBackend(new Engine(new Gpu({ mode: wanted }), wanted, version), memoryLimit));
    } catch (error) {
      failures.push(`${wanted}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return fail('gpujs', `no engine of gpu.js works here (${failures.join('; ')})`, "WebAssembly has to be asked for in pages: gpujs({ mode: 'webasm' }).");
}

/** The package `gl`, an optional peer; named by a variable, so that bundlers do not look for it. */
async function headless(): Promise<unknown> {
  const name = 'gl';
  try {
    return ((await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as { default: unknown }).default;
  } catch (error) {
    return fail('gpujs', `headlessgl needs the package gl, which did not load: ${error instanceof Error ? error.message : String(error)}`, 'Install it: npm install gl.');
  }
}
