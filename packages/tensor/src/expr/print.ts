/** Prints a scalar function in a backend's dialect: order, sharing and names are decided here, spelling there. */
import type { DType } from '../dtype.ts';
import type { CoreOp, DerivedOp, Op } from './elementwise.ts';
import type { ScalarFunction } from './function.ts';
import { lowered } from './lower.ts';
import { ordered, type Scalar } from './scalar.ts';

/** How an operation is written, given its written operands. `node` tells dtypes. */
export type Spelling<Code> = (node: Scalar, ...args: Code[]) => Code;

/** A target language. `Code` is text for most; an assembler may use its own kind of fragment. */
export interface Dialect<Code = string> {
  readonly ops: { readonly [P in CoreOp]: Spelling<Code> } & { readonly [P in DerivedOp]?: Spelling<Code> };
  input(position: number, dtype: DType): Code;
  uniform(position: number, dtype: DType): Code;
  index(axis: number): Code;
  constant(value: number, dtype: DType): Code;
  /** Names a value used more than once: the line that does so, and how it is referred to from then on. */
  bind(serial: number, code: Code, dtype: DType): { readonly line: Code; readonly name: Code };
}

/** Straight-line code: `lines` in order, then one expression per root. */
export interface Printed<Code = string> {
  readonly lines: readonly Code[];
  readonly roots: readonly Code[];
}

/** `f` in `dialect`; operations that the dialect lacks are lowered first. */
export function print<Code>(f: ScalarFunction, dialect: Dialect<Code>): Printed<Code> {
  const { roots } = lowered(f, spelledBy(dialect));
  const nodes = ordered(roots);
  const uses = new Map<Scalar, number>();
  for (const user of nodes) for (const arg of user.args) uses.set(arg, (uses.get(arg) ?? 0) + 1);
  for (const root of roots) uses.set(root, (uses.get(root) ?? 0) + 1);
  const written = new Map<Scalar, Code>();
  const lines: Code[] = [];
  for (const node of nodes) {
    let code = write(node, node.args.map((arg) => written.get(arg)!), dialect);
    if (node.args.length > 0 ? uses.get(node)! > 1 : node.op === 'input' || node.op === 'index') {
      const { line, name } = dialect.bind(lines.length, code, node.dtype);
      lines.push(line);
      code = name;
    }
    written.set(node, code);
  }
  return { lines, roots: roots.map((root) => written.get(root)!) };
}

function write<Code>(node: Scalar, args: Code[], dialect: Dialect<Code>): Code {
  switch (node.op) {
    case 'input': return dialect.input(node.value, node.dtype);
    case 'uniform': return dialect.uniform(node.value, node.dtype);
    case 'index': return dialect.index(node.value);
    case 'constant': return dialect.constant(node.value, node.dtype);
    default: return dialect.ops[node.op as Op]!(node, ...args);
  }
}

const spelled = new WeakMap<object, ReadonlySet<Op>>();
function spelledBy<Code>(dialect: Dialect<Code>): ReadonlySet<Op> {
  let ops = spelled.get(dialect);
  if (!ops) spelled.set(dialect, (ops = new Set(Object.keys(dialect.ops) as Op[])));
  return ops;
}
