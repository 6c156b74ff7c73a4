/** WGSL for the operations of a scalar expression. What WGSL leaves open or does otherwise is spelled by a function of functions.ts. */
import type { Dialect, DType, Scalar, Spelling } from '@nn/tensor/backend';

/** The WGSL type of a value; in memory a bool is a u32, and float16 an f16. */
export const types: { readonly [D in DType]?: string } = { float16: 'f32', float32: 'f32', int32: 'i32', uint32: 'u32', bool: 'bool' };

const isFloat = (node: Scalar): boolean => types[node.dtype] === 'f32';
const isBool = (node: Scalar): boolean => node.dtype === 'bool';
const infix = (symbol: string): Spelling<string> => (_, a, b) => `(${a} ${symbol} ${b})`;
const call = (name: string): Spelling<string> => (_, ...args) => `${name}(${args.join(', ')})`;
/** A function of functions.ts for each type. */
const typed = (name: string): Spelling<string> => (node, ...args) => `${name}_${types[node.dtype]!}(${args.join(', ')})`;
/** Its own function for floats, WGSL's for integers. */
const floatOr = (name: string, other: Spelling<string>): Spelling<string> => (node, ...args) =>
  isFloat(node) ? `${name}_f32(${args.join(', ')})` : other(node, ...args);
const compare = (symbol: string): Spelling<string> => (node, a, b) =>
  isBool(node.args[0]!) ? `(u32(${a}) ${symbol} u32(${b}))` : `(${a} ${symbol} ${b})`;

/** Shift counts are taken modulo 32, as in JavaScript; bool is one bit wide. */
const shift = (symbol: string): Spelling<string> => (node, a, b) =>
  isBool(node) ? (symbol === '<<' ? a : `(${a} && !${b})`) : `(${a} ${symbol} (u32(${b}) & 31u))`;

/** `code`, a value of `from`, as a value of `to`. */
export function castText(code: string, from: DType, to: DType): string {
  if (from === to) return code;
  if (to === 'float16') return `round_f16(${castText(code, from, 'float32')})`;
  if (from === 'float16') return castText(code, 'float32', to);
  if (to === 'bool') return from === 'float32' ? `truth_f32(${code})` : `(${code} != ${constant(0, from)})`;
  return from === 'float32' ? `to_${types[to]!}(${code})` : `${types[to]!}(${code})`;
}

/** NaN and infinities may not be literals, -1 must not meet another minus. */
function constant(value: number, dtype: DType): string {
  switch (dtype) {
    case 'bool': return value ? 'true' : 'false';
    case 'uint32': return `${value}u`;
    case 'int32': return value < 0 ? `i32(${value})` : `${value}i`;
    default:
      if (Number.isNaN(value)) return 'nan_f32()';
      if (!Number.isFinite(value)) return value > 0 ? 'inf_f32()' : '(-inf_f32())';
      return value < 0 || Object.is(value, -0) ? `(-${-value}f)` : `${value}f`;
  }
}

export const wgsl: Dialect = {
  ops: {
    add: infix('+'), sub: infix('-'), mul: infix('*'), div: infix('/'),
    floorDiv: typed('floor_div'),
    mod: typed('mod'), fmod: (node, a, b) => (isFloat(node) ? `fmod_f32(${a}, ${b})` : `rest_${types[node.dtype]!}(${a}, ${b})`),
    pow: typed('pow'), atan2: typed('atan2'),
    maximum: floatOr('max', call('max')), minimum: floatOr('min', call('min')),
    neg: (node, a) => (node.dtype === 'uint32' ? `(0u - ${a})` : `(-${a})`),
    abs: call('abs'), sign: (node, a) => (isFloat(node) ? `sign_f32(${a})` : node.dtype === 'uint32' ? `min(${a}, 1u)` : `sign(${a})`),
    floor: call('floor'), ceil: call('ceil'), round: call('round'), trunc: call('trunc'), sqrt: call('sqrt'),
    exp: typed('exp'), log: typed('log'), log1p: typed('log1p'), sin: typed('sin'), cos: typed('cos'), atan: typed('atan'), tanh: typed('tanh'),
    lt: compare('<'), le: compare('<='), eq: infix('=='), isnan: call('isnan_f32'),
    and: infix('&'), or: infix('|'),
    xor: (node, a, b) => `(${a} ${isBool(node) ? '!=' : '^'} ${b})`,
    not: (node, a) => `(${isBool(node) ? '!' : '~'}${a})`,
    shl: shift('<<'), shr: shift('>>'),
    select: (_, condition, yes, no) => `select(${no}, ${yes}, ${condition})`,
    cast: (node, x) => castText(x, node.args[0]!.dtype, node.dtype),
  },
  input: (position) => `x${position}`,
  uniform: (position) => `u${position}`,
  index: (axis) => `a${axis}`,
  constant,
  bind: (serial, code) => ({ line: `let t${serial} = ${code};`, name: `t${serial}` }),
};

