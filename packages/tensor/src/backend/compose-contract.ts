/** Products over groups of axes, said with products of matrices. */
import { identity } from '../expr/function.ts';
import { contiguous, reshaped, viewOf } from '../layout.ts';
import { type Shape, sizeOf } from '../shape.ts';
import { applyEpilogue } from './compose.ts';
import type { CoreBackend, Epilogue, ProductAxes, Storage, Target, View } from './interface.ts';

/** `view` as matrices: two groups of its last axes, one axis each; undefined where their elements do not lie evenly. */
export function asMatrices(view: View, first: number, second: number): View | undefined {
  const layout = reshaped(view, matrixShape(view.shape, first, second));
  return layout && viewOf(view.storage, layout);
}

function matrixShape(shape: Shape, first: number, second: number): number[] {
  const [start, middle] = [shape.length - first - second, shape.length - second];
  return [...shape.slice(0, start), sizeOf(shape.slice(start, middle)), sizeOf(shape.slice(middle))];
}

/** `contract` by its definition: what does not lie evenly is copied. */
export function composeContract(
  backend: Pick<CoreBackend, 'allocate' | 'free' | 'map' | 'matmul'>, a: View, b: View, { rows, inner, columns }: ProductAxes, output: Target, epilogue?: Epilogue,
): void {
  const own: Storage[] = [];
  const matrices = (view: View, first: number, second: number): View => {
    const even = asMatrices(view, first, second);
    if (even) return even;
    const { dtype } = view.storage;
    const storage = backend.allocate(dtype, sizeOf(view.shape));
    own.push(storage);
    backend.map(identity(dtype), [view], [], [{ storage, offset: 0 }], view.shape);
    return viewOf(storage, contiguous(matrixShape(view.shape, first, second)));
  };
  const ends = epilogue?.inputs.map((input) => asMatrices(input, rows, columns)) ?? [];
  const within = epilogue && ends.every((input) => input !== undefined) ? { ...epilogue, inputs: ends } : undefined;
  backend.matmul(matrices(a, rows, inner), matrices(b, inner, columns), output, within);
  if (epilogue && !within) applyEpilogue(backend, epilogue, output, [...a.shape.slice(0, a.shape.length - inner), ...b.shape.slice(b.shape.length - columns)]);
  for (const storage of own) backend.free(storage);
}
