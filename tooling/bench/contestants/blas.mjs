// A BLAS alone, through koffi, with threads of its own: `node --conditions=@nn/source blas.mjs auto 2`, or with the path of a library instead of `auto`.
import { createRequire } from 'node:module';
import { candidates } from '../../../packages/backend-cpu/src/blas.ts';
import { coreOf, fitKernels } from '../../../packages/backend-cpu/src/openblas.ts';
import { thisProcessor } from '../../../packages/backend-cpu/src/processor.ts';
import { missing, serve } from './protocol.mjs';

const [wanted = 'auto', threads = '1'] = process.argv.slice(2);
const requireOurs = createRequire(new URL('../../../packages/backend-cpu/package.json', import.meta.url));
const processor = await thisProcessor();
const names = wanted === 'auto' ? candidates(process.platform, processor) : [wanted];
const { library, name } = await open();

async function open() {
  const koffi = requireOurs('koffi');
  for (const name of names) {
    try {
      const library = koffi.load(name);
      // Its best kernels here, as we use them.
      fitKernels(library, koffi, processor);
      return { library, name };
    } catch {}
  }
  return missing(`no BLAS was found (${names.join(', ')}): install one, e.g. Debian's libopenblas0, or give its path as NN_BLAS`);
}

function said(/** @type {string} */ prototype, /** @type {unknown[]} */ ...args) {
  try {
    return library.func(prototype)(...args);
  } catch {
    return undefined;
  }
}

said('void openblas_set_num_threads(int)', Number(threads));
const sgemm = library.func('void cblas_sgemm(int, int, int, int, int, int, float, float *, int, float *, int, float, _Inout_ float *, int)');

function gemm(/** @type {{ m: number, n: number, k: number, left?: boolean, right?: boolean }} */ { m, n, k, left = false, right = false }) {
  const [a, b, c] = [m * k, k * n, m * n].map((length) => Float32Array.from({ length }, (_, i) => Math.sin(i)));
  return () => sgemm(101, left ? 112 : 111, right ? 112 : 111, m, n, k, 1, a, left ? m : k, b, right ? k : n, 0, c, n);
}

const about = String(said('str openblas_get_config()') ?? (/mkl_rt/.test(name) ? 'MKL' : name.split(/[/\\]/).at(-1)));
const kernels = coreOf(about);
await serve({ name: about.split(' ').slice(0, 2).join(' '), version: '', engine: `alone${kernels && `, kernels of ${kernels}`}, ${threads} thread${threads === '1' ? '' : 's'}` }, { gemm });
