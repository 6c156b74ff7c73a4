/** Derivatives of scalar expressions: one reverse sweep over the graph for all roots together. */
import { type DType, isFloat } from '../dtype.ts';
import type { Op } from './elementwise.ts';
import type { ScalarFunction } from './function.ts';
import { rowValued } from './rows.ts';
import { isRow, ordered, rewrite, type RowOp, type Scalar, Table } from './scalar.ts';

/** The gradients of a node's operands, from its own gradient `g`, itself `y` and the operands. */
type Rule = (g: Scalar, y: Scalar, a: Scalar, b: Scalar, c: Scalar) => readonly (Scalar | undefined)[];

const none: Rule = () => [];
const zero = (g: Scalar): Scalar => g.constant(0);
/** `g` where `condition` holds, else 0: gradients are routed, never multiplied (0 x inf is NaN). */
const routed = (g: Scalar, condition: Scalar): Scalar => g.where(condition, zero(g));
const halfAtTie = (g: Scalar, a: Scalar, b: Scalar): Scalar => g.mul(0.5).where(a.eq(b), routed(g, a.gt(b)));

const rules: { readonly [P in Op]: Rule } = {
  add: (g) => [g, g],
  sub: (g) => [g, g.neg()],
  mul: (g, _, a, b) => [g.mul(b), g.mul(a)],
  div: (g, _, a, b) => [g.div(b), g.mul(a).div(b.square()).neg()],
  // d(a^b) = b a^(b-1) da + a^b log(a) db; both are 0 where the power is flat (b = 0; a = 0 and b >= 0)
  pow: (g, y, a, b) => [
    g.mul(b).mul(a.pow(b.sub(1))).where(b.ne(0), zero(g)),
    g.mul(y).mul(a.log()).where(a.ne(0).logicalOr(b.lt(0)), zero(g)),
  ],
  atan2: (g, _, a, b) => {
    const scaled = g.div(a.square().add(b.square()));
    return [scaled.mul(b), scaled.mul(a).neg()];
  },
  maximum: (g, _, a, b) => [halfAtTie(g, a, b), halfAtTie(g, b, a)],
  minimum: (g, _, a, b) => [halfAtTie(g, b, a), halfAtTie(g, a, b)],
  // a = floor(a / b) b + mod(a, b)
  mod: (g, _, a, b) => [g, g.mul(a.div(b).floor()).neg()],
  fmod: (g, _, a, b) => [g, g.mul(a.div(b).trunc()).neg()],
  neg: (g) => [g.neg()],
  abs: (g, _, a) => [g.mul(a.sign())],
  sqrt: (g, y) => [g.div(y.mul(2))],
  exp: (g, y) => [g.mul(y)],
  expm1: (g, y) => [g.mul(y.add(1))],
  log: (g, _, a) => [g.div(a)],
  log1p: (g, _, a) => [g.div(a.add(1))],
  log2: (g, _, a) => [g.div(a.mul(Math.LN2))],
  log10: (g, _, a) => [g.div(a.mul(Math.LN10))],
  sin: (g, _, a) => [g.mul(a.cos())],
  cos: (g, _, a) => [g.mul(a.sin()).neg()],
  tan: (g, y) => [g.mul(y.square().add(1))],
  asin: (g, _, a) => [g.mul(a.square().rsub(1).rsqrt())],
  acos: (g, _, a) => [g.mul(a.square().rsub(1).rsqrt()).neg()],
  atan: (g, _, a) => [g.div(a.square().add(1))],
  sinh: (g, _, a) => [g.mul(a.cosh())],
  cosh: (g, _, a) => [g.mul(a.sinh())],
  tanh: (g, y) => [g.mul(y.square().rsub(1))],
  asinh: (g, _, a) => [g.mul(a.square().add(1).rsqrt())],
  acosh: (g, _, a) => [g.div(a.sub(1).sqrt().mul(a.add(1).sqrt()))],
  atanh: (g, _, a) => [g.div(a.square().rsub(1))],
  sigmoid: (g, y) => [g.mul(y).mul(y.rsub(1))],
  relu: (g, y) => [routed(g, y.gt(0))],
  erf: (g, _, a) => [g.mul(a.square().neg().exp()).mul(2 / Math.sqrt(Math.PI))],
  erfc: (g, _, a) => [g.mul(a.square().neg().exp()).mul(-2 / Math.sqrt(Math.PI))],
  select: (g, _, condition) => [undefined, routed(g, condition), g.maskedFill(condition, zero(g))],
  cast: (g, _, a) => [g.cast(a.dtype)],
  floorDiv: none, sign: none, floor: none, ceil: none, round: none, trunc: none,
  lt: none, le: none, eq: none, isnan: none, and: none, or: none, xor: none, not: none, shl: none, shr: none,
};

