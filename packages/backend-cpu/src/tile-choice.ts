/**
 * How many rows the tiles of products have. Engines differ: a loop whose sums do not all stay in registers takes twice as long, and which one that is no engine says.
 * So the first products take turns, and the chunks that the calling thread does are timed. Results are the same bits whatever is chosen.
 */
import { gemm } from './gemm.ts';
import type { Chunk, Compiler, Kernel } from './kernel.ts';
import type { Words } from './parameters.ts';
import { workOf } from './product-block.ts';

/** Chunks of each that are not counted, since engines compile meanwhile, and those that are. */
const WARM = 40;
const COUNTED = 60;
/** How much less time another one has to take than the first. */
const CLEARLY = 0.85;

interface Candidate {
  readonly rows: number;
  kernel?: Kernel;
  chunks: number;
  /** Milliseconds and multiply-adds of the chunks that count. */
  time: number;
  work: number;
}

export class TileChoice {
  readonly #compiler: Compiler;
  readonly #words: Words;
  #candidates: Candidate[];
  #turn = 0;

  constructor(compiler: Compiler, words: Words) {
    this.#compiler = compiler;
    this.#words = words;
    this.#candidates = (compiler.fused ? [6, 4] : [4, 3]).map((rows) => ({ rows, chunks: 0, time: 0, work: 0 }));
  }

  /** The kernel for the next product, and the rows of its tiles. */
  next(): { readonly rows: number; readonly kernel: Kernel } {
    if (this.#candidates.length > 1 && this.#candidates.every(({ chunks }) => chunks >= WARM + COUNTED)) this.#decide();
    const candidate = this.#candidates[this.#turn++ % this.#candidates.length]!;
    const { rows } = candidate;
    candidate.kernel ??= this.#timed(candidate, this.#compiler.compile((module, frame, ...locals) => gemm(module, frame, rows, this.#compiler.fused, ...locals)));
    return { rows, kernel: candidate.kernel };
  }

  #decide(): void {
    const [first, ...others] = this.#candidates.map((candidate) => ({ candidate, cost: candidate.time / candidate.work }));
    let best = first!;
    for (const other of others) if (other.cost < CLEARLY * first!.cost && other.cost < best.cost) best = other;
    this.#candidates = [best.candidate];
  }

  #timed(candidate: Candidate, kernel: Kernel): Kernel {
    const { chunk } = kernel;
    const timed: Chunk = (parameters, i, scratch) => {
      if (this.#candidates.length === 1) {
        chunk(parameters, i, scratch);
        return;
      }
      const start = performance.now();
      chunk(parameters, i, scratch);
      const time = performance.now() - start;
      if (++candidate.chunks <= WARM) return;
      candidate.time += time;
      candidate.work += workOf(this.#words.ints, parameters >> 2, i);
    };
    return { ...kernel, chunk: timed };
  }
}
