/** Element-wise functions of tensors: one operation at a time, or fused into one kernel. */
import { type DType, promote, rankOf, weak } from './dtype.ts';
import { fail } from './errors.ts';
import type { Op, Operand } from './expr/elementwise.ts';
import { ScalarFunction, trace, traceWide } from './expr/function.ts';
import { isRow, ordered, Scalar } from './expr/scalar.ts';
import { overwrite } from './overwrite.ts';
import { run } from './primitives.ts';
import { scope } from './scope.ts';
import { broadcastShapes, normalizeAxes } from './shape.ts';
import type { Reduction } from './backend/interface.ts';
import type { Tensor } from './tensor.ts';

/** What a fused function is called with: tensors, and numbers that are passed at run time. */
export type Argument = Tensor | number;
type Body = (...args: Scalar[]) => Scalar | readonly Scalar[];
/** One tensor per expression that the function returns. */
export type FusedResult<R> = R extends Scalar ? Tensor : { readonly [K in keyof R]: Tensor };

/** A function compiled into one kernel on whatever device its tensors live. */
export interface Fused<R> {
  (...args: Argument[]): FusedResult<R>;
  /** Reduces the (single) result over `axes` within the same kernel. */
  reduce(kind: Reduction, axes: number | readonly number[] | undefined, ...args: Argument[]): Tensor;
  /** Computes and overwrites `targets` in one kernel; targets may be among the arguments. Nothing is recorded. */
  into(targets: readonly Tensor[], ...args: Argument[]): void;
}

/** Tells lists of dtypes apart: short ones by a number, which is found faster than a text is made. */
export type Signature = number | string;

/** Operands sorted into tensors and run-time numbers, and a signature that tells kernels apart. */
export interface BoundArguments {
  readonly key: Signature;
  readonly tensors: Tensor[];
  readonly numbers: number[];
}

export function bind(operation: string, args: readonly Argument[]): BoundArguments {
  const tensors: Tensor[] = [];
  const numbers: number[] = [];
  for (const arg of args) {
    if (typeof arg === 'number') numbers.push(arg);
    else tensors.push(arg);
  }
  if (tensors.length === 0) fail(operation, 'no operand is a tensor', 'Pass at least one.');
  return { key: signature(args, promoted(tensors)), tensors, numbers };
}

/** Arguments that one number tells of, four bits each. */
const MOST_PACKED = 13;

function signature(args: readonly Argument[], dtype: DType): Signature {
  if (args.length > MOST_PACKED) return args.map((arg) => (typeof arg === 'number' ? `#${weak(arg, dtype)}` : arg.dtype)).join();
  let packed = 1;
  for (const arg of args) packed = 16 * packed + (typeof arg === 'number' ? 8 + rankOf(weak(arg, dtype)) : rankOf(arg.dtype));
  return packed;
}

function promoted(tensors: readonly Tensor[]): DType {
  let { dtype } = tensors[0]!;
  for (let i = 1; i < tensors.length; i++) dtype = promote(dtype, tensors[i]!.dtype);
  return dtype;
}

/** Hands a body its leaves in the order of its arguments. */
export function traced(args: readonly Argument[], bound: BoundArguments, body: Body, make: typeof trace = traceWide): ScalarFunction {
  const dtype = promoted(bound.tensors);
  return make(bound.tensors.map((tensor) => tensor.dtype), bound.numbers.map((value) => weak(value, dtype)), (tensors, numbers) => {
    let [t, n] = [0, 0];
    const result = body(...args.map((arg) => (typeof arg === 'number' ? numbers[n++]! : tensors[t++]!)));
    return result instanceof Scalar ? [result] : result;
  });
}

/**
 * Compiles an element-wise function into one kernel, with its gradient derived from the same expression.
 * Numbers among the arguments are passed at run time: a changing learning rate compiles nothing. Numbers captured by the function are constants.
 *
 * @param body from one `Scalar` per argument to a `Scalar` or an array of them; it runs once per combination of dtypes
 * @example
 * const swish = fuse((x: Scalar) => x.mul(x.sigmoid()));
 * swish(tensor([0, 1, 2]));
 */
