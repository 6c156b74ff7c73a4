/**
 * The CPU as a device: WebAssembly kernels, generated at run time, over one memory.
 * @packageDocumentation
 */
import { complete, type Device, fail } from '@nn/tensor/backend';
import { CpuBackend, type CpuOptions } from './backend.ts';
import { compiles, Interpreter } from './interpreter.ts';
import { cores, threadStarter } from './threads.ts';

export type { CpuOptions } from './backend.ts';

/**
 * The CPU.
 *
 * Threads share its memory; where memory cannot be shared (a page without cross-origin isolation) there is one thread, and `describe()` says so.
 * Where a page's content policy forbids WebAssembly, an interpreter computes, slowly, and `describe()` says that.
 * Results are the same bits for any number of threads. A BLAS changes bits: it is used only where `blas` asks for it, from the first operation on.
 *
 * @throws if `threads` is no whole number from 1 on; where the `blas` that was asked for, or koffi, is not there
 * @example
 * setDefaultDevice(await cpu());                 // one thread per core
 * const single = await cpu({ threads: 1 });
 * single.describe();                             // 'cpu (WebAssembly SIMD, relaxed FMA, 1 thread)'
 */
export async function cpu(options: CpuOptions = {}): Promise<Device> {
  const threads = options.threads ?? await cores();
  if (!Number.isInteger(threads) || threads < 1) fail('cpu', `${threads} is no number of threads`, 'Use a whole number from 1 on, or leave it out for one per core.');
  if (!compiles()) return complete(new Interpreter());
  const blas = options.blas === undefined || options.blas === 'off' ? undefined : await (await import('./blas.ts')).loadBlas(options.blas);
  return complete(new CpuBackend({ ...options, threads }, threads > 1 ? await threadStarter() : undefined, blas));
}
