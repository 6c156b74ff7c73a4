/** Element-wise functions that also mention sums and extremes of whole rows, in one kernel: softmax, norms, losses. */
import { fail, show } from './errors.ts';
import { ScalarFunction } from './expr/function.ts';
import { RowFunction } from './expr/rows.ts';
import { isRow, ordered, Scalar } from './expr/scalar.ts';
import { type Argument, bind, type FusedResult, type Signature, traced } from './fuse.ts';
import { handle } from './handle.ts';
import { mapped } from './mapped.ts';
import { run } from './primitives.ts';
import type { Axes } from './reductions.ts';
import { broadcastShapes, normalizeAxes } from './shape.ts';
import { slot } from './tracer.ts';

/** A function of rows: the axes that a row runs along, then its operands. Results of whole rows have size 1 on these axes. */
export type FusedRows<R> = (axes: Axes, ...args: Argument[]) => FusedResult<R>;

export interface RowOptions {
  /** Positions of the arguments that have size 1 on the rows' axes (or are numbers). Tensors may appear in results of whole rows only if they are named here. */
  readonly perRow?: readonly number[];
}

/**
 * Compiles a function whose expressions may use `rowSum`, `rowMax`, `rowMin` and `rowPeak`: what the row comes to that an element belongs to.
 * A result that mentions rows only is one number a row. Gradients are derived from the same expressions, to any order; what rows came to is kept for them, not computed again.
 *
 * @param body from one `Scalar` per argument to a `Scalar` or an array of them
 * @example
 * const softmax = fuseRows((x: Scalar) => {
 *   const e = x.sub(x.rowPeak()).exp();
 *   return e.div(e.rowSum());
 * });
 * softmax(-1, tensor([[1, 2, 3]])); // [[0.0900, 0.2447, 0.6652]]
 */
export function fuseRows<const R extends Scalar | readonly Scalar[]>(body: (...args: Scalar[]) => R, { perRow = [] }: RowOptions = {}): FusedRows<R> {
  const kernels = { plain: new Map<Signature, RowFunction>(), recorded: new Map<Signature, RowFunction>() };
  let several = false;
  let count = 0;
  const observed = (...args: Scalar[]) => {
    const result = body(...args);
    several = !(result instanceof Scalar);
    return result;
  };
  return (axes, ...args) => {
    const bound = bind('fuseRows', args);
    const { key, tensors, numbers } = bound;
    const recorded = slot.tracer?.recording && tensors.some((tensor) => tensor[handle].node !== undefined);
    const known = recorded ? kernels.recorded : kernels.plain;
    let f = known.get(key);
    if (!f) {
      const plain = traced(args, bound, observed);
      count = plain.roots.length;
      // A derivative reads what the rows came to: more results, which only the recorded graph sees.
      const rows = recorded ? ordered(plain.roots).filter((node) => isRow(node) && !plain.roots.includes(node)) : [];
      const flags = args.flatMap((arg, i) => (typeof arg === 'number' ? [] : [perRow.includes(i)]));
      known.set(key, (f = new RowFunction(new ScalarFunction([...plain.roots, ...rows], plain.inputs, plain.uniforms), flags)));
    }
    const shape = broadcastShapes('fuseRows', ...mapped(tensors, (tensor) => tensor.shape));
    const over = normalizeAxes('fuseRows', axes, shape.length);
    for (const [i, tensor] of tensors.entries()) {
      if (f.perRow[i] && over.some((axis) => (tensor.shape.at(axis - shape.length) ?? 1) !== 1)) {
        fail('fuseRows', `operand ${i} is ${show(tensor.shape)}, rows run along ${over.join(', ')} of ${show(shape)}`, 'It is declared perRow: give it size 1 there.');
      }
    }
    const outputs = run('rows', tensors, { function: f, uniforms: numbers, shape, axes: over });
    return (several ? outputs.slice(0, count) : outputs[0]) as unknown as FusedResult<R>;
  };
}
