/**
 * Elements of short axes, each computed by a copy of the function, so that lanes go along the longer axes: a reduction of a few elements each becomes a map, and a map
 * whose rows are pairs one of two results. Which these are depends on the shape alone.
 */
import { type DType, ordered, type Reduction, rewrite, type Scalar, ScalarFunction, type Shape, sizeOf, Table, type View } from '@nn/tensor/backend';

/** Most elements that fold to one. */
const MOST = 16;
/** Most operations of the copies. */
const MOST_NODES = 200;
/** Fewest results. */
const FEWEST = 256;
/** Where as many results lie side by side behind the folded axes, lanes go along them anyway. */
const BESIDE = 16;

const combine: { readonly [K in Reduction]: (a: Scalar, b: Scalar) => Scalar } = {
  sum: (a, b) => a.add(b),
  prod: (a, b) => a.mul(b),
  max: (a, b) => a.maximum(b),
  min: (a, b) => a.minimum(b),
};

export interface Unfolded {
  readonly function: ScalarFunction;
  readonly inputs: readonly View[];
  readonly shape: Shape;
}

/** A reduction as a map; undefined where it is better folded as it is. */
export function unfolded(kind: Reduction, f: ScalarFunction, inputs: readonly View[], shape: Shape, axes: readonly number[]): Unfolded | undefined {
  let [run, results, beside] = [1, 1, 1];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (axes.includes(axis)) run *= shape[axis]!;
    else {
      if (run === 1) beside *= shape[axis]!;
      results *= shape[axis]!;
    }
  }
  if (run < 2 || run > MOST || results < FEWEST || beside >= BESIDE || run * ordered(f.roots).length > MOST_NODES) return undefined;
  return copied(kind, f, inputs, shape, axes, (parts) => [parts.map(([root]) => root!).reduce(combine[kind])]);
}

/** A map over pairs, the last axis of the shape that is not 1, as one to the first results of both and one to the second: f's results twice. */
export function paired(f: ScalarFunction, inputs: readonly View[], shape: Shape): Unfolded | undefined {
  let axis = shape.length - 1;
  while (shape[axis] === 1) axis--;
  const results = sizeOf(shape) / 2;
  if (shape[axis] !== 2 || results < FEWEST || 2 * ordered(f.roots).length > MOST_NODES) return undefined;
  return copied('pairs', f, inputs, shape, [axis], (parts) => f.roots.flatMap((_, i) => parts.map((part) => part[i]!)));
}

/** What is made of the copies of `f`, one for each place on `axes`. An input that is the same at all of them is read once. */
function copied(name: string, f: ScalarFunction, inputs: readonly View[], shape: Shape, axes: readonly number[], make: (parts: readonly (readonly Scalar[])[]) => readonly Scalar[]): Unfolded {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const still = inputs.map((view) => axes.every((axis) => shape[axis] === 1 || [view, ...view.bounds].every(({ strides }) => strides[axis] === 0)));
  const places = placesOf(axes.map((axis) => shape[axis]!));
  const key = `${name} ${axes.map((axis) => `${axis}:${shape[axis]}`).join()} ${still.map(Number).join('')}`;
  let forms = made.get(f);
  if (!forms) made.set(f, (forms = new Map()));
  let result = forms.get(key);
  if (!result) forms.set(key, (result = build(f, axes, kept, still, places, make)));
  return {
    function: result,
    inputs: inputs.flatMap((view, i) => (still[i] ? places.slice(0, 1) : places).map((place) => at(view, axes, place, kept))),
    shape: kept.map((axis) => shape[axis]!),
  };
}

const made = new WeakMap<ScalarFunction, Map<string, ScalarFunction>>();

function build(
  f: ScalarFunction, axes: readonly number[], kept: readonly number[], still: readonly boolean[], places: readonly (readonly number[])[],
  make: (parts: readonly (readonly Scalar[])[]) => readonly Scalar[],
): ScalarFunction {
  const table = new Table();
  const firsts: number[] = [];
  const types: DType[] = [];
  for (const [i, one] of still.entries()) {
    firsts.push(types.length);
    types.push(...new Array<DType>(one ? 1 : places.length).fill(f.inputs[i]!));
  }
  const parts = places.map((place, i) => rewrite(f.roots, table, ({ op, value, dtype }) => {
    if (op === 'input') return table.leaf('input', firsts[value]! + (still[value] ? 0 : i), dtype);
    if (op !== 'index') return undefined;
    const folded = axes.indexOf(value);
    return folded >= 0 ? table.constant(place[folded]!, dtype) : table.leaf('index', kept.indexOf(value), dtype);
  }));
  return new ScalarFunction(make(parts), types, f.uniforms);
}

/** All coordinates of a shape, the last axis fastest. */
const placesOf = (sizes: readonly number[]): readonly number[][] =>
  sizes.reduce<number[][]>((all, size) => all.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])), [[]]);

/** The part of a view where `axes` have these coordinates. */
function at(view: View, axes: readonly number[], place: readonly number[], kept: readonly number[]): View {
  const fixed = <T extends { readonly offset: number; readonly strides: readonly number[] }>(map: T): T =>
    ({ ...map, offset: axes.reduce((sum, axis, i) => sum + map.strides[axis]! * place[i]!, map.offset), strides: kept.map((axis) => map.strides[axis]!) });
  return { ...fixed(view), shape: kept.map((axis) => view.shape[axis]!), bounds: view.bounds.map(fixed) };
}
