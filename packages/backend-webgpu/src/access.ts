/** WGSL that reads and writes elements. An arena is words or halves, one by one or in fours; a dtype is a way to see them. Arithmetic knows float16 as f32. */
import type { DType, Layout, View } from '@nn/tensor/backend';
import type { Place } from './bindings.ts';
import { castText, types } from './dialect.ts';
import { lineText, pushLine, type Slots, type Values } from './params.ts';
import type { Line } from './walk.ts';

/** How a kernel declares the arenas: their words or halves one by one, or fours of them, where every access is to whole fours. */
export type Grain = 'words' | 'fours';

const wordText = (arena: number, at: string, grain: Grain): string => (grain === 'words' ? `m${arena}[${at}]` : `m${arena}[(${at}) >> 2u][(${at}) & 3u]`);

/** The type of what an arena with elements of `dtype` consists of. */
export const unitOf = (dtype: DType): 'f16' | 'u32' => (dtype === 'float16' ? 'f16' : 'u32');

/** A word (or half) seen as an element of `dtype`. */
export function seenText(word: string, dtype: DType): string {
  if (dtype === 'float16') return `f32(${word})`;
  if (dtype === 'uint32') return word;
  return dtype === 'bool' ? `(${word} != 0u)` : `bitcast<${types[dtype]!}>(${word})`;
}

/** `code`, a value of `from`, as the word (or half) that an element of `to` is stored as. */
export function kept(code: string, from: DType, to: DType): string {
  const value = castText(code, from, to);
  if (to === 'float16') return `f16(${value})`;
  if (to === 'uint32') return value;
  return to === 'bool' ? `u32(${value})` : `bitcast<u32>(${value})`;
}

/** The element number `at` of what lies in `place`. */
export const elementAt = ({ arena, dtype }: Place, at: string, grain: Grain = 'words'): string => seenText(wordText(arena, at, grain), dtype);

/** The statement that writes `code`, a value of `from`, to element number `at`. Only for words: a part of a four may not be written alone. */
export const storeText = ({ arena, dtype }: Place, at: string, code: string, from: DType): string => `m${arena}[${at}] = ${kept(code, from, dtype)};`;

/**
 * `fn name(coordinates) -> T`: the element of a view, 0 outside of its bounds; `lines` are the view's, address first. Without a branch: kernels call it dozens of
 * times over, and compilers whose time grows with the square of the branches of a kernel, as SwiftShader's, would need minutes and gigabytes.
 */
export function loadText(name: string, place: Place, lines: readonly Line[], coordinates: readonly string[], slots: Slots, grain: Grain = 'words'): string {
  const [address, ...bounds] = lines as [Line, ...Line[]];
  const sum = lineText(address, coordinates, slots);
  const outside = anyOf(bounds.map((bound) => `${lineText(bound, coordinates, slots)} >= ${slots.next()}`));
  const type = types[place.dtype]!;
  return [
    `fn ${name}(${coordinates.map((coordinate) => `${coordinate}: u32`).join(', ')}) -> ${type} {`,
    ...(outside
      ? [`  let outside = ${outside};`, `  let place = select(${sum}, 0u, outside);`, `  return select(${elementAt(place, 'place', grain)}, ${type}(), outside);`]
      : [`  let place = ${sum};`, `  return ${elementAt(place, 'place', grain)};`]),
    '}',
  ].join('\n');
}

/** Whether any of `tests` holds, all of them computed: `||` would be branches. */
export const anyOf = (tests: readonly string[]): string => tests.map((test) => `(${test})`).join(' | ');

export function pushLoad(view: View, lines: readonly Line[], values: Values): void {
  pushAddress(lines[0]!, values);
  for (const [i, { size }] of view.bounds.entries()) {
    pushLine(lines[i + 1]!, values);
    values.push(size);
  }
}

/** The address line of a view; where the view begins is known for each call only. */
export function pushAddress({ strides }: Line, values: Values): void {
  values.pushBase();
  for (const stride of strides) if (stride !== 0) values.push(stride);
}

/** Takes each view's lines off the front of `lines`: those of the first, of the second, and the rest. */
export function linesPerView(views: readonly Layout[], lines: readonly Line[]): { readonly perView: readonly (readonly Line[])[]; readonly rest: readonly Line[] } {
  let at = 0;
  const perView = views.map(({ bounds }) => lines.slice(at, (at += 1 + bounds.length)));
  return { perView, rest: lines.slice(at) };
}

/** What of the views' bounds shapes the text of a kernel. */
export const boundsSignature = (views: readonly Layout[]): string => views.map(({ bounds }) => bounds.length).join();