/** The gradient of a row's elements from that of what the row came to. */
const rowRules: { readonly [P in RowOp]: (g: Scalar, y: Scalar, a: Scalar) => Scalar | undefined } = {
  rowSum: (g) => g,
  rowMax: (g, y, a) => shared(g, y, a),
  rowMin: (g, y, a) => shared(g, y, a),
  rowPeak: () => undefined,
};
const shared = (g: Scalar, y: Scalar, a: Scalar): Scalar => routed(g.div(y.constant(1).where(a.eq(y), 0).rowSum()), a.eq(y));

/** The vector-Jacobian product of a function: what a kernel runs backwards. */
export interface Derivative {
  /** Its inputs are those of the function, its outputs, then the seed's; its roots are the gradients of the wanted inputs (undefined: no gradient arrives). */
  readonly inputs: readonly DType[];
  readonly roots: readonly (Scalar | undefined)[];
}

/** How the gradient of each root starts: by default a given tensor per root. Reductions compute theirs from more. */
export interface Seed {
  /** The dtypes of the tensors that the gradients are made of. */
  readonly inputs: readonly DType[];
  /** The function's results were reduced further: its roots are not its outputs. */
  readonly reduced?: boolean;
  /** From those, the function's outputs, and its roots: the gradient of each root. */
  readonly gradients: (given: readonly Scalar[], outputs: readonly Scalar[], roots: readonly Scalar[]) => readonly (Scalar | undefined)[];
}

/** Whether a gradient can flow into input `i` of `f` at all. */
export const differentiable = (f: ScalarFunction, i: number): boolean => isFloat(f.inputs[i]!);

/**
 * Differentiates `f` for the inputs in `wanted`. Where the derivative contains a root itself (sigmoid, tanh, exp),
 * it reads that output instead of computing it again; what no root mentions need not be kept.
 *
 * @param perRow which inputs have one element a row, where `f` is of rows: their gradients are summed over it
 */
export function derive(f: ScalarFunction, wanted: readonly number[], seed: Seed = { inputs: f.outputs, gradients: (given) => given }, perRow?: readonly boolean[]): Derivative {
  const table = new Table();
  const own = rewrite(f.roots, table, () => undefined);
  const inputs = [...f.inputs, ...f.outputs, ...seed.inputs];
  const leaves = inputs.map((dtype, i) => table.leaf('input', i, dtype));
  const outputs = leaves.slice(f.inputs.length, f.inputs.length + own.length);
  const adjoint = sweep(own, seed.gradients(leaves.slice(f.inputs.length + own.length), outputs, own), perRow ? rowValued(own, perRow) : new Set());
  const isOutput = new Map(own.map((root, i) => [root, outputs[i]!]));
  const raw = wanted.map((i) => adjoint.of(leaves[i]!));
  const roots = rewrite(raw.filter((root) => root !== undefined), table, (node) => (node.args.length > 0 && !seed.reduced ? isOutput.get(node) : undefined));
  return { inputs, roots: raw.map((root) => (root ? roots.shift() : undefined)) };
}

/** What arrives at each node. What elements of a row give to a value of the whole row is summed over it. */
class Adjoint {
  readonly #ofRows: ReadonlySet<Scalar>;
  readonly #own = new Map<Scalar, Scalar>();
  readonly #spread = new Map<Scalar, Scalar>();

  constructor(ofRows: ReadonlySet<Scalar>) { this.#ofRows = ofRows; }

  /** @param user where it comes from: an element, a value of the whole row, or (undefined) outside */
  add(node: Scalar, g: Scalar | undefined, user?: Scalar): void {
    if (!g || !isFloat(node.dtype)) return;
    const fromElements = user && (isRow(user) || !this.#ofRows.has(user));
    const kind = fromElements && this.#ofRows.has(node) ? this.#spread : this.#own;
    const before = kind.get(node);
    kind.set(node, before ? before.add(g.cast(node.dtype)) : g.cast(node.dtype));
  }

  of(node: Scalar): Scalar | undefined {
    const [own, spread] = [this.#own.get(node), this.#spread.get(node)?.rowSum()];
    return own && spread ? own.add(spread) : own ?? spread;
  }
}

function sweep(roots: readonly Scalar[], seeds: readonly (Scalar | undefined)[], ofRows: ReadonlySet<Scalar>): Adjoint {
  const adjoint = new Adjoint(ofRows);
  roots.forEach((root, i) => adjoint.add(root, seeds[i]));
  for (const node of ordered(roots).reverse()) {
    const g = node.args.length > 0 ? adjoint.of(node) : undefined;
    if (!g) continue;
    const [a, b, c] = node.args as [Scalar, Scalar, Scalar];
    if (isRow(node)) adjoint.add(a, rowRules[node.op as RowOp](g, node, a), node);
    else rules[node.op as Op](g, node, a, b, c).forEach((gradient, i) => adjoint.add(node.args[i]!, gradient, node));
  }
  return adjoint;
}
