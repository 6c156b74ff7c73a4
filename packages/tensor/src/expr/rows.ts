/** Functions of rows: element-wise expressions that may also mention what whole rows come to. */
import type { Reduction } from '../backend/interface.ts';
import type { DType } from '../dtype.ts';
import { ScalarFunction } from './function.ts';
import { isRow, ordered, rewrite, type RowOp, type Scalar, Table } from './scalar.ts';

/** A reduction over each row. */
export interface Stage {
  readonly kind: Reduction;
  /** Stages of one pass do not mention each other: a row can be read once for all of them. From 0, ascending. */
  readonly pass: number;
  /** What is reduced: its inputs are those of the row function, then the results of all stages of earlier passes. */
  readonly function: ScalarFunction;
}

const kinds: { readonly [P in RowOp]: Reduction } = { rowSum: 'sum', rowMax: 'max', rowMin: 'min', rowPeak: 'max' };

/** What a backend compiles for rows: reductions in passes, then results for each element or for each row. Functions with equal `key` are equal. */
export class RowFunction {
  readonly key: string;
  /** As it was written: what derivatives are taken of. */
  readonly source: ScalarFunction;
  /** Which inputs have the same element all along a row. */
  readonly perRow: readonly boolean[];
  readonly stages: readonly Stage[];
  /** The results: their inputs are those of the row function, then all stages' results. */
  readonly outputs: ScalarFunction;
  /** Which results have one element a row. They mention per-row inputs and stages only. */
  readonly rowOutputs: readonly boolean[];

  constructor(source: ScalarFunction, perRow: readonly boolean[]) {
    const { roots, inputs, uniforms } = source;
    const passes = new Map<Scalar, number>();
    for (const node of ordered(roots).filter(isRow)) {
      passes.set(node, Math.max(-1, ...ordered(node.args).map((inner) => passes.get(inner) ?? -1)) + 1);
    }
    const rows = [...passes.keys()].sort((a, b) => passes.get(a)! - passes.get(b)!);
    const dtypes: readonly DType[] = [...inputs, ...rows.map(({ dtype }) => dtype)];
    const staged = (expressions: readonly Scalar[], count: number): ScalarFunction => {
      const table = new Table();
      const own = rewrite(expressions, table, (node) => (isRow(node) ? table.leaf('input', inputs.length + rows.indexOf(node), node.dtype) : undefined));
      return new ScalarFunction(own, dtypes.slice(0, inputs.length + count), uniforms);
    };
    this.source = source;
    this.perRow = inputs.map((_, i) => perRow[i] ?? false);
    this.stages = rows.map((node) => {
      const pass = passes.get(node)!;
      return { kind: kinds[node.op as RowOp], pass, function: staged(node.args, rows.filter((other) => passes.get(other)! < pass).length) };
    });
    this.outputs = staged(roots, rows.length);
    const ofRows = rowValued(roots, this.perRow);
    this.rowOutputs = roots.map((root) => ofRows.has(root));
    this.key = [...this.stages.map(({ kind, function: f }) => `${kind} ${f.key}`), this.outputs.key, this.perRow.map(Number).join('')].join('|');
  }

  get inputs(): readonly DType[] { return this.source.inputs; }
  get uniforms(): readonly DType[] { return this.source.uniforms; }
}

/** The nodes that have one value a row. */
export function rowValued(roots: readonly Scalar[], perRow: readonly boolean[]): ReadonlySet<Scalar> {
  const found = new Set<Scalar>();
  for (const node of ordered(roots)) {
    const one = isRow(node) || node.op === 'constant' || node.op === 'uniform' || (node.op === 'input' && perRow[node.value]) || (node.args.length > 0 && node.args.every((arg) => found.has(arg)));
    if (one) found.add(node);
  }
  return found;
}
