/** Interprets an expression column by column; typed arrays do the rounding and wrapping, but for float16. */
import { type DType, hostArray, round, rounded, type TypedArray } from '../dtype.ts';
import type { Op } from './elementwise.ts';
import type { ScalarFunction } from './function.ts';
import { compute, meaning } from './meaning.ts';
import { ordered, type Scalar } from './scalar.ts';

/** Where a leaf's values come from while `count` elements are computed. */
export interface Columns {
  input(position: number): TypedArray;
  index(axis: number): TypedArray;
}

/** The values of all roots of `f` for `count` elements. */
export function evaluate(f: ScalarFunction, columns: Columns, uniforms: readonly number[], count: number): TypedArray[] {
  const { roots } = f;
  const values = new Map<Scalar, TypedArray>();
  const filled = (dtype: DType, value: number) => hostArray(dtype, count).fill(round(value, dtype));
  for (const node of ordered(roots)) {
    switch (node.op) {
      case 'input': values.set(node, columns.input(node.value)); break;
      case 'index': values.set(node, columns.index(node.value)); break;
      case 'uniform': values.set(node, filled(node.dtype, uniforms[node.value]!)); break;
      case 'constant': values.set(node, filled(node.dtype, node.value)); break;
      default: values.set(node, step(node, node.args.map((arg) => values.get(arg)!), count));
    }
  }
  return roots.map((root) => values.get(root)!);
}

function step(node: Scalar, [a, b, c]: TypedArray[], count: number): TypedArray {
  const out = hostArray(node.dtype, count);
  if (node.op === 'cast') {
    for (let i = 0; i < count; i++) out[i] = compute('cast', node.dtype, a![i]!);
    return rounded(node.dtype, out);
  }
  const f = meaning(node.op as Op, node.args[node.op === 'select' ? 1 : 0]!.dtype);
  if (c) for (let i = 0; i < count; i++) out[i] = f(a![i]!, b![i]!, c[i]!);
  else if (b) for (let i = 0; i < count; i++) out[i] = f(a![i]!, b[i]!, 0);
  else for (let i = 0; i < count; i++) out[i] = f(a![i]!, 0, 0);
  return rounded(node.dtype, out);
}
