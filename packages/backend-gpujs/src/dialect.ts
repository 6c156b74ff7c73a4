/**
 * How gpu.js spells scalar operations. Everything is a float there: int32 and bool are kept as whole numbers, exact within 2^24.
 * Kernels are given to gpu.js as text, never as functions: minifiers would rewrite those.
 */
import { type Dialect, isFloat, isInteger, type Spelling } from '@nn/tensor/backend';
import { rounded } from './single.ts';

type Ops = Dialect['ops'];

const call = (name: string): Spelling<string> => (_, ...args) => `${name}(${args.join(', ')})`;
const infix = (op: string): Spelling<string> => (_, a, b) => `(${a} ${op} ${b})`;
/** Comparisons give numbers; `select` and casts ask whether those are above one half. */
const test = (op: string): Spelling<string> => (_, a, b) => `(${a} ${op} ${b} ? 1 : 0)`;
const whole = (int: Spelling<string>, float: Spelling<string>): Spelling<string> => (node, ...args) => (isInteger(node.dtype) ? int : float)(node, ...args);
const logical = (bool: Spelling<string>, int: Spelling<string>): Spelling<string> => (node, ...args) => (node.dtype === 'bool' ? bool : int)(node, ...args);

const core: Ops = {
  add: infix('+'), sub: infix('-'), mul: infix('*'), div: infix('/'),
  floorDiv: whole(call('quotient'), (_, a, b) => `Math.floor(${a} / ${b})`), mod: whole(call('rest'), call('remainder')),
  pow: whole(call('wholePower'), call('power')), atan2: call('Math.atan2'), maximum: call('Math.max'), minimum: call('Math.min'),
  neg: (_, a) => `(-${a})`, abs: call('Math.abs'), sign: (_, a) => `(${a} > 0 ? 1 : (${a} < 0 ? -1 : 0))`,
  floor: call('Math.floor'), ceil: call('Math.ceil'), round: call('halfToEven'), trunc: call('Math.trunc'),
  sqrt: call('Math.sqrt'), exp: call('exponential'), log: call('naturalLogarithm'), sin: call('Math.sin'), cos: call('Math.cos'),
  atan: call('Math.atan'), tanh: call('Math.tanh'),
  lt: test('<'), le: test('<='), eq: test('==='), isnan: (_, a) => `(${a} === ${a} ? 0 : 1)`,
  and: logical(call('Math.min'), call('bitAnd')),
  or: logical(call('Math.max'), call('bitOr')),
  xor: logical((_, a, b) => `Math.abs(${a} - ${b})`, call('bitXor')),
  not: logical((_, a) => `(1 - ${a})`, (_, a) => `((-1) - ${a})`),
  shl: (_, a, b) => `(${a} * twoTo(${b}))`, shr: (_, a, b) => `Math.floor(${a} / twoTo(${b}))`,
  select: (_, condition, a, b) => `(${condition} > 0.5 ? ${a} : ${b})`,
  cast: (node, a) => (node.dtype === 'bool' ? `(${a} === 0 ? 0 : 1)` : isInteger(node.dtype) && isFloat(node.args[0]!.dtype) ? `Math.trunc(${a})` : a),
  relu: (_, a) => `Math.max(${a}, 0)`,
  sigmoid: (_, a) => `(1 / ${rounded(`exponential(-${a}) + 1`)})`,
};

/** What rounds nothing, or not to a float. */
const exact = new Set<string>(['neg', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc', 'maximum', 'minimum', 'relu', 'select', 'cast']);
const rounding = ([op, spell]: [string, Spelling<string>]): [string, Spelling<string>] =>
  [op, exact.has(op) ? spell : (node, ...args) => (node.dtype === 'float32' ? rounded(spell(node, ...args)) : spell(node, ...args))];

/** WebAssembly and JavaScript have JavaScript's own functions. */
const host: Ops = Object.fromEntries(Object.entries<Spelling<string>>({
  ...core,
  ...Object.fromEntries((['expm1', 'log1p', 'log2', 'log10', 'tan', 'asin', 'acos', 'sinh', 'cosh', 'asinh', 'acosh', 'atanh'] as const)
    .map((name) => [name, call(`Math.${name}`)])),
}).map(rounding)) as Ops;

/** Shaders promise little: sines to three digits, absolute errors near 0, an angle of -0 on the wrong side. */
const shader: Ops = {
  ...core,
  atan2: call('angle'), sin: (_, a) => `wave(${a}, 0)`, cos: (_, a) => `wave(${a}, 1)`, tanh: call('saturating'), log1p: call('logarithmNear'),
};

/** Spellings of operations, where kernels run as shaders or on the host. */
export const spellings: { readonly [K in 'host' | 'shader']: Ops } = { host, shader };

/** A number as source text; negative ones in parentheses, so that no two signs meet. The word `Infinity` would be 3.4e38 in shaders. */
export function literal(value: number): string {
  if (Number.isNaN(value)) return '(0 / 0)';
  if (value === Infinity) return '(1 / 0)';
  if (value < 0 || Object.is(value, -0)) return `(-${literal(-value)})`;
  return String(Math.fround(value));
}
