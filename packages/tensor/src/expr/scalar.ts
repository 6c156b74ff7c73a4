/**
 * Scalar expressions: an element-wise operation said once, compiled by every backend.
 * A `Scalar` is a node of a hash-consed graph: within one `Table` equal expressions are one object.
 */
import { arithmetic, type DType, floating, isFloat, promote, round, weak } from '../dtype.ts';
import { fail } from '../errors.ts';
import { Elementwise, type Op, type Operand } from './elementwise.ts';
import { compute } from './meaning.ts';

/** Leaves: the i-th input's element, the i-th run-time number, the coordinate on an axis, a number compiled in. */
export type Leaf = 'input' | 'uniform' | 'index' | 'constant';
/** Over the whole row that an element belongs to. Only in what `fuseRows` compiles; no dialect spells them. */
export type RowOp = 'rowSum' | 'rowMax' | 'rowMin' | 'rowPeak';

/** A node of a scalar expression. `value` is a constant's number or a leaf's position. */
export class Scalar extends Elementwise<Scalar> {
  readonly table: Table;
  readonly id: number;
  readonly op: Op | Leaf | RowOp;
  readonly dtype: DType;
  readonly args: readonly Scalar[];
  readonly value: number;

  constructor(table: Table, id: number, op: Op | Leaf | RowOp, dtype: DType, args: readonly Scalar[], value: number) {
    super();
    this.table = table;
    this.id = id;
    this.op = op;
    this.dtype = dtype;
    this.args = args;
    this.value = value;
  }

  protected apply(op: Op, ...operands: Operand<Scalar>[]): Scalar { return this.table.apply(op, operands); }
  cast(dtype: DType): Scalar { return this.table.cast(this, dtype); }
  /** A number of this node's dtype, in the same expression. */
  constant(value: number): Scalar { return this.table.constant(value, this.dtype); }
  /** The coordinate on `axis` of the element being computed, as int32. */
  index(axis: number): Scalar { return this.table.leaf('index', axis, 'int32'); }

  /** The sum over the row, in functions of `fuseRows`; of bool and whole numbers as int32. */
  rowSum(): Scalar { return this.table.row('rowSum', this.cast(arithmetic(this.dtype))); }
  /** The largest of the row, in functions of `fuseRows`. Elements that are the largest share its gradient. */
  rowMax(): Scalar { return this.table.row('rowMax', this); }
  /** The smallest of the row, in functions of `fuseRows`. Elements that are the smallest share its gradient. */
  rowMin(): Scalar { return this.table.row('rowMin', this); }
  /** {@link rowMax} as a constant: no gradient passes. For a shift that cancels, such as softmax's. */
  rowPeak(): Scalar { return this.table.row('rowPeak', this); }
}

const rowOps: ReadonlySet<string> = new Set<RowOp>(['rowSum', 'rowMax', 'rowMin', 'rowPeak']);
export const isRow = ({ op }: Scalar): boolean => rowOps.has(op);

const comparisons: ReadonlySet<Op> = new Set<Op>(['lt', 'le', 'eq']);
const bitwise: ReadonlySet<Op> = new Set<Op>(['and', 'or', 'xor', 'not', 'shl', 'shr']);
const wholes: ReadonlySet<Op> = new Set<Op>(['add', 'sub', 'mul', 'floorDiv', 'mod', 'fmod', 'pow', 'maximum', 'minimum', 'neg', 'abs', 'sign', 'relu']);
/** On bool these stay bool, as in PyTorch. */
const logical: { readonly [P in Op]?: Op } = { add: 'or', mul: 'and', maximum: 'or', minimum: 'and' };
const roundings: ReadonlySet<Op> = new Set<Op>(['floor', 'ceil', 'round', 'trunc']);

/** The intern table of one trace: nodes of different tables never meet. */
export class Table {
  readonly #nodes = new Map<string, Scalar>();

