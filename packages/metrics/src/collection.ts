import { fail, type Tensor } from '@nn/tensor';
import type { Metric } from './metric.ts';

/** What a metric gives, whatever it is. */
export type ResultOf<M> = M extends { compute(): Promise<infer Result> } ? Result : never;
/** What a metric's `forward` gives. */
export type BatchResultOf<M> = M extends { forward(...batch: never[]): infer Result } ? Result : unknown;
/** Any metric of outputs and targets. */
export type AnyMetric = Metric<[outputs: Tensor, targets: Tensor], unknown> & {
  readonly typeName?: string;
  forward?(outputs: Tensor, targets: Tensor): unknown;
  stateDict?(): Record<string, Tensor>;
  loadStateDict?(dict: Readonly<Record<string, Tensor>>): void;
};

/** What {@link MetricCollection} takes besides metrics. */
export interface CollectionOptions {
  /** Stands before every name. */
  readonly prefix?: string;
  /** Stands after every name. */
  readonly postfix?: string;
}

/**
 * Several metrics that get the same batches, by name. A list goes by the metrics' own names, such as `MulticlassAccuracy`.
 *
 * Source: https://lightning.ai/docs/torchmetrics/stable/pages/overview.html#metriccollection
 *
 * @typeParam M - the metrics by name
 * @example
 * const metrics = new MetricCollection({ accuracy: new Accuracy({ numClasses: 2 }), recall: new Recall({ numClasses: 2, average: 'none' }) }, { prefix: 'val_' });
 * metrics.update(tensor([0, 1, 1], { dtype: 'int32' }), tensor([0, 1, 0], { dtype: 'int32' }));
 * await metrics.compute(); // { val_accuracy: 0.6667, val_recall: [0.5, 1] }
 */
export class MetricCollection<M extends Readonly<Record<string, AnyMetric>> = Readonly<Record<string, AnyMetric>>> implements Metric<[outputs: Tensor, targets: Tensor], { [K in string]: unknown }> {
  readonly typeName = 'MetricCollection';
  /** The metrics by the names under which they are logged. */
  readonly metrics: Readonly<Record<string, M[keyof M]>>;

  /** @throws where two metrics have one name, or there is none */
  constructor(metrics: M | readonly M[keyof M][], { prefix = '', postfix = '' }: CollectionOptions = {}) {
    const named = Array.isArray(metrics)
      ? (metrics as readonly M[keyof M][]).map((metric): [string, M[keyof M]] => [metric.typeName ?? metric.constructor.name, metric])
      : (Object.entries(metrics) as [string, M[keyof M]][]);
    if (named.length === 0) fail('MetricCollection', 'there is no metric', 'Give metrics, by name or as a list.');
    const names = named.map(([name]) => name);
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined) fail('MetricCollection', `there are two metrics called ${twice}`, 'Give them by name: { first: ..., second: ... }.');
    this.metrics = Object.fromEntries(named.map(([name, metric]) => [`${prefix}${name}${postfix}`, metric]));
  }

  /** Gives each metric a batch, without waiting for the device. */
  update(outputs: Tensor, targets: Tensor): void { for (const metric of Object.values(this.metrics)) metric.update(outputs, targets); }

  /** Gives each metric a batch, and what each has to say of it: a tensor on the device, or a promise where all values have to be looked at together. */
  forward(outputs: Tensor, targets: Tensor): Record<string, BatchResultOf<M[keyof M]>> {
    return this.#each((metric) => {
      if (metric.forward) return metric.forward(outputs, targets) as BatchResultOf<M[keyof M]>;
      return fail('MetricCollection', `${metric.typeName ?? metric.constructor.name} has no forward`, 'Use update and compute.');
    });
  }

  /** What each comes to, by name. Waits for the device. */
  async compute(): Promise<Record<string, ResultOf<M[keyof M]>>> {
    const results = this.#each((metric) => metric.compute() as Promise<ResultOf<M[keyof M]>>);
    return Object.fromEntries(await Promise.all(Object.entries(results).map(async ([name, result]) => [name, await result] as const)));
  }

  /** All start anew. */
  reset(): void { for (const metric of Object.values(this.metrics)) metric.reset(); }

  /** What all have seen, each tensor by the metric's name and its own: `val_accuracy.state`. */
  stateDict(): Record<string, Tensor> {
    const states = this.#each((metric) => metric.stateDict?.() ?? {});
    return Object.fromEntries(Object.entries(states).flatMap(([name, state]) => Object.entries(state).map(([key, tensor]) => [`${name}.${key}`, tensor])));
  }

  /** All go on from what {@link stateDict} gave. */
  loadStateDict(dict: Readonly<Record<string, Tensor>>): void {
    for (const [name, metric] of Object.entries(this.metrics)) {
      const own = Object.entries(dict).flatMap(([key, tensor]) => (key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), tensor] as const] : []));
      metric.loadStateDict?.(Object.fromEntries(own));
    }
  }

  /** Moves what all have seen to another device. */
  async to(device: Tensor['device']): Promise<this> {
    for (const metric of Object.values(this.metrics)) await metric.to?.(device);
    return this;
  }

  #each<Result>(of: (metric: M[keyof M]) => Result): Record<string, Result> {
    return Object.fromEntries(Object.entries(this.metrics).map(([name, metric]) => [name, of(metric)]));
  }
}
