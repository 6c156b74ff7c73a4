/**
 * What a module has: read from its own public fields whenever it is asked for. Nothing is registered; `#private` fields are never seen.
 */
import type { Tensor } from '@nn/tensor';
import { isBuffer, isParameter, type Parameter, type Buffer } from './parameter.ts';
import type { AnyModule } from './module.ts';

/** A metric as modules know it: something that accumulates, and may live on a device. */
export interface MetricLike {
  update(...values: Tensor[]): void;
  compute(): unknown;
  reset(): void;
  to?(device: Tensor['device']): Promise<unknown>;
}

/** What fields may hold, beside arrays and maps of it. */
export type Member = Parameter | Buffer | AnyModule | MetricLike;

/** On every module, whichever copy of this package made it. */
export const moduleBrand: unique symbol = Symbol.for('@nn/layers/module');

/**
 * Whether a value is a module, whichever copy of this package made it.
 *
 * @example
 * isModule(new ReLU()); // true
 */
export const isModule = (value: object): value is AnyModule => moduleBrand in value;
const isMetric = (value: object): value is MetricLike =>
  !isModule(value) && (['update', 'compute', 'reset'] as const).every((name) => typeof (value as Partial<MetricLike>)[name] === 'function');

/**
 * The members of a module with their paths: `weight`, or `layers.0` for an item of an array or map.
 *
 * @example
 * members(new Linear(2, 3)).map(([path]) => path); // ['weight', 'bias']
 */
export function members(module: AnyModule): [path: string, member: Member][] {
  const found: [string, Member][] = [];
  const visit = (path: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
    if (isParameter(value) || isBuffer(value) || isModule(value) || isMetric(value)) found.push([path, value]);
    else if (Array.isArray(value)) value.forEach((item, i) => { visit(`${path}.${i}`, item); });
    else if (value instanceof Map) for (const [key, item] of value) visit(`${path}.${key}`, item);
  };
  for (const [key, value] of Object.entries(module)) visit(key, value);
  return found;
}

/** `a` and `b` as one path. */
export const joined = (a: string, b: string): string => (a ? `${a}.${b}` : b);

/** `root` and all modules in it, parents first, each once. */
export function* walk(root: AnyModule, path = '', seen = new Set<AnyModule>()): Generator<[path: string, module: AnyModule]> {
  if (seen.has(root)) return;
  seen.add(root);
  yield [path, root];
  for (const [key, member] of members(root)) if (isModule(member)) yield* walk(member, joined(path, key), seen);
}

/** Every parameter, buffer and metric, each once, those of a parent before those of its children. */
export function* owned<M extends Exclude<Member, AnyModule>>(root: AnyModule, is: (value: object) => value is M): Generator<[path: string, member: M]> {
  const seen = new Set<M>();
  for (const [path, module] of walk(root)) {
    for (const [key, member] of members(module)) {
      if (!is(member) || seen.has(member)) continue;
      seen.add(member);
      yield [joined(path, key), member];
    }
  }
}

export { isMetric };
