/** What scores come to at all thresholds, and the curves and areas of it. */

/** Scores, and for each whether it is true (1 or 0). */
interface Column { readonly scores: ArrayLike<number>; readonly truths: ArrayLike<number> }

/** How much of what is true (`hits`) and of what is not (`misses`) has a score of at least each threshold; the thresholds fall. */
export interface Points {
  readonly thresholds: readonly number[];
  readonly hits: readonly number[];
  readonly misses: readonly number[];
  /** How much is true, and how much is not, in all. */
  readonly positives: number;
  readonly negatives: number;
  /** Whether the thresholds are all scores that occur, or were given. */
  readonly exact: boolean;
}

/** A receiver operating characteristic, by falling thresholds: the share of false alarms, of hits. */
export interface Curve { readonly fpr: number[]; readonly tpr: number[]; readonly thresholds: number[] }

/** Precision and recall by rising thresholds, then one point more, precision 1 at recall 0, which has no threshold. */
export interface PrecisionRecall { readonly precision: number[]; readonly recall: number[]; readonly thresholds: number[] }

/** The points of scores: every one that occurs is a threshold. NaN comes first, each for itself. Source: Fawcett, An introduction to ROC analysis, 2006, algorithm 1 */
export function pointsOf({ scores, truths }: Column): Points {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => {
    const [x, y] = [scores[a]!, scores[b]!];
    return y - x || Number(Number.isNaN(y)) - Number(Number.isNaN(x));
  });
  const [hits, misses, thresholds]: [number[], number[], number[]] = [[], [], []];
  let [hit, miss] = [0, 0];
  order.forEach((place, i) => {
    if (truths[place]! > 0) hit++;
    else miss++;
    if (i + 1 < order.length && scores[order[i + 1]!] === scores[place]) return;
    hits.push(hit);
    misses.push(miss);
    thresholds.push(scores[place]!);
  });
  return { thresholds, hits, misses, positives: hit, negatives: miss, exact: true };
}

/** The curve of points; where scores are the thresholds it starts at a first one of 1, at which nothing is predicted. A share of nothing is 0. */
export function rocCurve({ thresholds, hits, misses, positives, negatives, exact }: Points): Curve {
  const first = exact ? [0] : [];
  return {
    fpr: [...first, ...misses.map((count) => count / (negatives || 1))], tpr: [...first, ...hits.map((count) => count / (positives || 1))], thresholds: [...(exact ? [1] : []), ...thresholds],
  };
}

/** Precision and recall of points; NaN where nothing is predicted, or nothing is true. */
export function precisionRecall({ thresholds, hits, misses, positives }: Points): PrecisionRecall {
  const precision = hits.map((hit, i) => hit / (hit + misses[i]!));
  const recall = hits.map((hit) => hit / positives);
  return { precision: [...precision.reverse(), 1], recall: [...recall.reverse(), 0], thresholds: [...thresholds].reverse() };
}

/** The area under straight lines between the points (x, y). */
export function area(x: readonly number[], y: readonly number[]): number {
  let sum = 0;
  for (let i = 1; i < x.length; i++) sum += (x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!) / 2;
  return sum;
}

/** The area of a curve up to a share of false alarms, scaled so that chance has 0.5 and the best 1. Source: McClish, Analyzing a portion of the ROC curve, 1989 */
export function partialArea({ fpr, tpr }: Curve, limit: number): number {
  const stop = fpr.findIndex((x) => x > limit);
  const weight = (limit - fpr[stop - 1]!) / (fpr[stop]! - fpr[stop - 1]!);
  const end = tpr[stop - 1]! + weight * (tpr[stop]! - tpr[stop - 1]!);
  const part = area([...fpr.slice(0, stop), limit], [...tpr.slice(0, stop), end]);
  const least = limit ** 2 / 2;
  return (1 + (part - least) / (limit - least)) / 2;
}
