/**
 * A BLAS of the system, called through koffi on the heap where it lies. It computes with one thread of its own: products are cut into slices, and those are
 * claimed by our threads like any chunk. Node only; nothing of it is loaded unless asked for.
 */
import { fail } from '@nn/tensor/backend';
import type { Heap } from './heap.ts';
import { parametersOf, PLAIN, SGEMM, SLICE_WORDS, TURNED } from './memory.ts';
import { coreOf, fitKernels } from './openblas.ts';
import { type Processor, thisProcessor, widthOf } from './processor.ts';
import { builtin } from './threads.ts';

/** What a thread needs to load the same library. */
export interface BlasSource { readonly koffi: string; readonly library: string; readonly base: number }

type Sgemm = (order: number, turnA: number, turnB: number, m: number, n: number, k: number, alpha: number, a: number, lda: number, b: number, ldb: number, beta: number, c: number, ldc: number) => void;
export interface Library { func(prototype: string): (...args: unknown[]) => unknown }
/** `load(null)` answers what is in the process already. */
export interface Koffi { load(path: string | null): Library; address(value: Uint8Array): bigint }

const MKL = ['libmkl_rt.so.3', 'libmkl_rt.so.2', 'libmkl_rt.so'];
const OPENBLAS = ['libopenblas.so.0', 'libopenblas.so'];
const elsewhere: { readonly [platform: string]: readonly string[] } = {
  darwin: ['/System/Library/Frameworks/Accelerate.framework/Accelerate', '/opt/homebrew/opt/openblas/lib/libopenblas.dylib', '/usr/local/opt/openblas/lib/libopenblas.dylib', 'libopenblas.dylib'],
  win32: ['mkl_rt.3.dll', 'mkl_rt.2.dll', 'libopenblas.dll', 'openblas.dll', 'libblis.dll'],
};

/** Libraries that `auto` looks for, the fastest first. MKL takes its AVX-512 kernels on processors of Intel alone. */
export function candidates(platform: string, processor: Processor): readonly string[] {
  if (platform !== 'linux') return elsewhere[platform] ?? [];
  const narrow = widthOf(processor) === 512 && processor.vendor !== 'GenuineIntel';
  return [...(narrow ? [...OPENBLAS, ...MKL] : [...MKL, ...OPENBLAS]), 'libblis.so.4', 'libblis.so'];
}

/** How each library is told to use one thread, and what it calls itself. */
const kinds = [
  { name: 'OpenBLAS', single: 'void openblas_set_num_threads(int)', argument: 1, about: 'str openblas_get_config()' },
  { name: 'MKL', single: 'void MKL_Set_Num_Threads(int)', argument: 1 },
  { name: 'BLIS', single: 'void bli_thread_set_num_threads(long)', argument: 1, about: 'str bli_info_get_version_str()' },
  // BLAS_THREADING_SINGLE_THREADED, from macOS 15 on.
  { name: 'Accelerate', single: 'int BLASSetThreading(int)', argument: 1 },
] as const;

export class Blas {
  /** For `describe()`. */
  readonly name: string;
  readonly #sgemm: Sgemm;
  readonly #koffi: Koffi;
  readonly #paths: { readonly koffi: string; readonly library: string };

  constructor(name: string, sgemm: Sgemm, koffi: Koffi, paths: { koffi: string; library: string }) {
    this.name = name;
    this.#sgemm = sgemm;
    this.#koffi = koffi;
    this.#paths = paths;
  }

