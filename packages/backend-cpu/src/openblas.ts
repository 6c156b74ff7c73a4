/**
 * An OpenBLAS that is older than the processor takes kernels from before AVX, which are several times slower, though it has better ones that would run here.
 * It is told so in the way a user would at its start: by `OPENBLAS_CORETYPE`.
 */
import type { Koffi, Library } from './blas.ts';
import { builtin } from './threads.ts';

const VARIABLE = 'OPENBLAS_CORETYPE';

/** Kernels by what a processor needs for them, the best first. */
const kernels: readonly (readonly [core: string, needs: readonly string[]])[] = [
  ['SkylakeX', ['avx512f', 'avx512cd', 'avx512dq', 'avx512bw', 'avx512vl']],
  ['Haswell', ['avx2', 'fma']],
];

/** Whose kernels a configuration names; '' where the library was made for one processor. */
export function coreOf(config: string): string {
  // OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY Zen MAX_THREADS=64
  const core = config.split(' ').at(-2) ?? '';
  return /^[A-Z_]+$/.test(core) ? '' : core;
}

/**
 * Whose kernels would be better than those of `core`; undefined where OpenBLAS knows best.
 * @param processor what Linux says of it in /proc/cpuinfo
 */
export function betterThan(core: string, processor: string): string | undefined {
  // Prescott's are those that it takes where it does not know a processor.
  if (core !== 'Prescott') return undefined;
  const can = new Set(/^flags\s*:(.*)$/m.exec(processor)?.[1]?.split(' '));
  return kernels.find(([, needs]) => needs.every((need) => can.has(need)))?.[0];
}

/** Gives an OpenBLAS that does not know this processor its best kernels; nothing where a user has chosen, and to any other library. Nothing of it may be running. */
export async function fitKernels(library: Library, koffi: Koffi): Promise<void> {
  const { env } = (globalThis as unknown as { process: { env: Readonly<Record<string, string | undefined>> } }).process;
  if (env[VARIABLE]) return;
  const { readFile } = await builtin('node:fs/promises') as { readFile(path: string, encoding: 'utf8'): Promise<string> };
  const processor = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
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
