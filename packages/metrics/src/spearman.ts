import { fail, show, type Tensor } from '@nn/tensor';
import { Gathered } from './gathered.ts';
import { checkNumOutputs, checkPair, type OutputOptions, type PerOutput } from './regression.ts';

/**
 * Spearman's correlation, -1 to 1: Pearson's of the ranks, equals sharing the mean of theirs. NaN where one is constant. Shapes: both [N], or [N, D] for D numbers.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/regression/spearman_corr_coef.html
 *
 * @example
 * const correlation = new SpearmanCorrCoef();
 * correlation.update(tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7]));
 * await correlation.compute(); // 1
 */
export class SpearmanCorrCoef<D extends number = 1> extends Gathered<PerOutput<D>> {
  readonly typeName = 'SpearmanCorrCoef';
  readonly #outputs: number;
  constructor({ numOutputs = 1 as D }: OutputOptions<D> = {}) {
    super();
    this.#outputs = checkNumOutputs('SpearmanCorrCoef', numOutputs);
  }
  protected prepare(outputs: Tensor, targets: Tensor): readonly [Tensor, Tensor] {
    checkPair('SpearmanCorrCoef', outputs, targets);
    if ((outputs.shape[1] ?? 1) !== this.#outputs || outputs.shape.length > 2) fail('SpearmanCorrCoef', `the outputs are ${show(outputs.shape)}`, `It was made for ${this.#outputs} outputs (numOutputs).`);
    return [outputs.reshape(-1, this.#outputs), targets.reshape(-1, this.#outputs)];
  }
  protected solve(outputs: Float64Array, targets: Float64Array): PerOutput<D> {
    const width = this.#outputs;
    const each = Array.from({ length: width }, (_, column) => {
      const own = (values: Float64Array) => ranks(values.filter((__, place) => place % width === column));
      return correlation(own(outputs), own(targets));
    });
    return (width === 1 ? each[0] : each) as PerOutput<D>;
  }
}

/** Ranks from 1 on; equals share the mean of theirs. */
function ranks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const result = new Float64Array(values.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && (end === start || values[order[end]!] === values[order[start]!])) end++;
    for (let i = start; i < end; i++) result[order[i]!] = (start + 1 + end) / 2;
  }
  return values.some(Number.isNaN) ? result.fill(NaN) : result;
}

function correlation(x: Float64Array, y: Float64Array): number {
  const middle = (x.length + 1) / 2; // of all ranks
  let [xx, yy, xy] = [0, 0, 0];
  x.forEach((rank, i) => {
    const [dx, dy] = [rank - middle, y[i]! - middle];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  });
  return xy / Math.sqrt(xx * yy);
}
