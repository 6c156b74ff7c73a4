/** The part that all verbs with a scalar function share: reading its inputs and computing its roots. */
import { type DType, type Layout, ordered, print, type ScalarFunction, type View } from '@nn/tensor/backend';
import { boundsSignature, type Grain, linesPerView, loadText, pushLoad } from './access.ts';
import type { Bindings, Place } from './bindings.ts';
import { castText, types, wgsl } from './dialect.ts';
import { lineText, pushLine, pushUniforms, type Slots, uniformsText, type Values } from './params.ts';
import { type Line, linesOf, reordered, signature, type Walk } from './walk.ts';

/** The axes whose coordinate `f` reads. */
export const indexAxes = (f: ScalarFunction): readonly number[] => leaves(f).index;

/** Which inputs `f` mentions. */
export const inputsRead = (f: ScalarFunction): readonly number[] => leaves(f).input;

function leaves(f: ScalarFunction): { readonly index: readonly number[]; readonly input: readonly number[] } {
  let found = known.get(f);
  if (!found) {
    const of = (op: string) => ordered(f.roots).filter((node) => node.op === op).map((node) => node.value);
    known.set(f, (found = { index: of('index'), input: of('input') }));
  }
  return found;
}
const known = new WeakMap<ScalarFunction, { readonly index: readonly number[]; readonly input: readonly number[] }>();

/** The lines that `f` needs over axes in `order`: its views', then its `index` leaves'. `order` names axes of the views, -1 for one they lack. */
export const functionLines = (f: ScalarFunction, views: readonly Layout[], order: readonly number[]): Line[] => [
  ...views.flatMap(linesOf).map((line) => reordered(line, order)),
  ...indexAxes(f).map((axis) => ({ offset: 0, strides: order.map((at) => +(at === axis)) })),
];

/** What tells kernels of one function apart. */
export const bodySignature = (views: readonly Layout[], walk: Walk, bindings: Bindings): string =>
  `${signature(walk)}|${boundsSignature(views)}|${bindings.signature}`;

/** `fn name(x0, x1, ..., a0, ...) -> Name`: the function itself, from its inputs and coordinates to a struct of its roots `r0`, `r1`, ...; `uniforms` are statements that name its run-time numbers, or they are `passed` as further arguments `u0`, ... */
export function functionText(name: string, f: ScalarFunction, uniforms: readonly string[] | 'passed'): string {
  const parameters = [...f.inputs.map((dtype, i) => `x${i}: ${types[dtype]!}`), ...indexAxes(f).map((axis) => `a${axis}: i32`), ...(uniforms === 'passed' ? f.uniforms.map((dtype, i) => `u${i}: ${types[dtype]!}`) : [])];
  const printed = print(f, wgsl);
  const result = name[0]!.toUpperCase() + name.slice(1);
  return [
    `struct ${result} { ${f.roots.map(({ dtype }, i) => `r${i}: ${types[dtype]!}`).join(', ')} }`,
    `fn ${name}(${parameters.join(', ')}) -> ${result} {`,
    ...[...(uniforms === 'passed' ? [] : uniforms), ...printed.lines].map((line) => `  ${line}`),
    `  return ${result}(${printed.roots.join(', ')});`,
    '}',
  ].join('\n');
}

/** Functions that read the inputs and compute, and the call that does both at the current coordinates. */
export interface Body {
  readonly globals: readonly string[];
  readonly call: string;
}

/** `first` inputs of `f` have values already, called `x0`, `x1` ...; `views` are the inputs after them, at `places`. The call gives a struct of the roots. */
export function bodyText(
  name: string, f: ScalarFunction, first: number, views: readonly View[], places: readonly Place[], lines: readonly Line[], coordinates: readonly string[], slots: Slots, grain: Grain = 'words',
): Body {
  const { perView, rest } = linesPerView(views, lines);
  const loads = views.map((_, i) => loadText(`${name}_load${first + i}`, places[i]!, perView[i]!, coordinates, slots, grain));
  const at = coordinates.join(', ');
  const given = Array.from({ length: first }, (_, i) => `x${i}`);
  const read = views.map(({ storage }, i) => castText(`${name}_load${first + i}(${at})`, storage.dtype, f.inputs[first + i]!));
  const axes = indexAxes(f).map((_, i) => `i32(${lineText(rest[i]!, coordinates, slots)})`);
  return { globals: [...loads, functionText(name, f, uniformsText(f.uniforms, slots))], call: `${name}(${[...given, ...read, ...axes].join(', ')})` };
}

/** The values for the slots of {@link bodyText}, in its order. */
export function pushBody(f: ScalarFunction, views: readonly View[], lines: readonly Line[], values: Values): void {
  const { perView, rest } = linesPerView(views, lines);
  for (const [i, view] of views.entries()) pushLoad(view, perView[i]!, values);
  for (const line of rest) pushLine(line, values);
  pushUniforms(f.uniforms, values);
}

/** Dtypes of the roots. */
export const rootType = (f: ScalarFunction, k = 0): DType => f.roots[k]!.dtype;