export function fuse<const R extends Scalar | readonly Scalar[]>(body: (...args: Scalar[]) => R): Fused<R> {
  const kernels = new Map<Signature, ScalarFunction>();
  let several = false;
  const observed: Body = (...args) => {
    const result = body(...args);
    several = !(result instanceof Scalar);
    return result;
  };
  const prepare = (args: readonly Argument[]): BoundArguments & { f: ScalarFunction } => {
    const bound = bind('fuse', args);
    let f = kernels.get(bound.key);
    if (!f) kernels.set(bound.key, (f = withoutRows(traced(args, bound, observed))));
    return { key: bound.key, tensors: bound.tensors, numbers: bound.numbers, f };
  };
  const call = (...args: Argument[]): FusedResult<R> => {
    const { f, tensors, numbers } = prepare(args);
    const outputs = run('map', tensors, { function: f, uniforms: numbers });
    return (several ? outputs : outputs[0]) as unknown as FusedResult<R>;
  };
  return Object.assign(call, {
    reduce(kind: Reduction, axes: number | readonly number[] | undefined, ...args: Argument[]): Tensor {
      const { f, tensors, numbers } = prepare(args);
      const wide = unrounded(f);
      if (wide) return scope(() => reduced(kind, axes, wide, tensors, numbers).cast(f.roots[0]!.dtype), 'reduce');
      return reduced(kind, axes, f, tensors, numbers);
    },
    into(targets: readonly Tensor[], ...args: Argument[]): void {
      const { f, tensors, numbers } = prepare(args);
      overwrite('into', f, tensors, numbers, targets);
    },
  });
}

function reduced(kind: Reduction, axes: number | readonly number[] | undefined, f: ScalarFunction, tensors: readonly Tensor[], numbers: readonly number[]): Tensor {
  const rank = broadcastShapes('fuse', ...tensors.map((tensor) => tensor.shape)).length;
  return run('reduce', tensors, { kind, function: f, uniforms: numbers, axes: normalizeAxes('fuse', axes, rank) })[0]!;
}

/** `f` without the rounding at its end, where its one result is rounded to float16: sums of it are in float32, rounded once. */
function unrounded(f: ScalarFunction): ScalarFunction | undefined {
  const root = f.roots[0]!;
  if (root.dtype !== 'float16' || root.op !== 'cast') return undefined;
  let wide = wides.get(f);
  if (!wide) wides.set(f, (wide = new ScalarFunction([root.args[0]!], f.inputs, f.uniforms)));
  return wide;
}
const wides = new WeakMap<ScalarFunction, ScalarFunction>();

function withoutRows(f: ScalarFunction): ScalarFunction {
  const row = ordered(f.roots).find(isRow);
  return row ? fail('fuse', `the function mentions ${row.op}`, 'Functions of rows are compiled by fuseRows.') : f;
}

/** One fused function per axis that it asks the place on, made when first needed. */
export function fuseByAxis<R extends Scalar | readonly Scalar[]>(make: (axis: number) => (...args: Scalar[]) => R): (axis: number) => Fused<R> {
  const made = new Map<number, Fused<R>>();
  return (axis) => {
    let f = made.get(axis);
    if (!f) made.set(axis, (f = fuse(make(axis))));
    return f;
  };
}

const eager = new Map<string, ScalarFunction>();

/** One operation, at once: what `tensor.add(...)` and its like do. Booleans and small exponents are compiled in. */
export function applyEager(op: Op, operands: readonly Operand<Tensor>[]): Tensor {
  const args: Argument[] = [];
  let fixed = '';
  for (const [i, operand] of operands.entries()) {
    if (isFixed(op, i, operand)) fixed += ` ${i}:${operand}`;
    else args.push(operand);
  }
  const bound = bind(op, args);
  const key = `${op} ${bound.key}${fixed}`;
  let f = eager.get(key);
  if (!f) {
    f = traced(args, bound, (...leaves) => leaves[0]!.table.apply(op, operands.map((operand, i) => (isFixed(op, i, operand) ? operand : leaves.shift()!))), comparisons.has(op) ? trace : traceWide);
    eager.set(key, f);
  }
  return run('map', bound.tensors, { function: f, uniforms: bound.numbers })[0]!;
}

/** A number that is compared is one of the operand's dtype first: float16 has no 0.1, and its nearest number equals it. */
const comparisons: ReadonlySet<Op> = new Set<Op>(['lt', 'le', 'eq']);

/** Numbers are uniforms, but for these. */
const isFixed = (op: Op, i: number, operand: Operand<Tensor>): operand is number | boolean =>
  typeof operand === 'boolean' || (op === 'pow' && i === 1 && typeof operand === 'number' && (Math.abs(operand) === 0.5 || (Number.isInteger(operand) && Math.abs(operand) <= 4)));
