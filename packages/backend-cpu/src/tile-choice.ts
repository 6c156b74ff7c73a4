/**
 * How many rows the tiles of products have, and how many inner elements a turn of their loop. Engines and cores differ: a loop whose sums do not all stay in registers takes two or three times as long,
 * and which one that is no engine says; long turns have fewer instructions around their multiplications, which matters where the fetching of instructions is shared with others; and what a tall tile saves along a deep
 * inner axis it loses at the ends of a shallow one. So the first products of each kind take turns, and the chunks that the calling thread does are timed. Results are the same bits
 * whatever is chosen.
 */
import { gemm } from './gemm.ts';
import type { Compiler, Kernel } from './kernel.ts';
import type { Words } from './parameters.ts';
import { GEMM, workOf } from './product-block.ts';
import type { TileSize } from './tile.ts';

/** Inner elements up to which a product is shallow. */
const SHALLOW = 128;
/** Chunks of each that are not counted, since engines compile meanwhile, and those that are. */
const WARM = 40;
const COUNTED = 200;
/** How much less time another one has to take than the one before. */
const CLEARLY = 0.95;

const sizes = (...all: [rows: number, turn: number][]): TileSize[] => all.map(([rows, turn]) => ({ rows, turn }));
/** What is tried, the likeliest first, for products along a deep axis and along a shallow one. */
const FUSED = { deep: sizes([6, 8], [6, 1], [4, 1]), shallow: sizes([4, 8], [6, 8], [4, 1]) };
const APART = { deep: sizes([4, 1], [3, 1]), shallow: sizes([4, 1], [3, 1]) };

interface Candidate extends TileSize {
  /** Milliseconds a multiply-add of each chunk. */
  readonly costs: number[];
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
    const { deep, shallow } = compiler.fused ? FUSED : APART;
    this.#deep = new Trial(deep);
    this.#shallow = new Trial(shallow);
  }

  /** Most rows of a tile of the next product, and its turns, along an inner axis that is added up `depth` elements at a time. */
  next(depth: number): TileSize { return this.#trial(depth).next(); }

  /** Does a chunk of a product, by tiles of the size that its parameters say. */
  get kernel(): Kernel { return (this.#kernel ??= this.#compiled()); }

  #compiled(): Kernel {
    const { fused } = this.#compiler;
    const all = Object.values(fused ? FUSED : APART).flat();
    const [height, turns] = [Math.max(...all.map(({ rows }) => rows)), [...new Set(all.map(({ turn }) => turn))]];
    return this.#timed(this.#compiler.compile((module, frame, ...locals) => gemm(module, frame, height, turns, fused, ...locals)));
  }

  #trial(depth: number): Trial { return depth > SHALLOW ? this.#deep : this.#shallow; }

  #timed(kernel: Kernel): Kernel {
    const { chunk } = kernel;
    return {
      ...kernel,
      chunk: (parameters, i, scratch) => {
        const { ints } = this.#words;
        const at = parameters >> 2;
        const candidate = this.#trial(ints[at + GEMM.depth]!).timed(ints[at + GEMM.tile]!, ints[at + GEMM.turn]!);
        if (!candidate) {
          chunk(parameters, i, scratch);
          return;
        }
        const start = performance.now();
        chunk(parameters, i, scratch);
        const time = performance.now() - start;
        candidate.costs.push(time / workOf(ints, at, i));
      },
    };
  }
}

/** Sizes that take turns until one is chosen: the first, unless another is clearly faster. */
class Trial {
  #candidates: Candidate[];
  #turn = 0;

  constructor(all: readonly TileSize[]) { this.#candidates = all.map((size) => ({ ...size, costs: [] })); }

  next(): TileSize {
    if (this.#candidates.length > 1 && this.#candidates.every(({ costs }) => costs.length >= WARM + COUNTED)) this.#decide();
    return this.#candidates[this.#candidates.length > 1 ? unrhythmic(this.#turn++, this.#candidates.length) : 0]!;
  }

  /** Who is to be timed; undefined when all is decided. */
  timed(rows: number, turn: number): Candidate | undefined {
    return this.#candidates.length > 1 ? this.#candidates.find((candidate) => candidate.rows === rows && candidate.turn === turn) : undefined;
  }

  #decide(): void {
    const costs = this.#candidates.map((candidate) => middle(candidate.costs.slice(WARM)));
    let best = 0;
    for (let i = 1; i < costs.length; i++) if (costs[i]! < CLEARLY * costs[best]!) best = i;
    this.#candidates = [this.#candidates[best]!];
  }
}

/** The median: a chunk in whose midst the machine does something else costs many times as much. */
function middle(values: number[]): number { return values.sort((a, b) => a - b)[values.length >> 1]!; }

/** Whose turn it is of `many`, without a rhythm, for products come in that of a training's step: the sum of the digits of `n` (Thue and Morse's sequence, for two). */
function unrhythmic(n: number, many: number): number {
  let sum = 0;
  for (let rest = n; rest > 0; rest = Math.floor(rest / many)) sum += rest % many;
  return sum % many;
}
