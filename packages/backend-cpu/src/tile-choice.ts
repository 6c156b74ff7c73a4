/**
 * How many rows the tiles of products have. Engines and cores differ: a loop whose sums do not all stay in registers takes twice as long, and which one that is no engine says;
 * and what a tall tile saves along a deep inner axis it loses at the ends of a shallow one. So the first products of each kind take turns, and the chunks that the calling
 * thread does are timed. Results are the same bits whatever is chosen.
 */
import { gemm } from './gemm.ts';
import type { Compiler, Kernel } from './kernel.ts';
import type { Words } from './parameters.ts';
import { GEMM, workOf } from './product-block.ts';

/** Inner elements up to which a product is shallow. */
const SHALLOW = 128;
/** Chunks of each that are not counted, since engines compile meanwhile, and those that are. */
const WARM = 40;
const COUNTED = 60;
/** How much less time the second one has to take than the first. */
const CLEARLY = 0.85;

interface Candidate {
  readonly rows: number;
  chunks: number;
  /** Milliseconds and multiply-adds of the chunks that count. */
  time: number;
  work: number;
}

export class TileChoice {
  readonly #compiler: Compiler;
  readonly #words: Words;
  readonly #deep: Trial;
  readonly #shallow: Trial;
  #kernel: Kernel | undefined;

  constructor(compiler: Compiler, words: Words) {
    this.#compiler = compiler;
    this.#words = words;
    this.#deep = new Trial(compiler.fused ? [6, 4] : [4, 3]);
    this.#shallow = new Trial(compiler.fused ? [4, 6] : [4, 3]);
  }

  /** Most rows of a tile of the next product, along an inner axis that is added up `depth` elements at a time. */
  rows(depth: number): number { return this.#trial(depth).next(); }

  /** Does a chunk of a product, by tiles of as many rows as its parameters say. */
  get kernel(): Kernel { return (this.#kernel ??= this.#timed(this.#compiler.compile((module, frame, ...locals) => gemm(module, frame, this.#compiler.fused ? 6 : 4, this.#compiler.fused, ...locals)))); }

  #trial(depth: number): Trial { return depth > SHALLOW ? this.#deep : this.#shallow; }

  #timed(kernel: Kernel): Kernel {
    const { chunk } = kernel;
    return {
      ...kernel,
      chunk: (parameters, i, scratch) => {
        const { ints } = this.#words;
        const at = parameters >> 2;
        const candidate = this.#trial(ints[at + GEMM.depth]!).timed(ints[at + GEMM.tile]!);
        if (!candidate) {
          chunk(parameters, i, scratch);
          return;
        }
        const start = performance.now();
        chunk(parameters, i, scratch);
        const time = performance.now() - start;
        if (++candidate.chunks <= WARM) return;
        candidate.time += time;
        candidate.work += workOf(ints, at, i);
      },
    };
  }
}

/** Two numbers of rows that take turns until one is chosen: the first, unless the other is clearly faster. */
class Trial {
  #candidates: Candidate[];
  #turn = 0;

  constructor(rows: readonly [number, number]) { this.#candidates = rows.map((number) => ({ rows: number, chunks: 0, time: 0, work: 0 })); }

  next(): number {
    if (this.#candidates.length > 1 && this.#candidates.every(({ chunks }) => chunks >= WARM + COUNTED)) this.#decide();
    return this.#candidates[this.#candidates.length > 1 ? oddness(this.#turn++) : 0]!.rows;
  }

  /** Who is to be timed; undefined when all is decided. */
  timed(rows: number): Candidate | undefined {
    return this.#candidates.length > 1 ? this.#candidates.find((candidate) => candidate.rows === rows) : undefined;
  }

  #decide(): void {
    const [first, other] = this.#candidates as [Candidate, Candidate];
    this.#candidates = [other.time / other.work < (CLEARLY * first.time) / first.work ? other : first];
  }
}

/** Whether a number has an odd number of ones: turns without a rhythm, for products come in that of a training's step (Thue and Morse's sequence). */
function oddness(n: number): 0 | 1 {
  let odd = false;
  for (let rest = n; rest > 0; rest &= rest - 1) odd = !odd;
  return odd ? 1 : 0;
}
