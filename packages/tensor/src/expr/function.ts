import { computed, type DType } from '../dtype.ts';
import { fail } from '../errors.ts';
import { ordered, rewrite, Scalar, Table } from './scalar.ts';

/**
 * A traced scalar function: from the elements of its inputs and its run-time numbers (uniforms) to its roots.
 * This is what a backend compiles; functions with equal `key` are equal.
 */
export class ScalarFunction {
  /** A canonical spelling of the whole function, for kernel caches. */
  readonly key: string;
  readonly roots: readonly Scalar[];
  readonly inputs: readonly DType[];
  readonly uniforms: readonly DType[];

  constructor(roots: readonly Scalar[], inputs: readonly DType[], uniforms: readonly DType[]) {
    this.roots = roots;
    this.inputs = inputs;
    this.uniforms = uniforms;
    this.key = spell(roots, inputs, uniforms);
  }

  get table(): Table { return this.roots[0]!.table; }
  /** Result dtypes. */
  get outputs(): DType[] { return this.roots.map((root) => root.dtype); }
}

/**
 * Runs `body` once on symbolic operands.
 *
 * @example
 * const swish = trace(['float32'], [], ([x]) => [x!.mul(x!.sigmoid())]);
 */
export function trace(
  inputs: readonly DType[], uniforms: readonly DType[], body: (inputs: Scalar[], uniforms: Scalar[], table: Table) => readonly Scalar[],
): ScalarFunction {
  const table = new Table();
  const roots = body(inputs.map((dtype, i) => table.leaf('input', i, dtype)), uniforms.map((dtype, i) => table.leaf('uniform', i, dtype)), table);
  if (!Array.isArray(roots) || roots.length === 0 || roots.some((root: unknown) => !(root instanceof Scalar) || root.table !== table)) {
    fail('fuse', 'the function returned something else than an expression of its arguments', 'Return a Scalar or an array of them.');
  }
  return new ScalarFunction(roots, inputs, uniforms);
}

/**
 * {@link trace} for functions of float16: computed in float32 from the elements on, with one rounding at the end, as PyTorch's kernels do.
 * Numbers beside float16 are float32.
 */
export function traceWide(inputs: readonly DType[], uniforms: readonly DType[], body: Parameters<typeof trace>[2]): ScalarFunction {
  if (![...inputs, ...uniforms].includes('float16')) return trace(inputs, uniforms, body);
  const { outputs } = trace(inputs, uniforms, body);
  return trace(inputs, uniforms.map(computed), (leaves, numbers, table) =>
    body(leaves.map((leaf) => leaf.cast(computed(leaf.dtype))), numbers, table).map((root, i) => root.cast(outputs[i]!)));
}

/** A function of fewer leaves than the one it was taken from: `inputs` and `uniforms` are their positions there. */
export interface Part {
  readonly function: ScalarFunction;
  readonly inputs: readonly number[];
  readonly uniforms: readonly number[];
}

/** Positions of the leaves of one kind that `roots` mention, ascending. */
export const leavesOf = (roots: Iterable<Scalar>, kind: 'input' | 'uniform'): number[] =>
  ordered(roots).filter((node) => node.op === kind).map((node) => node.value).sort((a, b) => a - b);

/** `roots` as a function of just the leaves that they mention, of those with the given dtypes. */
export function part(roots: readonly Scalar[], dtypes: readonly DType[], uniformTypes: readonly DType[]): Part {
  const inputs = leavesOf(roots, 'input');
  const uniforms = leavesOf(roots, 'uniform');
  const table = new Table();
  const own = rewrite(roots, table, (node) =>
    node.op === 'input' ? table.leaf('input', inputs.indexOf(node.value), node.dtype)
      : node.op === 'uniform' ? table.leaf('uniform', uniforms.indexOf(node.value), node.dtype) : undefined);
  return { function: new ScalarFunction(own, inputs.map((i) => dtypes[i]!), uniforms.map((i) => uniformTypes[i]!)), inputs, uniforms };
}

/** The function that hands its one input through, e.g. to copy a view. */
export function identity(dtype: DType): ScalarFunction {
  let f = identities.get(dtype);
  if (!f) identities.set(dtype, (f = trace([dtype], [], ([x]) => [x!])));
  return f;
}
const identities = new Map<DType, ScalarFunction>();

function spell(roots: readonly Scalar[], inputs: readonly DType[], uniforms: readonly DType[]): string {
  const place = new Map<Scalar, number>();
  const lines = [inputs.join(), uniforms.join()];
  for (const node of ordered(roots)) {
    place.set(node, place.size);
    const value = node.args.length > 0 ? '' : Object.is(node.value, -0) ? '-0' : node.value;
    lines.push(`${node.op}:${node.dtype}:${value}(${node.args.map((arg) => place.get(arg)).join()})`);
  }
  return `${lines.join(';')}=>${roots.map((root) => place.get(root)).join()}`;
}
