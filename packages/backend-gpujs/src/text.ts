/** Pieces of kernel text: sums, coordinates, guarded reads, loops. */
import type { Reduction } from '@nn/tensor/backend';
import { literal } from './dialect.ts';
import { rounded, type Target } from './single.ts';
import { type Affine, range } from './space.ts';

/** A kernel as gpu.js takes it. */
export const kernel = (parameters: readonly string[], lines: readonly string[]): string => `function (${parameters.join(', ')}) {\n${lines.join('\n')}\n}`;

/** `offset + names . strides`; the offset alone where nothing varies. */
export function affine({ offset, strides }: Affine, names: readonly string[]): string {
  const terms = strides.flatMap((stride, i) => (stride === 0 ? [] : stride === 1 ? [names[i]!] : [`${names[i]!} * ${literal(stride)}`]));
  return offset !== 0 || terms.length === 0 ? [literal(offset), ...terms].join(' + ') : terms.join(' + ');
}

/** Names of the kept coordinates, then of the reduced ones. */
export const coordinateNames = (kept: readonly number[], reduced: readonly number[] = []): string[] => [...kept.map((_, i) => `c${i}`), ...reduced.map((_, i) => `k${i}`)];

/** The kept coordinates of a thread, last axis first. Shaders divide inexactly: whole quotients have to be put right there. */
export function coordinates(sizes: readonly number[], target: Target): string[] {
  const lines = ['const thread = this.thread.x;'];
  let rest = 'thread';
  for (let axis = sizes.length - 1; axis > 0; axis--) {
    const size = sizes[axis]!;
    lines.push(`const q${axis} = ${target === 'host' ? `Math.floor(${rest} / ${size})` : `quotient(${rest}, ${size})`};`, `const c${axis} = ${rest} - q${axis} * ${size};`);
    rest = `q${axis}`;
  }
  return sizes.length > 0 ? [...lines, `const c0 = ${rest};`] : [];
}

/** Names `text` and asks whether it lies in [0, size), as far as its `span` leaves that open. */
export function within(name: string, text: string, size: number, [low, high]: readonly [number, number]): { readonly line: string; readonly tests: readonly string[] } {
  return { line: `const ${name} = ${text};`, tests: [...(low < 0 ? [`${name} >= 0`] : []), ...(high >= size ? [`${name} < ${size}`] : [])] };
}

/** The element of array `x<i>` at `address`, or 0 where a bound is broken. An address is always named: gpu.js rounds what stands between brackets. */
export function reading(i: number, address: string, bounds: readonly ReturnType<typeof within>[], tests: readonly string[] = []): { readonly lines: readonly string[]; readonly code: string } {
  const all = [...tests, ...bounds.flatMap((bound) => bound.tests)];
  return {
    lines: [`const a${i} = ${address};`, ...bounds.map(({ line }) => line)],
    code: all.length > 0 ? `(${all.join(' && ')} ? x${i}[a${i}] : 0)` : `x${i}[a${i}]`,
  };
}

/** A map's text and the values that it takes over `sizes`. */
export const spanned = (map: Affine, names: readonly string[], sizes: readonly number[]): { readonly text: string; readonly span: readonly [number, number] } => ({
  text: affine(map, names), span: range(map, sizes),
});

/** What a reduction starts from: its value over nothing. */
export const starts: { readonly [K in Reduction]: number } = { sum: 0, prod: 1, max: -Infinity, min: Infinity };
const folded: { readonly [K in Reduction]: (total: string, value: string) => string } = {
  sum: (total, value) => `${total} + ${value}`, prod: (total, value) => `${total} * ${value}`,
  max: (total, value) => `Math.max(${total}, ${value})`, min: (total, value) => `Math.min(${total}, ${value})`,
};

/** How one more value joins a total: `fold` two totals, `step` an element, both as expressions. */
export interface Joining { readonly start: string; fold(total: string, value: string): string; step(total: string): string }

/** Folds `value` by `kind`; on hosts in single precision. */
export function joining(kind: Reduction, value: string, target: Target): Joining {
  const fold = (total: string, next: string): string => (target === 'host' ? rounded(folded[kind](total, next)) : folded[kind](total, next));
  return { start: literal(starts[kind]), fold, step: (total) => fold(total, value) };
}

/** Nested loops of `sizes` around `lines`; each has a total of its own, to lose fewer digits. */
export function loops({ start, fold, step }: Joining, sizes: readonly number[], lines: readonly string[]): string[] {
  const total = (axis: number): string => `total${axis}`;
  const last = sizes.length - 1;
  let body = [...lines, `${total(last)} = ${step(total(last))};`];
  for (let axis = last; axis >= 0; axis--) {
    body = [`let ${total(axis)} = ${start};`, `for (let i${axis} = 0; i${axis} < ${sizes[axis]!}; i${axis}++) {`, `const k${axis} = i${axis};`, ...body, '}'];
    if (axis > 0) body.push(`${total(axis - 1)} = ${fold(total(axis - 1), total(axis))};`);
  }
  return [...body, `return ${total(0)};`];
}
