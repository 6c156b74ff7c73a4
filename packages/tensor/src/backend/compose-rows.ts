/** Row functions said with reductions and maps. */
import type { DType } from '../dtype.ts';
import { identity, part, type Part } from '../expr/function.ts';
import type { RowFunction } from '../expr/rows.ts';
import { contiguous, expanded, type Layout, sliced, viewOf } from '../layout.ts';
import { reducedShape, type Shape, sizeOf } from '../shape.ts';
import type { CoreBackend, Storage, Target, View } from './interface.ts';

/** A row function cut up: a part for each stage, and for the results of elements and of rows. */
interface Parts {
  readonly stages: readonly Part[];
  readonly elements: Results | undefined;
  readonly rows: Results | undefined;
}
interface Results extends Part { readonly outputs: readonly number[] }

const cut = new WeakMap<RowFunction, Parts>();

function partsOf(f: RowFunction): Parts {
  let parts = cut.get(f);
  if (parts) return parts;
  const { outputs, rowOutputs, stages } = f;
  const results = (ofRows: boolean): Results | undefined => {
    const chosen = rowOutputs.flatMap((row, i) => (row === ofRows && !isStage(f, i) ? [i] : []));
    return chosen.length > 0 ? { ...part(chosen.map((i) => outputs.roots[i]!), outputs.inputs, f.uniforms), outputs: chosen } : undefined;
  };
  parts = { stages: stages.map(({ function: stage }) => part(stage.roots, stage.inputs, f.uniforms)), elements: results(false), rows: results(true) };
  cut.set(f, parts);
  return parts;
}

/** Which stage a result is and nothing more, if it is one. */
function stageOf(f: RowFunction, output: number): number {
  const { op, value } = f.outputs.roots[output]!;
  return op === 'input' ? value - f.inputs.length : -1;
}
const isStage = (f: RowFunction, output: number): boolean => stageOf(f, output) >= 0;

/** `rows` by its definition. */
export function composeRows(
  backend: Pick<CoreBackend, 'allocate' | 'free' | 'map' | 'reduce'>, f: RowFunction, inputs: readonly View[], uniforms: readonly number[], outputs: readonly Target[], shape: Shape, axes: readonly number[],
): void {
  const { stages, elements, rows } = partsOf(f);
  const rowShape = reducedShape(shape, axes, true);
  const own: Storage[] = [];
  const fresh = (dtype: DType): Target => {
    const storage = backend.allocate(dtype, sizeOf(rowShape));
    own.push(storage);
    return { storage, offset: 0 };
  };
  const numbers = ({ uniforms: positions }: Part) => positions.map((i) => uniforms[i]!);
  const staged = f.stages.map(({ function: stage }, s) => outputs.find((_, i) => stageOf(f, i) === s) ?? fresh(stage.roots[0]!.dtype));
  const flat = (s: number): View => viewOf(staged[s]!.storage, contiguous(rowShape, staged[s]!.offset));
  const wide = (s: number): View => ({ ...expanded(flat(s), shape), storage: staged[s]!.storage });
  const reads = ({ inputs: positions }: Part) => positions.map((i) => inputs[i] ?? wide(i - inputs.length));
  const readsOfRows = ({ inputs: positions }: Part) => positions.map((i) => (inputs[i] ? first(inputs[i], axes) : flat(i - inputs.length)));

  stages.forEach((stage, s) => backend.reduce(f.stages[s]!.kind, stage.function, reads(stage), numbers(stage), shape, axes, staged[s]!));
  if (rows) backend.map(rows.function, readsOfRows(rows), numbers(rows), rows.outputs.map((i) => outputs[i]!), rowShape);
  if (elements) backend.map(elements.function, reads(elements), numbers(elements), elements.outputs.map((i) => outputs[i]!), shape);
  outputs.forEach((output, i) => {
    const s = stageOf(f, i);
    const again = s >= 0 && staged[s] !== output;
    if (again) backend.map(identity(output.storage.dtype), [flat(s)], [], [output], rowShape);
  });
  for (const storage of own) backend.free(storage);
}

/** The first element of each row. */
function first(view: View, axes: readonly number[]): View {
  return viewOf(view.storage, axes.reduce<Layout>((layout, axis) => sliced(layout, axis, 0, 1, 1), view));
}
