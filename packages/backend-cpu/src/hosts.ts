/** Functions that kernels import from the host: float64 in, float64 out. */
import { compute, type Op } from '@nn/tensor/backend';

const of = (op: Op) => (a: number, b?: number): number => compute(op, 'float64', a, b);

/** By the names under which kernels import them. Those of `Math` are there in every thread; the rest only in the one that called `cpu()`. */
const own: { readonly [name: string]: (a: number, b?: number) => number } = { remainder: of('fmod'), modulo: of('mod'), power: of('pow'), erf: of('erf') };

/** What `names` stand for, as an import object. */
export const hostFunctions = (names: readonly string[]): Record<string, (a: number, b: number) => number> =>
  Object.fromEntries(names.map((name) => [name, own[name] ?? (Math as unknown as Record<string, (a: number, b: number) => number>)[name]!]));

/** Whether every thread has them. */
export const everywhere = (names: readonly string[]): boolean => names.every((name) => !(name in own));
