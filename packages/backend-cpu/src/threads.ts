/** Threads, as Node and as browsers have them. */
import type { BlasSource } from './blas.ts';
import { startOf, workerSource } from './worker.ts';

interface NodeWorker { unref(): void; terminate(): Promise<number>; on(event: 'error', listener: (error: Error) => void): unknown }
interface NodeThreads { Worker: new (source: string, options: { eval: true; workerData: unknown; execArgv: string[]; name: string }) => NodeWorker }
interface NodeSystem { availableParallelism(): number }
interface NodeProcess { versions?: { node?: string }; getBuiltinModule?(id: string): unknown }

const { process: node } = globalThis as { process?: NodeProcess };
const inNode = node?.versions?.node !== undefined;

/** Starts one thread; it never keeps a process alive. */
export type StartThread = (memory: WebAssembly.Memory, thread: number, blas?: BlasSource) => { stop(): void };

/** A module of Node's own. Its name is no literal in an import, so that bundlers for pages do not look for it. */
export const builtin = async (id: string): Promise<unknown> => node?.getBuiltinModule?.(id) ?? import(/* @vite-ignore */ /* webpackIgnore: true */ id);

/** Whether memory can be shared at all: pages need cross-origin isolation. */
export const sharable = (): boolean => typeof SharedArrayBuffer === 'function' && (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;

/** Cores that this process may use. */
export async function cores(): Promise<number> {
  if (!inNode) return globalThis.navigator?.hardwareConcurrency ?? 1;
  return (await builtin('node:os') as NodeSystem).availableParallelism();
}

/** Whether this thread may sleep: the one that draws a page may not. */
export const maySleep = (): boolean => inNode || !('document' in globalThis);

/** How to start threads; undefined where a page's content policy refuses them. */
export async function threadStarter(): Promise<StartThread | undefined> {
  if (inNode) {
    const { Worker: Thread } = await builtin('node:worker_threads') as NodeThreads;
    return (memory, thread, blas) => {
      const worker = new Thread(workerSource, { eval: true, workerData: startOf(memory, thread, blas), execArgv: [], name: `nn cpu ${thread}` });
      // Without this thread the others do its work.
      worker.on('error', () => {});
      worker.unref();
      return { stop: () => { void worker.terminate(); } };
    };
  }
  if (!sharable() || !await startsWorkers()) return undefined;
  return (memory, thread) => {
    const worker = workerOf(workerSource, `nn cpu ${thread}`);
    worker.addEventListener('error', (event) => { event.preventDefault(); });
    worker.postMessage(startOf(memory, thread), []);
    return { stop: () => { worker.terminate(); } };
  };
}

function workerOf(source: string, name: string): Worker {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url, { name });
  URL.revokeObjectURL(url);
  return worker;
}

/** Whether the page's content policy lets workers start that are made of text. */
async function startsWorkers(): Promise<boolean> {
  try {
    const worker = workerOf('postMessage(0)', 'nn cpu');
    const started = await new Promise<boolean>((done) => {
      worker.addEventListener('message', () => { done(true); });
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        done(false);
      });
    });
    worker.terminate();
    return started;
  } catch {
    return false;
  }
}
