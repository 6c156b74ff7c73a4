/** An OpenBLAS that does not know the processor takes the best kernels that it has for it. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { Koffi } from '../src/blas.ts';
import { betterThan, coreOf, fitKernels } from '../src/openblas.ts';
import { processorOf, thisProcessor } from '../src/processor.ts';

const koffi = createRequire(import.meta.url)('koffi') as Koffi;
const opens = (): boolean => {
  try {
    koffi.load('libopenblas.so.0');
    return true;
  } catch {
    return false;
  }
};
const processor = (flags: string) => processorOf(`processor\t: 0\nvendor_id\t: Some\nflags\t\t: fpu ${flags} ht\nbugs\t\t: none\n\nprocessor\t: 1\nflags\t\t: fpu\n`);

describe('kernels of an OpenBLAS', () => {
  it('are those that its configuration names', () => {
    expect(coreOf('OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY Prescott MAX_THREADS=64')).toBe('Prescott');
    expect(coreOf('OpenBLAS 0.3.29 DYNAMIC_ARCH NO_AFFINITY Zen MAX_THREADS=2')).toBe('Zen');
    expect(coreOf('OpenBLAS 0.3.21 NO_LAPACKE NO_AFFINITY MAX_THREADS=64')).toBe('');
    expect(coreOf('')).toBe('');
  });

  it('are better ones where it does not know the processor, by what that can', () => {
    const wide = 'avx2 fma avx512f avx512cd avx512dq avx512bw avx512vl';
    expect(betterThan('Prescott', processor(wide))).toBe('SkylakeX');
    expect(betterThan('Prescott', processor('fma avx2'))).toBe('Haswell');
    expect(betterThan('Prescott', processor('fma avx2 avx512f'))).toBe('Haswell');
    for (const less of ['avx', 'avx2', 'sse3', '']) expect(betterThan('Prescott', processor(less))).toBeUndefined();
    expect(betterThan('Prescott', processorOf(''))).toBeUndefined();
    for (const known of ['Zen', 'Haswell', 'SkylakeX', 'Sandybridge', '']) expect(betterThan(known, processor(wide))).toBeUndefined();
  });

  it('stay where the library is another', async () => {
    const here = await thisProcessor();
    expect(() => fitKernels(koffi.load(null), koffi, here)).not.toThrow();
  });

  it('are taken at its next start, unless a user has chosen', async ({ skip }) => {
    if (!opens()) skip('no libopenblas.so.0 can be opened: install one, e.g. Debian\'s libopenblas0');
    const run = (fit: string, chosen: Readonly<Record<string, string>> = {}) => {
      const script = `import { createRequire } from 'node:module'; import { fitKernels } from '${new URL('../src/openblas.ts', import.meta.url).href}'; import { thisProcessor } from '${new URL('../src/processor.ts', import.meta.url).href}';
        const koffi = createRequire('${import.meta.url}')('koffi'); const library = koffi.load('libopenblas.so.0'); ${fit}
        process.stdout.write(library.func('str openblas_get_config()')() + (process.env.OPENBLAS_CORETYPE ?? ''));`;
      const { OPENBLAS_CORETYPE: _, ...env } = process.env;
      return spawnSync(process.execPath, ['--input-type=module', '--conditions=@nn/source', '--eval', script], { encoding: 'utf8', env: { ...env, ...chosen } }).stdout;
    };
    const fit = 'fitKernels(library, koffi, await thisProcessor());';
    expect(betterThan(coreOf(run(fit)), await thisProcessor())).toBeUndefined();
    expect(run(fit)).toContain('OpenBLAS');
    const chosen = { OPENBLAS_CORETYPE: 'Prescott' };
    expect(run(fit, chosen)).toBe(run('', chosen));
  });
});
