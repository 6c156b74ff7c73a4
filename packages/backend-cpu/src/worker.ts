/** What helping threads run: a string, so that no bundler has to find a file. It needs nothing but the shared memory. */
import type { BlasSource } from './blas.ts';
import { CONTROL, PARAMETER_BYTES, PARAMETERS, scratchOf, SGEMM, SLICE_WORDS } from './memory.ts';

/**
 * Words of the control block, each on a cache line of its own. A job is announced in `claim`: its number in the upper bits, and how many parts are
 * still to be taken in the lower ten. Who takes one away by compare-and-exchange has claimed that part; the job cannot end before it is done.
 */
export const WORD = { claim: 0, signal: 16, parked: 32, done: 48, waiting: 64, stop: 80, kernel: 96, module: 97, length: 98, chunks: 99, group: 100 } as const;
/** Most parts of a job, each one chunk or several. */
export const MOST_PARTS = 1000;
export const PART_BITS = 10;

/** What a thread is started with. */
export interface Start {
  readonly memory: WebAssembly.Memory;
  readonly scratch: number;
  readonly blas?: BlasSource | undefined;
}

export const startOf = (memory: WebAssembly.Memory, thread: number, blas?: BlasSource): Start => ({ memory, scratch: scratchOf(thread), blas });

/** Milliseconds that an idle thread looks for work before it sleeps. */
const SPIN = 0.1;

export const workerSource = `'use strict';
const serve = ({ memory, scratch, blas }) => {
  const words = new Int32Array(memory.buffer, ${CONTROL}, 256);
  const kernels = new Map();
  const pause = Atomics.pause ? () => Atomics.pause() : () => {};
  const host = {};
  for (const name of Object.getOwnPropertyNames(Math)) host[name] = Math[name];
  const library = () => {
    const sgemm = require(blas.koffi).load(blas.library).func('${SGEMM}');
    const w = new Int32Array(memory.buffer, ${PARAMETERS}, ${PARAMETER_BYTES} / 4);
    return (_, i) => {
      const at = i * ${SLICE_WORDS};
      const place = (word) => blas.base + (w[at + word] >>> 0);
      sgemm(101, w[at], w[at + 1], w[at + 2], w[at + 3], w[at + 4], 1, place(5), w[at + 6], place(7), w[at + 8], 0, place(9), w[at + 10]);
    };
  };
  const product = blas && library();
  const compile = (id) => {
    if (words[${WORD.length}] === 0) return product;
    try {
      const bytes = new Uint8Array(memory.buffer, words[${WORD.module}] >>> 0, words[${WORD.length}]).slice();
      const { chunk } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory }, host }).exports;
      if (kernels.size > 2000) kernels.clear();
      kernels.set(id, chunk);
      return chunk;
    } catch {
      // The job ended meanwhile, or this thread has not yet heard that the memory grew.
      return undefined;
    }
  };
  for (let seen = 0;;) {
    if (Atomics.load(words, ${WORD.stop})) return;
    for (let claim = Atomics.load(words, ${WORD.claim}); claim & ${2 ** PART_BITS - 1}; claim = Atomics.load(words, ${WORD.claim})) {
      const id = words[${WORD.kernel}];
      const chunk = kernels.get(id) || compile(id);
      if (!chunk) break;
      if (Atomics.compareExchange(words, ${WORD.claim}, claim, claim - 1) !== claim) continue;
      const group = words[${WORD.group}];
      const first = ((claim & ${2 ** PART_BITS - 1}) - 1) * group;
      const end = Math.min(first + group, words[${WORD.chunks}]);
      for (let i = first; i < end; i++) chunk(${PARAMETERS}, i, scratch);
      Atomics.add(words, ${WORD.done}, 1);
      if (Atomics.load(words, ${WORD.waiting})) Atomics.notify(words, ${WORD.done});
    }
    const deadline = performance.now() + ${SPIN};
    while (Atomics.load(words, ${WORD.signal}) === seen && performance.now() < deadline) for (let i = 0; i < 50 && Atomics.load(words, ${WORD.signal}) === seen; i++) pause();
    if (Atomics.load(words, ${WORD.signal}) === seen) {
      Atomics.add(words, ${WORD.parked}, 1);
      Atomics.wait(words, ${WORD.signal}, seen);
      Atomics.sub(words, ${WORD.parked}, 1);
    }
    seen = Atomics.load(words, ${WORD.signal});
  }
};
if (typeof require === 'function') serve(require('node:worker_threads').workerData);
else onmessage = ({ data }) => serve(data);
`;
