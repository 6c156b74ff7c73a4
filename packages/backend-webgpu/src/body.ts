/** The part that map, reduce and a matmul's epilogue share: reading the inputs of a scalar function and computing its roots. */
import { type Layout, ordered, print, type ScalarFunction, type View } from '@nn/tensor/backend';
import { boundsSignature, linesPerView, loadText, pushLoad } from './access.ts';
import type { Bindings } from './bindings.ts';
import { castText, wgsl } from './dialect.ts';
import { lineText, pushLine, pushUniforms, type Slots, uniformsText, type Values } from './params.ts';
import { type Line, linesOf, reordered, signature, type Walk } from './walk.ts';

/** The axes whose coordinate `f` reads. */
function indexAxes(f: ScalarFunction): readonly number[] {
  let axes = known.get(f);
  if (!axes) known.set(f, (axes = ordered(f.roots).filter((node) => node.op === 'index').map((node) => node.value)));
  return axes;
}
const known = new WeakMap<ScalarFunction, readonly number[]>();

/** The lines that `f` needs over axes in `order`: its views', then its `index` leaves'. `order` names axes of the views, -1 for one they lack. */
export const functionLines = (f: ScalarFunction, views: readonly Layout[], order: readonly number[]): Line[] => [
  ...views.flatMap(linesOf).map((line) => reordered(line, order)),
  ...indexAxes(f).map((axis) => ({ offset: 0, strides: order.map((at) => +(at === axis)) })),
];

/** What tells kernels of one function apart. */
export const bodySignature = (views: readonly Layout[], walk: Walk, bindings: Bindings): string =>
  `${signature(walk)}|${boundsSignature(views)}|${bindings.signature}`;

/** Functions that read the inputs, the statements that compute, and the roots. */
export interface Body {
  readonly loads: readonly string[];
  readonly lines: readonly string[];
  readonly roots: readonly string[];
}

/** `first` inputs of `f` have values already, called `x0`, `x1` ...; `views` are the inputs after them, bound at `places`. */
export function bodyText(
  f: ScalarFunction, first: number, views: readonly View[], places: readonly number[], bindings: Bindings, lines: readonly Line[], coordinates: readonly string[], slots: Slots,
): Body {
  const { perView, rest } = linesPerView(views, lines);
  const loads = views.map((_, i) => loadText(`load${first + i}`, places[i]!, bindings.storages[places[i]!]!, perView[i]!, coordinates, slots));
  const at = coordinates.join(', ');
  const printed = print(f, wgsl);
  return {
    loads,
    lines: [
      ...views.map(({ storage }, i) => `let x${first + i} = ${castText(`load${first + i}(${at})`, storage.dtype, f.inputs[first + i]!)};`),
      ...indexAxes(f).map((axis, i) => `let a${axis} = i32(${lineText(rest[i]!, coordinates, slots)});`),
      ...uniformsText(f, slots),
      ...printed.lines,
    ],
    roots: printed.roots,
  };
}

export function pushBody(f: ScalarFunction, views: readonly View[], uniforms: readonly number[], lines: readonly Line[], values: Values): void {
  const { perView, rest } = linesPerView(views, lines);
  for (const [i, view] of views.entries()) pushLoad(view, perView[i]!, values);
  for (const line of rest) pushLine(line, values);
  pushUniforms(f, uniforms, values);
}
