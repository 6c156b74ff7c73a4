/** What helping threads run: a string, so that no bundler has to find a file. It needs nothing but the shared memory. */
import type { BlasSource } from './blas.ts';
import { CONTROL, JOB_WORDS, JOBS, MOST_JOBS, PARAMETER_STEP, parametersOf, scratchOf, SGEMM, SLICE_WORDS } from './memory.ts';

/**
 * Words of the control block, each on a cache line of its own. The job that is being done is announced in `claim`: its number in the upper half, then the first part that
 * is still to be taken and the one behind the last. Who changes it by compare-and-exchange has claimed a part: the caller from the front, the others from the back, so
 * that in a loop each thread meets the memory that it wrote the last time. Who does the last part writes the job's number to `finished` and begins the next one, if
 * `published` says that there is one; otherwise who publishes it does. Only one of them succeeds, again by compare-and-exchange.
 */
export const WORD = { claim: 0, signal: 16, parked: 32, done: 48, waiting: 64, stop: 80, published: 96, finished: 112 } as const;
/** Words of a job in the ring: the kernel's number, where its module lies and how long it is; the same of the one that ends each chunk, its number 0 where there is none; how the job is cut. */
export const JOB = { kernel: 0, end: 3, chunks: 6, group: 7, parts: 8 } as const;
/** Most parts of a job, each one chunk or several. */
export const MOST_PARTS = 255;
/** Numbers of jobs wrap around. */
export const JOB_MASK = 0xffff;

/** What a thread is started with. */
export interface Start {
  readonly memory: WebAssembly.Memory;
  readonly scratch: number;
  readonly blas?: BlasSource | undefined;
}

export const startOf = (memory: WebAssembly.Memory, thread: number, blas?: BlasSource): Start => ({ memory, scratch: scratchOf(thread), blas });

/** Milliseconds that an idle thread looks for work before it sleeps. */
const SPIN = 0.4;

export const workerSource = `'use strict';
const serve = ({ memory, scratch, blas }) => {
  const words = new Int32Array(memory.buffer, ${CONTROL}, ${(JOBS - CONTROL) / 4 + MOST_JOBS * JOB_WORDS});
  const kernels = new Map();
  const pause = Atomics.pause ? () => Atomics.pause() : () => {};
  const host = {};
  for (const name of Object.getOwnPropertyNames(Math)) host[name] = Math[name];
  const library = () => {
    const sgemm = require(blas.koffi).load(blas.library).func('${SGEMM}');
    const w = new Int32Array(memory.buffer, 0, ${(parametersOf(0) + MOST_JOBS * PARAMETER_STEP) / 4});
    return (parameters, i) => {
      const at = (parameters >> 2) + i * ${SLICE_WORDS};
      const place = (word) => blas.base + (w[at + word] >>> 0);
      sgemm(101, w[at], w[at + 1], w[at + 2], w[at + 3], w[at + 4], 1, place(5), w[at + 6], place(7), w[at + 8], 0, place(9), w[at + 10]);
    };
  };
  const product = blas && library();
  const compile = (id, address, length) => {
    if (length === 0) return product;
    try {
      const bytes = new Uint8Array(memory.buffer, address >>> 0, length).slice();
      const { chunk } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory }, host }).exports;
      if (kernels.size > 2000) kernels.clear();
      kernels.set(id, chunk);
      return chunk;
    } catch {
      // The job ended meanwhile, or this thread has not yet heard that the memory grew.
      return undefined;
    }
  };
  const nothing = () => {};
  const kernelOf = (at) => (words[at] === 0 ? nothing : kernels.get(words[at]) || compile(words[at], words[at + 1], words[at + 2]));
  const placeOf = (job) => ${(JOBS - CONTROL) / 4} + (job & ${MOST_JOBS - 1}) * ${JOB_WORDS};
  const begin = (job) => {
    const before = (job - 1) & ${JOB_MASK};
    if (((Atomics.load(words, ${WORD.published}) - job) & ${JOB_MASK}) > ${MOST_JOBS} || Atomics.load(words, ${WORD.finished}) !== before) return;
    const idle = Atomics.load(words, ${WORD.claim});
    if (idle >>> 16 !== before) return;
    if (Atomics.compareExchange(words, ${WORD.claim}, idle, job << 16 | words[placeOf(job) + ${JOB.parts}]) !== idle) return;
    Atomics.add(words, ${WORD.signal}, 1);
    if (Atomics.load(words, ${WORD.parked}) > 0) Atomics.notify(words, ${WORD.signal});
  };
  // Does the last part of what is claimed; whether one can be done.
  const help = (claim) => {
    const job = claim >>> 16;
    const at = placeOf(job);
    const id = words[at + ${JOB.kernel}];
    const endId = words[at + ${JOB.end}];
    let chunk = kernelOf(at + ${JOB.kernel});
    let ending = kernelOf(at + ${JOB.end});
    if (!chunk || !ending) return false;
    if (Atomics.compareExchange(words, ${WORD.claim}, claim, claim - 1) !== claim) return true;
    // From here on the job cannot end; before, it may have been an earlier one of the same number.
    if (words[at + ${JOB.kernel}] !== id) chunk = kernelOf(at + ${JOB.kernel});
    if (words[at + ${JOB.end}] !== endId) ending = kernelOf(at + ${JOB.end});
    const group = words[at + ${JOB.group}];
    const chunks = words[at + ${JOB.chunks}];
    const parts = words[at + ${JOB.parts}];
    const part = claim & 255;
    const end = Math.min(part * group, chunks);
    const parameters = ${parametersOf(0)} + (job & ${MOST_JOBS - 1}) * ${PARAMETER_STEP};
    for (let i = (part - 1) * group; i < end; i++) {
      chunk(parameters, i, scratch);
      ending(parameters, i, scratch);
    }
    if (Atomics.add(words, ${WORD.done}, 1) === parts - 1) {
      Atomics.store(words, ${WORD.done}, 0);
      Atomics.store(words, ${WORD.finished}, job);
      begin((job + 1) & ${JOB_MASK});
      if (Atomics.load(words, ${WORD.waiting})) Atomics.notify(words, ${WORD.finished});
    }
    return true;
  };
  for (let seen = 0;;) {
    if (Atomics.load(words, ${WORD.stop})) return;
    for (let claim = Atomics.load(words, ${WORD.claim}); (claim >> 8 & 255) < (claim & 255) && help(claim); claim = Atomics.load(words, ${WORD.claim}));
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