  leaf(op: Leaf, value: number, dtype: DType): Scalar { return this.#intern(op, dtype, [], value); }
  constant(value: number, dtype: DType): Scalar { return this.#intern('constant', dtype, [], round(value, dtype)); }

  cast(x: Scalar, dtype: DType): Scalar {
    if (x.dtype === dtype) return x;
    return x.op === 'constant' ? this.constant(compute('cast', dtype, x.value), dtype) : this.#intern('cast', dtype, [x], 0);
  }

  /** One operation: operands are promoted as PyTorch does, constants folded, neutral elements dropped. */
  apply(op: Op, operands: readonly Operand<Scalar>[]): Scalar {
    if (op === 'select') return this.#select(operands);
    const from = this.#common(op, operands);
    if (from === 'bool' && logical[op]) return this.apply(logical[op], operands);
    const args = operands.map((operand) => this.#lift(operand, from));
    const dtype = comparisons.has(op) || op === 'isnan' ? 'bool' : from;
    if (args.every((arg) => arg.op === 'constant')) return this.constant(compute(op, args[0]!.dtype, args[0]!.value, args[1]?.value), dtype);
    return this.#simplify(op, args) ?? this.#intern(op, dtype, args, 0);
  }

  row(op: RowOp, x: Scalar): Scalar { return this.#intern(op, x.dtype, [x], 0); }

  /** The same operation on other operands of the same dtypes. */
  rebuild(node: Scalar, args: readonly Scalar[]): Scalar {
    if (isRow(node)) return this.row(node.op as RowOp, args[0]!);
    return node.op === 'cast' ? this.cast(args[0]!, node.dtype) : this.apply(node.op as Op, args);
  }

  #select(operands: readonly Operand<Scalar>[]): Scalar {
    const dtype = this.#promote(operands.slice(1));
    const [condition, yes, no] = [this.#lift(operands[0]!, 'bool'), this.#lift(operands[1]!, dtype), this.#lift(operands[2]!, dtype)];
    if (condition.op === 'constant') return condition.value ? yes : no;
    return yes === no ? yes : this.#intern('select', dtype, [condition, yes, no], 0);
  }

  #lift(operand: Operand<Scalar>, dtype: DType): Scalar {
    if (!(operand instanceof Scalar)) return this.constant(Number(operand), dtype);
    if (operand.table !== this) fail(operand.op, 'an expression of another fused function', 'Pass it as an argument instead of capturing it.');
    return this.cast(operand, dtype);
  }

  #promote(operands: readonly Operand<Scalar>[]): DType {
    const own = operands.flatMap((operand) => (operand instanceof Scalar ? [operand.dtype] : []));
    const dtype = own.length > 0 ? own.reduce(promote) : 'bool';
    return operands.reduce<DType>((all, operand) => (typeof operand === 'number' ? promote(all, weak(operand, all)) : all), dtype);
  }

  #common(op: Op, operands: readonly Operand<Scalar>[]): DType {
    const dtype = this.#promote(operands);
    if (comparisons.has(op) || op === 'isnan' || roundings.has(op)) return dtype;
    if (bitwise.has(op)) {
      if (isFloat(dtype)) fail(op, `${dtype} has no bits to combine`, 'Cast to int32 or bool first.');
      return dtype;
    }
    if (dtype === 'bool' && logical[op]) return dtype;
    if (dtype === 'bool' && (op === 'sub' || op === 'neg')) fail(op, 'bool has no difference', 'Use logicalXor or logicalNot, or cast to int32 first.');
    if (dtype === 'bool' && op === 'sign') return dtype;
    return wholes.has(op) ? arithmetic(dtype) : floating(dtype);
  }

  #simplify(op: Op, args: readonly Scalar[]): Scalar | undefined {
    const [a, b] = args as [Scalar, Scalar | undefined];
    const is = (x: Scalar | undefined, value: number) => x?.op === 'constant' && x.value === value;
    switch (op) {
      case 'add': return is(a, 0) ? b : is(b, 0) ? a : undefined;
      case 'sub': return is(b, 0) ? a : undefined;
      case 'mul': return is(a, 1) ? b : is(b, 1) ? a : is(a, -1) ? b!.neg() : is(b, -1) ? a.neg() : undefined;
      case 'div': return is(b, 1) ? a : undefined;
      case 'neg': return a.op === 'neg' ? a.args[0] : undefined;
      case 'not': return a.op === 'not' ? a.args[0] : undefined;
      case 'pow': return b?.op === 'constant' ? this.#power(a, b.value) : undefined;
      case 'maximum': case 'minimum': return a === b ? a : undefined;
      case 'sign': return a.dtype === 'bool' ? a : undefined;
      case 'floor': case 'ceil': case 'round': case 'trunc': return isFloat(a.dtype) ? undefined : a;
      case 'isnan': return isFloat(a.dtype) ? undefined : this.constant(0, 'bool');
      default: return undefined;
    }
  }

  #power(x: Scalar, exponent: number): Scalar | undefined {
    switch (exponent) {
      case 0: return x.constant(1);
      case 0.5: return isFloat(x.dtype) ? x.sqrt() : undefined;
      case -0.5: return isFloat(x.dtype) ? x.rsqrt() : undefined;
      case 1: return x;
      case 2: return x.square();
      case 3: return x.square().mul(x);
      case 4: return x.square().square();
      case -1: return x.reciprocal();
      default: return undefined;
    }
  }

  #intern(op: Op | Leaf | RowOp, dtype: DType, args: readonly Scalar[], value: number): Scalar {
    let key = `${op} ${dtype} ${Object.is(value, -0) ? '-0' : value}`;
    for (const arg of args) key += ` ${arg.id}`;
    let node = this.#nodes.get(key);
    if (!node) this.#nodes.set(key, (node = new Scalar(this, this.#nodes.size, op, dtype, args, value)));
    return node;
  }
}

/** Nodes of `roots`, each once, operands before users. */
export function ordered(roots: Iterable<Scalar>): Scalar[] {
  const seen = new Set<Scalar>();
  const visit = (node: Scalar): void => {
    if (seen.has(node)) return;
    for (const arg of node.args) visit(arg);
    seen.add(node);
  };
  for (const root of roots) visit(root);
  return [...seen];
}

/** `roots` written anew in `table`, where `leaf` may put something else in a node's place. */
export function rewrite(roots: readonly Scalar[], table: Table, replace: (node: Scalar) => Scalar | undefined): Scalar[] {
  const made = new Map<Scalar, Scalar>();
  const visit = (node: Scalar): Scalar => {
    let result = made.get(node);
    if (!result) {
      result = replace(node) ?? (node.args.length > 0
        ? table.rebuild(node, node.args.map(visit))
        : node.op === 'constant' ? table.constant(node.value, node.dtype) : table.leaf(node.op as Leaf, node.value, node.dtype));
      made.set(node, result);
    }
    return result;
  };
  return roots.map(visit);
}
