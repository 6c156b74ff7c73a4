/** A receiver operating characteristic, by falling thresholds. */
export interface Curve { readonly fpr: number[]; readonly tpr: number[]; readonly thresholds: number[] }

/**
 * The curve of scores and truths (1 or 0), with the counts it is made of. Equal scores share a point; a share of nothing is 0.
 *
 * Source: Fawcett, An introduction to ROC analysis, 2006, algorithm 1
 */
export function rocCurve(scores: readonly number[], truths: readonly number[]): Curve & { readonly hits: number[]; readonly misses: number[] } {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const [hits, misses, thresholds] = [[0], [0], [1]];
  let [hit, miss] = [0, 0];
  order.forEach((place, i) => {
    if (truths[place]! > 0) hit++;
    else miss++;
    if (i + 1 < order.length && scores[order[i + 1]!] === scores[place]) return;
    hits.push(hit);
    misses.push(miss);
    thresholds.push(scores[place]!);
  });
  return { hits, misses, thresholds, tpr: hits.map((count) => count / (hit || 1)), fpr: misses.map((count) => count / (miss || 1)) };
}
