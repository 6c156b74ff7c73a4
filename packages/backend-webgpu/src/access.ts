/** WGSL functions that read a view at given coordinates, 0 outside of its bounds. */
import type { Layout } from '@nn/tensor/backend';
import { types } from './dialect.ts';
import { lineText, pushLine, type Slots, type Values } from './params.ts';
import type { GpuStorage } from './storage.ts';
import type { Line } from './walk.ts';

/** `fn name(coordinates) -> T`; `lines` are the view's, address first. */
export function loadText(name: string, binding: number, { dtype }: GpuStorage, lines: readonly Line[], coordinates: readonly string[], slots: Slots): string {
  const [address, ...bounds] = lines as [Line, ...Line[]];
  const place = lineText(address, coordinates, slots);
  const outside = bounds.map((bound) => `${lineText(bound, coordinates, slots)} >= ${slots.next()}`);
  const value = `s${binding}[${place}]${dtype === 'bool' ? ' != 0u' : ''}`;
  return [
    `fn ${name}(${coordinates.map((coordinate) => `${coordinate}: u32`).join(', ')}) -> ${types[dtype]!} {`,
    ...outside.map((test) => `  if (${test}) { return ${types[dtype]!}(); }`),
    `  return ${value};`,
    '}',
  ].join('\n');
}

export function pushLoad(view: Layout, lines: readonly Line[], values: Values): void {
  pushLine(lines[0]!, values);
  for (const [i, { size }] of view.bounds.entries()) {
    pushLine(lines[i + 1]!, values);
    values.push(size);
  }
}

/** Takes each view's lines off the front of `lines`: those of the first, of the second, and the rest. */
export function linesPerView(views: readonly Layout[], lines: readonly Line[]): { readonly perView: readonly (readonly Line[])[]; readonly rest: readonly Line[] } {
  let at = 0;
  const perView = views.map(({ bounds }) => lines.slice(at, (at += 1 + bounds.length)));
  return { perView, rest: lines.slice(at) };
}

/** What of the views' bounds shapes the text of a kernel. */
export const boundsSignature = (views: readonly Layout[]): string => views.map(({ bounds }) => bounds.length).join();
