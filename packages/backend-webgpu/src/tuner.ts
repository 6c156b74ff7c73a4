/** Which tile is fastest, learnt from the products that a program computes anyway: each candidate is timed a few times, then the best one stays. */
import type { Tile } from './tiles.ts';

/** Timings of each candidate; the first of them may include what a driver does at first use. */
const TIMES = 2;
/** The usual tile stays unless another one takes less than this share of its time. */
const BETTER = 0.95;

export interface Choice {
  readonly tile: Tile;
  /** While others are being timed. */
  readonly passing?: true;
  readonly done?: (nanoseconds: number) => void;
}

interface Contest {
  readonly candidates: readonly Tile[];
  readonly times: readonly number[][];
  best: Tile | undefined;
}

/** What was learnt, by adapter: devices of one process share it. */
const learnt = new Map<string, Map<string, Contest>>();

export class Tuner {
  readonly #contests: Map<string, Contest>;

  constructor(adapter: string) {
    let contests = learnt.get(adapter);
    if (!contests) learnt.set(adapter, (contests = new Map()));
    this.#contests = contests;
  }

  /** The tile for products of a kind, and where its time is wanted and `free` to be taken, whom to tell. */
  choose(kind: string, usual: Tile, candidates: () => readonly Tile[], free: boolean): Choice {
    let contest = this.#contests.get(kind);
    if (!contest) {
      const all = [usual, ...candidates().filter((tile) => tile !== usual)];
      this.#contests.set(kind, (contest = { candidates: all, times: all.map(() => []), best: all.length === 1 ? usual : undefined }));
    }
    const { best, candidates: all, times } = contest;
    if (best) return { tile: best };
    if (!free) return { tile: usual, passing: true };
    const next = times.reduce((least, { length }, i) => (length < times[least]!.length ? i : least), 0);
    return {
      tile: all[next]!,
      passing: true,
      done(nanoseconds) {
        times[next]!.push(nanoseconds);
        if (times.some(({ length }) => length < TIMES)) return;
        const least = times.map((of) => Math.min(...of));
        const first = least.indexOf(Math.min(...least));
        contest.best = least[first]! < BETTER * least[0]! ? all[first]! : usual;
      },
    };
  }
}
