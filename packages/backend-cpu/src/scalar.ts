/** The vocabulary of one element at a time, for functions that involve float64: transcendental functions are the host's. */
import { type Dialect, type DType, isFloat, type Op, type Scalar, type Spelling } from '@nn/tensor/backend';
import type { Leaves } from './dialect.ts';
import { call, type Code, type Frame, type FunctionRef, type ModuleBuilder, type ValueType } from './wasm/assembler.ts';
import { choose, f32, f64, i32, i64 } from './wasm/instructions.ts';

export const scalarType = (dtype: DType): ValueType => (dtype === 'float64' ? 'f64' : dtype === 'float32' ? 'f32' : 'i32');

/** The names of host functions are those of `Math`; `remainder` and `erf` are our own. */
export function scalarDialect(module: ModuleBuilder, frame: Frame, leaves: Leaves, integer: (op: Op, dtype: DType) => FunctionRef): Dialect<Code> {
  const keep = (type: ValueType, value: Code): { line: Code; name: Code } => {
    const local = frame.local(type);
    return { line: local.set(value), name: local.get };
  };
  const host = (name: string): Spelling<Code> => (node, ...args) => {
    const target = module.host(name, args.length);
    return node.dtype === 'float64' ? call(target, ...args) : f32.demote(call(target, ...args.map((arg) => f64.promote(arg))));
  };
  /** By the dtype of the operands: float64 and float32 have the same operations, integers some. */
  const both = (name: 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max', whole?: (signed: boolean, a: Code, b: Code) => Code): Spelling<Code> => (node, a, b) => {
    const { dtype } = node.args[0]!;
    return dtype === 'float64' ? f64[name](a, b) : dtype === 'float32' ? f32[name](a, b) : whole!(dtype !== 'uint32', a, b);
  };
  const one = (name: 'floor' | 'ceil' | 'nearest' | 'trunc' | 'sqrt' | 'abs' | 'neg', whole?: (x: Code) => Code): Spelling<Code> => ({ dtype }, x) =>
    (dtype === 'float64' ? f64[name](x) : dtype === 'float32' ? f32[name](x) : whole!(x));
  const compare = (name: 'lt' | 'le' | 'eq', signed: (a: Code, b: Code) => Code, unsigned: (a: Code, b: Code) => Code): Spelling<Code> => (node, a, b) => {
    const { dtype } = node.args[0]!;
    return dtype === 'float64' ? f64[name](a, b) : dtype === 'float32' ? f32[name](a, b) : dtype === 'int32' ? signed(a, b) : unsigned(a, b);
  };
  const mixed = (form: Spelling<Code>): Spelling<Code> => (node, ...args) => (isFloat(node.dtype) ? form(node, ...args) : call(integer(node.op as Op, node.dtype), ...args));
  const pick = (test: (a: Code, b: Code) => Code): ((a: Code, b: Code) => Code) => (a, b) => {
    const [x, y] = [keep('i32', a), keep('i32', b)];
    return [x.line, y.line, choose('i32', test(x.name, y.name), x.name, y.name)];
  };
  const positive = (node: Scalar, x: Code): Code => (node.dtype === 'float64' ? f64.gt(x, f64.of(0)) : node.dtype === 'float32' ? f32.gt(x, f32.of(0)) : node.dtype === 'int32' ? i32.gtS(x, i32.of(0)) : i32.ne(x, i32.of(0)));
  const negative = (node: Scalar, x: Code): Code => (node.dtype === 'float64' ? f64.lt(x, f64.of(0)) : node.dtype === 'float32' ? f32.lt(x, f32.of(0)) : node.dtype === 'int32' ? i32.ltS(x, i32.of(0)) : i32.of(0));
  const minus = (x: Code): Code => i32.sub(i32.of(0), x);
  return {
    ops: {
      add: both('add', (_, a, b) => i32.add(a, b)), sub: both('sub', (_, a, b) => i32.sub(a, b)), mul: both('mul', (_, a, b) => i32.mul(a, b)), div: both('div'),
      floorDiv: mixed((node, a, b) => (node.dtype === 'float64' ? f64.floor(f64.div(a, b)) : f32.demote(f64.floor(f64.div(f64.promote(a), f64.promote(b)))))),
      mod: mixed(host('modulo')), fmod: mixed(host('remainder')), pow: mixed(host('power')), atan2: host('atan2'),
      maximum: both('max', (signed, a, b) => pick(signed ? i32.gtS : i32.gtU)(a, b)), minimum: both('min', (signed, a, b) => pick(signed ? i32.ltS : i32.ltU)(a, b)),
      neg: one('neg', minus),
      abs: (node, x) => {
        if (isFloat(node.dtype)) return one('abs')(node, x);
        const { line, name } = keep('i32', x);
        return [line, node.dtype === 'int32' ? choose('i32', i32.ltS(name, i32.of(0)), minus(name), name) : name];
      },
      sign: (node, x) => {
        const { line, name } = keep(scalarType(node.dtype), x);
        const sign = i32.sub(positive(node, name), negative(node, name));
        return [line, node.dtype === 'float64' ? f64.fromI32S(sign) : node.dtype === 'float32' ? f32.fromI32S(sign) : sign];
      },
      floor: one('floor'), ceil: one('ceil'), round: one('nearest'), trunc: one('trunc'), sqrt: one('sqrt'),
      exp: host('exp'), log: host('log'), sin: host('sin'), cos: host('cos'), atan: host('atan'), tanh: host('tanh'),
      expm1: host('expm1'), log1p: host('log1p'), log2: host('log2'), log10: host('log10'), tan: host('tan'), asin: host('asin'), acos: host('acos'),
      sinh: host('sinh'), cosh: host('cosh'), asinh: host('asinh'), acosh: host('acosh'), atanh: host('atanh'), erf: host('erf'),
      lt: compare('lt', i32.ltS, i32.ltU), le: compare('le', i32.leS, i32.leU), eq: compare('eq', i32.eq, i32.eq),
      isnan: (node, x) => {
        const type = scalarType(node.args[0]!.dtype);
        const { line, name } = keep(type, x);
        return [line, type === 'f64' ? f64.ne(name, name) : f32.ne(name, name)];
      },
      and: (_, a, b) => i32.and(a, b), or: (_, a, b) => i32.or(a, b), xor: (_, a, b) => i32.xor(a, b),
      not: (node, x) => i32.xor(x, i32.of(node.dtype === 'bool' ? 1 : -1)),
      shl: (_, a, b) => i32.shl(a, b), shr: (node, a, b) => (node.dtype === 'uint32' ? i32.shrU : i32.shrS)(a, b),
      select: (node, condition, yes, no) => choose(scalarType(node.dtype), condition, yes, no),
      cast: (node, x) => convert(keep, x, node.args[0]!.dtype, node.dtype),
    },
    ...leaves,
    constant: (value, dtype) => (dtype === 'float64' ? f64.of(value) : dtype === 'float32' ? f32.of(value) : i32.of(value | 0)),
    bind: (_, code, dtype) => keep(scalarType(dtype), code),
  };
}

function convert(keep: (type: ValueType, value: Code) => { line: Code; name: Code }, x: Code, from: DType, to: DType): Code {
  if (from === 'float64' && to === 'float32') return f32.demote(x);
  if (from === 'float32' && to === 'float64') return f64.promote(x);
  if (to === 'bool') return from === 'float64' ? f64.ne(x, f64.of(0)) : from === 'float32' ? f32.ne(x, f32.of(0)) : i32.ne(x, i32.of(0));
  if (isFloat(to)) {
    const forms = to === 'float64' ? f64 : f32;
    return from === 'uint32' ? forms.fromI32U(x) : forms.fromI32S(x);
  }
  if (!isFloat(from)) return x;
  // Modulo 2^32; NaN and what is too large for 64 bits give 0 or all ones.
  const { line, name } = keep('f64', f64.trunc(from === 'float32' ? f64.promote(x) : x));
  const wrapped = f64.sub(name, f64.mul(f64.floor(f64.mul(name, f64.of(2 ** -32))), f64.of(2 ** 32)));
  return [line, i32.wrap(i64.truncateF64(wrapped))];
}
