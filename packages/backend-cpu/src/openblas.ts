/**
 * An OpenBLAS that is older than the processor takes kernels from before AVX, which are several times slower, though it has better ones that would run here.
 * It is told so in the way a user would at its start: by `OPENBLAS_CORETYPE`.
 */
import type { Koffi, Library } from './blas.ts';
import { type Processor, widthOf } from './processor.ts';

const VARIABLE = 'OPENBLAS_CORETYPE';

const kernels = { 256: 'Haswell', 512: 'SkylakeX' } as const;

/** Whose kernels a configuration names; '' where the library was made for one processor. */
export function coreOf(config: string): string {
  // OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY Zen MAX_THREADS=64
  const core = config.split(' ').at(-2) ?? '';
  return /^[A-Z_]+$/.test(core) ? '' : core;
}

/** Whose kernels would be better than those of `core`; undefined where OpenBLAS knows best. */
export function betterThan(core: string, processor: Processor): string | undefined {
  const width = widthOf(processor);
  // Prescott's are those that it takes where it does not know a processor.
  return core === 'Prescott' && width ? kernels[width] : undefined;
}

/** Gives an OpenBLAS that does not know this processor its best kernels; nothing where a user has chosen, and to any other library. Nothing of it may be running. */
export function fitKernels(library: Library, koffi: Koffi, processor: Processor): void {
  const { env } = (globalThis as unknown as { process: { env: Readonly<Record<string, string | undefined>> } }).process;
  if (env[VARIABLE]) return;
  try {
    const better = betterThan(coreOf(library.func('str openblas_get_config()')() as string), processor);
    if (!better) return;
    const [stop, start] = [library.func('void gotoblas_dynamic_quit()'), library.func('void gotoblas_dynamic_init()')];
    // The environment itself: of a worker, `process.env` is a copy.
    const system = koffi.load(null);
    const [set, unset] = [system.func('int setenv(str, str, int)'), system.func('int unsetenv(str)')];
    set(VARIABLE, better, 1);
    stop();
    start();
    unset(VARIABLE);
  } catch {
    // Another library, or an OpenBLAS without these functions: it stays as it is, and is named with its kernels.
  }
}
