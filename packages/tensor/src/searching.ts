/** Places in sorted values, and choices between two tensors. */
import { fail, show } from './errors.ts';
import type { Scalar } from './expr/scalar.ts';
import { fuse } from './fuse.ts';
import { run } from './primitives.ts';
import { quietly } from './reductions.ts';
import { sizeOf } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** `right`: after equal elements instead of before them. */
export interface SearchOptions { readonly right?: boolean }

/** Up to this length of `sorted` every element is compared, in one kernel; beyond, places are halved in log2(n) steps. */
const SHORT = 64;
const before = fuse((x: Scalar, sorted: Scalar) => sorted.ge(x).logicalNot().cast('int32'));
const upTo = fuse((x: Scalar, sorted: Scalar) => sorted.gt(x).logicalNot().cast('int32'));

/** One step for each side: a place moves on by `by` if what it passes belongs before. */
const steps = [false, true].map((right) => fuse((x: Scalar, passed: Scalar, place: Scalar, by: Scalar, size: Scalar) => {
  const next = place.add(by);
  return next.where(next.le(size).logicalAnd((right ? passed.gt(x) : passed.ge(x)).logicalNot()), place).cast('int32');
}));
const probe = fuse((place: Scalar, by: Scalar, size: Scalar) => place.add(by).minimum(size).sub(1));

/** Rows of values in rows of sorted ones, by halving. */
function halved(sorted: Tensor, values: Tensor, right: boolean): Tensor {
  const size = sorted.shape[1]!;
  let place = values.newFull(values.shape, 0, { dtype: 'int32' });
  for (let by = 2 ** Math.floor(Math.log2(size)); by >= 1; by /= 2) {
    const passed = run('gather', [sorted, probe(place, by, size)], { axis: 1 })[0]!;
    place = steps[right ? 1 : 0]!(values, passed, place, by, size);
  }
  return place;
}

/**
 * Where `values` would be inserted to keep the last axis of `sorted` sorted (int32): how many elements come before.
 * @param sorted [n], or with the leading axes of `values`
 */
export function searchsorted(sorted: Tensor, values: Tensor, { right = false }: SearchOptions = {}): Tensor {
  const lead = sorted.shape.slice(0, -1);
  if (sorted.shape.length === 0 || (lead.length > 0 && show(lead) !== show(values.shape.slice(0, -1)))) {
    fail('searchsorted', `${show(sorted.shape)} and ${show(values.shape)} differ in their leading axes`, 'Give one sorted vector, or as many as there are rows of values.');
  }
  return quietly(() => {
    const size = sorted.shape.at(-1)!;
    if (size > SHORT && values.numel > 0) return halved(sorted.reshape(-1, size), values.reshape(sizeOf(lead), -1), right).reshape(...values.shape);
    const rows = sorted.shape.length === 1 ? sorted : sorted.unsqueeze(-2);
    return (right ? upTo : before).reduce('sum', values.shape.length, values.unsqueeze(-1), rows);
  }, 'searchsorted');
}

/** Which of the parts between sorted `boundaries` each element of `x` lies in (int32). */
export const bucketize = (x: Tensor, boundaries: Tensor, options?: SearchOptions): Tensor => searchsorted(boundaries, x, options);

const choice = fuse((condition: Scalar, yes: Scalar, no: Scalar) => yes.where(condition, no));

/**
 * `yes` where `condition` holds, else `no`; all broadcast, both may be numbers.
 * @example
 * where(x.gt(0), x, 0);
 */
export function where(condition: Tensor, yes: Tensor | number, no: Tensor | number): Tensor {
  if (condition.dtype !== 'bool') fail('where', `the condition is ${condition.dtype}`, 'Compare it with something, or cast it to bool.');
  return choice(condition, yes, no);
}
