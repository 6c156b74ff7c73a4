/** The metrics against torchmetrics: random tasks, shapes, options, ties, ignored and absent classes, in several batches. */
import { type Tensor, tensor } from '@nn/tensor';
import { describe, expect, it } from 'vitest';
import fixture from '../../../tooling/reference/fixtures/metric_cases.json' with { type: 'json' };
import { type FixtureNumber, numbers } from '../../../tooling/reference/fixtures.ts';
import * as metrics from '../src/index.ts';

interface Values { readonly shape: readonly number[]; readonly data: readonly FixtureNumber[]; readonly dtype?: string }
type Expected = FixtureNumber | readonly Expected[];
interface Case { readonly metric: string; readonly options: Readonly<Record<string, unknown>>; readonly batches: readonly (readonly Values[])[]; readonly expected: Expected }
interface AnyMetric { update(...batch: Tensor[]): void; compute(): Promise<unknown>; merge(other: AnyMetric): AnyMetric; stateDict(): Record<string, Tensor>; loadStateDict(state: Record<string, Tensor>): void }

const made = ({ metric, options }: Case): AnyMetric => new (metrics as unknown as Record<string, new (options: object) => AnyMetric>)[metric]!(options);
const given = (batch: readonly Values[]): Tensor[] => batch.map(({ shape, data, dtype }) => tensor(numbers(data), { shape, dtype: dtype === 'int32' ? 'int32' : 'float64' }));
/** Curves as torchmetrics gives them: each part of all curves. */
const parts = (value: unknown): unknown => {
  const [first] = Array.isArray(value) ? (value as unknown[]) : [value];
  if (typeof first !== 'object' || first === null || Array.isArray(first)) return value;
  return Object.keys(first).map((key) => (Array.isArray(value) ? value.map((curve: Record<string, unknown>) => curve[key]) : (value as Record<string, unknown>)[key]));
};

/** Where the two differ, and how; nothing where they do not. */
function difference(found: unknown, expected: Expected, path = ''): string[] {
  if (Array.isArray(expected)) {
    const [own, wanted] = [found as unknown[], expected as Expected[]];
    return own.length === wanted.length ? wanted.flatMap((each, i) => difference(own[i], each, `${path}[${i}]`)) : [`${path}: ${own.length} instead of ${wanted.length}`];
  }
  const wanted = Number(expected);
  const near = Number.isNaN(wanted) ? Number.isNaN(found) : found === wanted || Math.abs((found as number) - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted));
  return near ? [] : [`${path}: ${String(found)} instead of ${wanted}`];
}

describe('as torchmetrics', () => {
  const cases = fixture.cases as unknown as Case[];
  it.each([...new Set(cases.map(({ metric }) => metric))])('%s', async (name) => {
    for (const [i, each] of cases.filter(({ metric }) => metric === name).entries()) {
      const metric = made(each);
      // The first batch comes from a state, the last by a merge.
      const [first, ...rest] = each.batches.map(given);
      const before = made(each);
      before.update(...first!);
      metric.loadStateDict(before.stateDict());
      const last = rest.pop();
      for (const batch of rest) metric.update(...batch);
      if (last) {
        const other = made(each);
        other.update(...last);
        metric.merge(other);
      }
      expect(difference(parts(await metric.compute()), each.expected), `${i} ${JSON.stringify(each.options)}`).toEqual([]);
    }
  });
});
