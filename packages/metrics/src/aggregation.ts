import { fail, stack, type Tensor, tensor, where } from '@nn/tensor';
import { Accumulated } from './accumulated.ts';
import { summable } from './regression.ts';

/** What becomes of NaN among the values: it counts, or it is left out as if it were not there. */
export type NanStrategy = 'propagate' | 'ignore';

/** What {@link MeanMetric} and its kin take. */
export interface AggregationOptions {
  /** 'propagate' by default. torchmetrics warns and ignores, which here would need a read: say 'ignore' for that. */
  readonly nanStrategy?: NanStrategy;
}

const asTensor = (value: Tensor | number): Tensor => (typeof value === 'number' ? tensor(value) : summable(value));

/** Values become one number; the state is [], or [2] with a weight. */
abstract class Aggregation<In extends unknown[]> extends Accumulated<In> {
  protected readonly ignore: boolean;
  constructor({ nanStrategy = 'propagate' }: AggregationOptions = {}) {
    super();
    if (nanStrategy !== 'propagate' && nanStrategy !== 'ignore') fail('nanStrategy', `there is no '${String(nanStrategy)}'`, "Use 'propagate' or 'ignore'.");
    this.ignore = nanStrategy === 'ignore';
  }
  /** The values, NaN replaced by what does not matter if it is to be ignored. */
  protected values(value: Tensor | number, neutral: number): Tensor {
    const given = asTensor(value);
    return this.ignore ? where(given.isnan(), neutral, given) : given;
  }
  protected score(state: Tensor): Tensor { return state.clone(); }
}

/**
 * The sum of all values; 0 of none. Shapes: any, or numbers.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/aggregation.html
 *
 * @example
 * const sum = new SumMetric();
 * sum.update(tensor([1, 2]));
 * sum.update(3);
 * await sum.compute(); // 6
 */
export class SumMetric extends Aggregation<[value: Tensor | number]> {
  readonly typeName = 'SumMetric';
  protected blank(): number { return 0; }
  protected count(value: Tensor | number): Tensor { return this.values(value, 0).sum(); }
}

/**
 * The largest of all values; -Infinity of none. Shapes: any, or numbers.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/aggregation.html
 *
 * @example
 * const max = new MaxMetric();
 * max.update(tensor([1, 2]));
 * await max.compute(); // 2
 */
export class MaxMetric extends Aggregation<[value: Tensor | number]> {
  readonly typeName = 'MaxMetric';
  protected blank(): number { return -Infinity; }
  protected count(value: Tensor | number): Tensor {
    const values = this.values(value, -Infinity);
    return values.numel === 0 ? values.newFull([], -Infinity) : values.amax();
  }
  protected override combine(one: Tensor, other: Tensor): Tensor { return one.maximum(other); }
}

/**
 * The smallest of all values; Infinity of none. Shapes: any, or numbers.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/aggregation.html
 *
 * @example
 * const min = new MinMetric();
 * min.update(tensor([1, 2]));
 * await min.compute(); // 1
 */
export class MinMetric extends Aggregation<[value: Tensor | number]> {
  readonly typeName = 'MinMetric';
  protected blank(): number { return Infinity; }
  protected count(value: Tensor | number): Tensor {
    const values = this.values(value, Infinity);
    return values.numel === 0 ? values.newFull([], Infinity) : values.amin();
  }
  protected override combine(one: Tensor, other: Tensor): Tensor { return one.minimum(other); }
}

/**
 * The mean of all values, each with its weight (1 by default, broadcast to the values): sum(w * v) / sum(w). NaN of none.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/aggregation.html
 *
 * @example
 * const mean = new MeanMetric();
 * mean.update(loss, batchSize);
 * mean.update(tensor([1, 2]), tensor([3, 1]));
 * await mean.compute();
 */
export class MeanMetric extends Aggregation<[value: Tensor | number, weight?: Tensor | number]> {
  readonly typeName = 'MeanMetric';
  protected blank(): number { return NaN; }
  protected count(value: Tensor | number, weight: Tensor | number = 1): Tensor {
    const given = asTensor(value);
    const whole = typeof weight === 'number' ? given.newFull(given.shape, weight) : summable(weight).expand(given.shape);

    const absent = given.isnan().logicalOr(whole.isnan());
    const [values, weights] = this.ignore ? [where(absent, 0, given), where(absent, 0, whole)] : [given, whole];
    return stack([values.mul(weights).sum(), weights.sum()]);
  }
  protected override score(state: Tensor): Tensor {
    const [sum, weight] = state.unbind(0) as [Tensor, Tensor];
    return sum.div(weight);
  }
}
