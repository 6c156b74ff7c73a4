/** What Linux says of the processor: libraries of the system take kernels by its name, and do not know all names. */
import { builtin } from './threads.ts';

export interface Processor {
  /** `GenuineIntel`, `AuthenticAMD`; '' where the system does not say. */
  readonly vendor: string;
  readonly flags: ReadonlySet<string>;
}

const AVX512 = ['avx512f', 'avx512cd', 'avx512dq', 'avx512bw', 'avx512vl'];
const AVX2 = ['avx2', 'fma'];

/** @param text what is in /proc/cpuinfo */
export function processorOf(text: string): Processor {
  return { vendor: /^vendor_id\s*: (.*)$/m.exec(text)?.[1] ?? '', flags: new Set(/^flags\s*: (.*)$/m.exec(text)?.[1]?.split(' ')) };
}

/** How wide its vectors are, as far as libraries have kernels for them: 512 or 256 bits, or undefined. */
export function widthOf({ flags }: Processor): 512 | 256 | undefined {
  const has = (needs: readonly string[]): boolean => needs.every((need) => flags.has(need));
  if (has(AVX512)) return 512;
  return has(AVX2) ? 256 : undefined;
}

export async function thisProcessor(): Promise<Processor> {
  const { readFile } = await builtin('node:fs/promises') as { readFile(path: string, encoding: 'utf8'): Promise<string> };
  return processorOf(await readFile('/proc/cpuinfo', 'utf8').catch(() => ''));
}
