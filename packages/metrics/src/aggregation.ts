import { fail, stack, type Tensor, tensor, where } from '@nn/tensor';
import { Accumulated } from './accumulated.ts';
import { summable } from './regression.ts';

/**
 * What becomes of NaN among the values. 'warn', 'ignore': it is left out as if it were not there. 'error': `compute` fails. 'disable': it counts like any value.
 * A number: it takes the place of NaN.
 */
export type NanStrategy = 'warn' | 'ignore' | 'error' | 'disable' | number;

/** What {@link MeanMetric} and its kin take. */
export interface AggregationOptions {
  /** 'warn' by default. Nothing waits for the device in `update`, so warnings and errors come when `compute` reads. */
  readonly nanStrategy?: NanStrategy;
}

/** Values become one number. The state is [k + 1]: what the values come to, and how many were NaN. */
abstract class Aggregation<In extends [value: Tensor | number, ...unknown[]]> extends Accumulated<In> {
  protected readonly strategy: NanStrategy;

  constructor({ nanStrategy = 'warn' }: AggregationOptions = {}) {
    super();
    if (typeof nanStrategy !== 'number' && !['warn', 'ignore', 'error', 'disable'].includes(nanStrategy)) fail('nanStrategy', `there is no '${nanStrategy}'`, "Use 'warn', 'ignore', 'error', 'disable' or a number.");
    this.strategy = nanStrategy;
  }

  /** A number becomes a tensor where this metric counts. */
  protected given(value: Tensor | number): Tensor {
    if (typeof value !== 'number') return summable(value);
    const { device } = this;
    return tensor(value, { dtype: 'float32', ...(device && { device }) });
  }

  /** The values without NaN: a number's `strategy`, or `neutral`, in its place. And how many there were. */
  protected cleared(values: Tensor, neutral: number, absent: Tensor = values.isnan()): [cleared: Tensor, count: Tensor] {
    if (this.strategy === 'disable') return [values, values.newFull([], 0)];
    return [where(absent, typeof this.strategy === 'number' ? this.strategy : neutral, values), absent.cast(values.dtype).sum()];
  }

  protected override inspect(state: Float64Array): void {
    const count = state.at(-1)!;
    if (count === 0 || (this.strategy !== 'error' && this.strategy !== 'warn')) return;
    if (this.strategy === 'error') fail(this.typeName, `there were ${count} NaN among the values`, "nanStrategy: 'ignore' leaves them out.");
    // oxlint-disable-next-line no-console -- PyTorch's users expect to be warned, and there is nobody else to tell
    console.warn(`${this.typeName}: ${count} NaN among the values were left out. nanStrategy: 'ignore' does so silently.`);
  }

  protected score(state: Tensor): Tensor { return state.at(0).clone(); }
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
  protected count(value: Tensor | number): Tensor {
    const [values, absent] = this.cleared(this.given(value), 0);
    return stack([values.sum(), absent]);
  }
}

/** The largest or smallest of all values. */
abstract class Extreme extends Aggregation<[value: Tensor | number]> {
  protected abstract of(values: Tensor): Tensor;
  protected abstract ofTwo(one: Tensor, other: Tensor): Tensor;
  protected count(value: Tensor | number): Tensor {
    const [values, absent] = this.cleared(this.given(value), this.blank());
    return stack([values.numel === 0 ? values.newFull([], this.blank()) : this.of(values), absent]);
  }
  protected override combine(one: Tensor, other: Tensor): Tensor {
    return stack([this.ofTwo(one.at(0), other.at(0)), one.at(1).add(other.at(1))]);
  }
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
export class MaxMetric extends Extreme {
  readonly typeName = 'MaxMetric';
  protected blank(): number { return -Infinity; }
  protected of(values: Tensor): Tensor { return values.amax(); }
  protected ofTwo(one: Tensor, other: Tensor): Tensor { return one.maximum(other); }
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
export class MinMetric extends Extreme {
  readonly typeName = 'MinMetric';
  protected blank(): number { return Infinity; }
  protected of(values: Tensor): Tensor { return values.amin(); }
  protected ofTwo(one: Tensor, other: Tensor): Tensor { return one.minimum(other); }
}

/**
 * The mean of all values, each with its weight (1 by default, broadcast to the values): sum(w * v) / sum(w). NaN of none. A value whose weight is NaN counts as NaN.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/aggregation.html
 *
 * @example
 * const mean = new MeanMetric();
 * mean.update(0.5, 32); // a loss, and how many examples it is of
 * mean.update(tensor([1, 2]), tensor([3, 1]));
 * await mean.compute(); // 0.5833
 */
export class MeanMetric extends Aggregation<[value: Tensor | number, weight?: Tensor | number]> {
  readonly typeName = 'MeanMetric';
  protected blank(): number { return NaN; }
  protected count(value: Tensor | number, weight: Tensor | number = 1): Tensor {
    const given = this.given(value);
    const whole = typeof weight === 'number' ? given.newFull(given.shape, weight) : summable(weight).cast(given.dtype).expand(given.shape);
    const absent = given.isnan().logicalOr(whole.isnan());
    const [values, count] = this.cleared(given, 0, absent);
    const weights = this.strategy === 'disable' ? whole : where(absent, typeof this.strategy === 'number' ? 1 : 0, whole);
    return stack([values.mul(weights).sum(), weights.sum(), count]);
  }
  protected override score(state: Tensor): Tensor { return state.at(0).div(state.at(1)); }
}