  source({ bytes }: Heap): BlasSource { return { ...this.#paths, base: Number(this.#koffi.address(bytes)) }; }

  /** Does slice `i` of the parameters (see {@link SLICE_WORDS}). */
  chunk(heap: Heap): (parameters: number, i: number) => void {
    let [known, base] = [heap.bytes, this.source(heap).base];
    return (parameters, i) => {
      if (heap.bytes !== known) [known, base] = [heap.bytes, this.source(heap).base];
      const { ints } = heap;
      const at = (parameters >> 2) + i * SLICE_WORDS;
      const place = (word: number): number => base + (ints[at + word]! >>> 0);
      this.#sgemm(101, ints[at]!, ints[at + 1]!, ints[at + 2]!, ints[at + 3]!, ints[at + 4]!, 1, place(5), ints[at + 6]!, place(7), ints[at + 8]!, 0, place(9), ints[at + 10]!);
    };
  }

  /**
   * Whether a product may be cut into slices: each is the whole's up to rounding, and has the same bits wherever its result lies. It need not have the bits of the whole, and kernels of
   * OpenBLAS for AVX2 end a block in another order than they go through it; since shapes alone say where products are cut, results are the same for any number of threads.
   * Decides on a few shapes of every kind.
   */
  slices(heap: Heap): boolean {
    const [m, n, k] = [96, 80, 130];
    const length = m * k + k * n + 3 * m * n;
    const start = heap.allocate(4 * length);
    const values = heap.floats.subarray(start / 4, start / 4 + length);
    for (let i = 0; i < length; i++) values[i] = Math.sin(i * 0.7) + ((i * 7919) % 13) / 8;
    const chunk = this.chunk(heap);
    const [a, b, results] = [start, start + 4 * m * k, start + 4 * (m * k + k * n)];
    const result = (i: number): Float32Array => heap.floats.subarray(results / 4 + i * m * n, results / 4 + (i + 1) * m * n);
    const [whole, parts, again] = [result(0), result(1), result(2)];
    /** The product by slices of at most `tall` x `wide`, as result `i`. */
    const product = (turnA: boolean, turnB: boolean, tall: number, wide: number, i: number): void => {
      for (let row = 0; row < m; row += tall) {
        for (let column = 0; column < n; column += wide) {
          const place = results + 4 * (i * m * n + row * n + column);
          heap.ints.set([turnA ? TURNED : PLAIN, turnB ? TURNED : PLAIN, Math.min(tall, m - row), Math.min(wide, n - column), k, a + 4 * row * (turnA ? 1 : k), turnA ? m : k, b + 4 * column * (turnB ? k : 1), turnB ? k : n, place, n], parametersOf(0) >> 2);
          chunk(parametersOf(0), 0);
        }
      }
    };
    const can = [[false, false], [false, true], [true, false], [true, true]].every(([turnA, turnB]) => {
      product(turnA!, turnB!, m, n, 0);
      return [[32, n], [m, 48], [48, 32]].every(([tall, wide]) => {
        product(turnA!, turnB!, tall!, wide!, 1);
        product(turnA!, turnB!, tall!, wide!, 2);
        return parts.every((value, i) => value === again[i] && Math.abs(value - whole[i]!) < 1e-5 * k * 4);
      });
    });
    heap.free(start, 4 * length);
    return can;
  }
}

/**
 * Loads a BLAS: the first that is found for `auto`, else the one at a path.
 * @throws where koffi or the library is not there
 */
export async function loadBlas(wanted: string): Promise<Blas> {
  const { createRequire } = await builtin('node:module') as { createRequire(from: string): ((id: string) => unknown) & { resolve(id: string): string } };
  const require = createRequire(import.meta.url);
  let path: string;
  try {
    path = require.resolve('koffi');
  } catch {
    return fail('cpu', 'a system BLAS is called through koffi, which is not installed', "npm install koffi, or leave `blas` out.");
  }
  const koffi = require(path) as Koffi;
  const { platform } = (globalThis as unknown as { process: { platform: string } }).process;
  const processor = await thisProcessor();
  const names = wanted === 'auto' ? candidates(platform, processor) : [wanted];
  for (const library of names) {
    try {
      const loaded = koffi.load(library);
      fitKernels(loaded, koffi, processor);
      return new Blas(nameOf(loaded, library), loaded.func(SGEMM), koffi, { koffi: path, library });
    } catch (error) {
      if (wanted !== 'auto') fail('cpu', `the BLAS at ${wanted} cannot be used: ${(error as Error).message}`, 'Give the path of a library with cblas_sgemm.');
    }
  }
  return fail('cpu', `no BLAS was found (${names.join(', ')})`, "Install one, e.g. Debian's libopenblas0, give its path, or leave `blas` out.");
}

/** Tells the library to use one thread, and asks it for its name. */
function nameOf(library: Library, path: string): string {
  for (const kind of kinds) {
    try {
      library.func(kind.single)(kind.argument);
    } catch {
      continue;
    }
    const about = 'about' in kind ? library.func(kind.about)() as string : '';
    if (kind.name !== 'OpenBLAS') return about ? `${kind.name} ${about}` : kind.name;
    const core = coreOf(about);
    return [...about.split(' ').slice(0, 2), ...(core ? [`(${core})`] : [])].join(' ');
  }
  return path.split(/[/\\]/).at(-1)!;
}
