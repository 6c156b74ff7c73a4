/** Two ways to remember scores and truths until they are ranked: all of them, or how many reach each of some thresholds. */
import { bucketize, type Tensor, tensor, where } from '@nn/tensor';
import { Accumulated } from './accumulated.ts';
import { counting } from './classified.ts';
import { pointsOf, type Points } from './curves.ts';
import { Gathered } from './gathered.ts';

/** What a memory gets: probabilities [N, W] with a label [N] for all columns, or a truth [N, W] for each. */
export interface Layout {
  readonly typeName: string;
  readonly width: number;
  /** Targets are places of columns. */
  readonly labels: boolean;
  readonly ignoreIndex: number | undefined;
}

/** Keeps everything: exact, and as large as what it has seen. */
export class AllScores extends Gathered<Points[]> {
  readonly typeName: string;
  readonly #layout: Layout;

  constructor(layout: Layout) {
    super();
    this.typeName = layout.typeName;
    this.#layout = layout;
  }

  protected prepare(scores: Tensor, targets: Tensor): readonly [Tensor, Tensor] { return [scores, targets]; }

  protected solve(scores: Float64Array, targets: Float64Array): Points[] {
    const { width, labels, ignoreIndex } = this.#layout;
    return Array.from({ length: width }, (_, column) => {
      const own: number[] = [];
      const truths: number[] = [];
      for (let place = column; place < scores.length; place += width) {
        const target = targets[labels ? Math.floor(place / width) : place]!;
        if (target === ignoreIndex) continue;
        own.push(scores[place]!);
        truths.push(Number(target === (labels ? column : 1)));
      }
      return pointsOf({ scores: own, truths });
    });
  }
}

/**
 * Counts scores between thresholds: the state is [2, W, T + 1] int32 on the device, how many of what is not true and of what is have passed exactly 0 to T thresholds
 * (a score that equals one has). Its size does not depend on the batches.
 */
export class Histogram extends Accumulated<[scores: Tensor, targets: Tensor], number[][][]> {
  readonly typeName: string;
  readonly #layout: Layout;
  readonly #thresholds: readonly number[];

  /** @param thresholds rising */
  constructor(layout: Layout, thresholds: readonly number[]) {
    super();
    this.typeName = layout.typeName;
    this.#layout = layout;
    this.#thresholds = thresholds;
  }

  protected blank(): number[][][] { return Array.from({ length: 2 }, () => Array.from({ length: this.#layout.width }, () => Array.from({ length: this.#thresholds.length + 1 }, () => 0))); }
  protected score(state: Tensor): Tensor { return state.clone(); }

  protected count(scores: Tensor, targets: Tensor): Tensor {
    const { width, labels, ignoreIndex } = this.#layout;
    const bins = this.#thresholds.length + 1;
    const empty = scores.newFull([2 * width * bins], 0, { dtype: 'int32' });
    if (scores.numel === 0) return empty.reshape(2, width, bins);
    const columns = empty.newFull([width], 1, { dtype: 'int32' }).cumsum(0).sub(1).cast('int32');
    const truths = (labels ? targets.unsqueeze(1).eq(columns) : targets.eq(1)).cast('int32');
    const passed = bucketize(scores, tensor(this.#thresholds, { dtype: scores.dtype, device: scores.device }), { right: true });
    const places = truths.mul(width).add(columns).mul(bins).add(where(scores.isnan(), 0, passed)).cast('int32');
    const weights = counting(labels ? targets.unsqueeze(1) : targets, ignoreIndex)?.cast('int32').expand(places.shape) ?? empty.newFull(places.shape, 1, { dtype: 'int32' });
    return empty.scatterAdd(0, places.reshape(-1), weights.reshape(-1)).reshape(2, width, bins);
  }

  /** The points of each column, of a state that was read. */
  points([untrue, true_]: number[][][]): Points[] {
    return untrue!.map((below, column) => {
      const [misses, hits] = [below, true_![column]!].map(fromAbove) as [number[], number[]];
      const [negatives, positives] = [misses.pop()!, hits.pop()!];
      return { thresholds: [...this.#thresholds].reverse(), hits, misses, positives, negatives, exact: false };
    });
  }
}

/** Sums from the end: how many have passed the last threshold, the one before, ..., none. */
function fromAbove(counts: readonly number[]): number[] {
  let sum = 0;
  return [...counts].reverse().map((count) => (sum += count));
}
