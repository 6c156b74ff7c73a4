/**
 * The vocabulary of four lanes: float32, int32 and uint32 as they are, bool as a mask of ones and zeros.
 * Everything is computed four at a time, the last elements too, so that where an element stands never changes its bits.
 */
import type { Dialect, DType, Op, Spelling } from '@nn/tensor/backend';
import { call, type Code, type FunctionRef } from './wasm/assembler.ts';
import { f32x4, f64x2, i32, i32x4, v128 } from './wasm/instructions.ts';
import { cos, pow, sin } from './wasm/double.ts';
import { atan, atan2, erf, exp, expm1, log, log2, sigmoid, tanh } from './wasm/math.ts';
import type { Vector } from './wasm/vector.ts';

type Forms = { readonly [D in 'float32' | 'int32' | 'uint32' | 'bool']?: (...args: Code[]) => Code };

/** Where a kernel's loop puts the leaves. */
export interface Leaves {
  input(position: number, dtype: DType): Code;
  uniform(position: number, dtype: DType): Code;
  index(axis: number): Code;
}

/** Vectors of `v`; `integer` gives the module's functions on pairs of integers. */
export function vectorDialect(v: Vector, leaves: Leaves, integer: (op: Op, dtype: DType) => FunctionRef): Dialect<Code> {
  /** Chosen by the dtype of the last operand; `float32` stands for what is not listed. */
  const by = (forms: Forms): Spelling<Code> => (node, ...args) => {
    const dtype = node.args.at(-1)!.dtype as keyof Forms;
    return (forms[dtype] ?? forms.float32!)(...args);
  };
  const unary = (form: (x: Code) => Code): Spelling<Code> => (_, x) => form(x);
  const lanewise: Spelling<Code> = (node, a, b) => {
    const target = integer(node.op as Op, node.dtype);
    return v.perLane([a, b], (lane, x, y) => call(target, i32x4.extract(x, lane), i32x4.extract(y, lane)), i32x4.replace);
  };
  const shifting = (scalar: (a: Code, b: Code) => Code, even: (a: Code, b: Code) => Code): Spelling<Code> => (node, a, b) => {
    const amount = node.args[1]!;
    if (amount.op === 'constant') return even(a, i32.of(amount.value & 31));
    return v.perLane([a, b], (lane, x, y) => scalar(i32x4.extract(x, lane), i32x4.extract(y, lane)), i32x4.replace);
  };
  const math = (f: (v: Vector, x: Code) => Code): Spelling<Code> => (_, x) => f(v, x);
  /** float32 has the fast form, integers go lane by lane. */
  const mixed = (form: Spelling<Code>): Spelling<Code> => (node, ...args) => (node.dtype === 'float32' ? form : lanewise)(node, ...args);
  const ops: Dialect<Code>['ops'] = {
    add: by({ float32: f32x4.add, int32: i32x4.add, uint32: i32x4.add }),
    sub: by({ float32: f32x4.sub, int32: i32x4.sub, uint32: i32x4.sub }),
    mul: by({ float32: f32x4.mul, int32: i32x4.mul, uint32: i32x4.mul }),
    div: (_, a, b) => f32x4.div(a, b),
    floorDiv: mixed((_, a, b) => v.asDoubles([a, b], (x, y) => f64x2.floor(f64x2.div(x, y)))),
    mod: mixed((_, a, b) => {
      const { keep, done } = v.draft();
      const divisor = keep(b);
      const rest = keep(v.host('remainder', a, divisor));
      const other = v128.xor(f32x4.lt(rest, v.f(0)), f32x4.lt(divisor, v.f(0)));
      return done(v128.select(v128.and(other, f32x4.ne(rest, v.f(0))), f32x4.add(rest, divisor), rest));
    }),
    fmod: mixed((_, a, b) => v.host('remainder', a, b)),
    pow: mixed((_, a, b) => pow(v, a, b)),
    atan2: (_, a, b) => atan2(v, a, b),
    maximum: by({ float32: f32x4.max, int32: i32x4.maxS, uint32: i32x4.maxU }),
    minimum: by({ float32: f32x4.min, int32: i32x4.minS, uint32: i32x4.minU }),
    neg: by({ float32: f32x4.neg, int32: i32x4.neg, uint32: i32x4.neg }),
    abs: by({ float32: f32x4.abs, int32: i32x4.abs, uint32: (x) => x }),
    sign: (node, x) => {
      const { keep, done } = v.draft();
      const given = keep(x);
      if (node.dtype === 'uint32') return done(i32x4.minU(given, v.i(1)));
      if (node.dtype === 'int32') return done(i32x4.sub(i32x4.ltS(given, v.i(0)), i32x4.gtS(given, v.i(0))));
      return done(f32x4.sub(v128.and(f32x4.gt(given, v.f(0)), v.f(1)), v128.and(f32x4.lt(given, v.f(0)), v.f(1))));
    },
    floor: unary(f32x4.floor), ceil: unary(f32x4.ceil), round: unary(f32x4.nearest), trunc: unary(f32x4.trunc), sqrt: unary(f32x4.sqrt),
    exp: math(exp), log: math(log), sin: math(sin), cos: math(cos), atan: math(atan), tanh: math(tanh),
    lt: by({ float32: f32x4.lt, int32: i32x4.ltS, uint32: i32x4.ltU, bool: i32x4.gtS }),
    le: by({ float32: f32x4.le, int32: i32x4.leS, uint32: i32x4.leU, bool: i32x4.geS }),
    eq: by({ float32: f32x4.eq, int32: i32x4.eq, uint32: i32x4.eq, bool: i32x4.eq }),
    isnan: (_, x) => {
      const { keep, done } = v.draft();
      const given = keep(x);
      return done(f32x4.ne(given, given));
    },
    and: (_, a, b) => v128.and(a, b), or: (_, a, b) => v128.or(a, b), xor: (_, a, b) => v128.xor(a, b), not: unary(v128.not),
    shl: shifting(i32.shl, i32x4.shl),
    shr: (node, ...args) => (node.dtype === 'uint32' ? shifting(i32.shrU, i32x4.shrU) : shifting(i32.shrS, i32x4.shrS))(node, ...args),
    select: (_, condition, yes, no) => v128.select(condition, yes, no),
    cast: (node, x) => convert(v, x, node.args[0]!.dtype, node.dtype),
    relu: (node, x) => {
      if (node.dtype === 'uint32') return x;
      // NaN is larger than nothing, so it stays.
      return node.dtype === 'int32' ? i32x4.maxS(x, v.i(0)) : f32x4.pmax(x, v.f(0));
    },
    sigmoid: math(sigmoid), expm1: math(expm1), log2: math(log2), erf: math(erf),
  };
  return {
    ops, ...leaves,
    constant: (value, dtype) => (dtype === 'float32' ? v.f(value) : v.i(dtype === 'bool' ? -value : value | 0)),
    bind: (_, code) => {
      const local = v.frame.local('v128');
      return { line: local.set(code), name: local.get };
    },
  };
}

/** As the reference converts: floats to integers towards zero and modulo 2^32, NaN and infinities to 0; anything but 0 is true. */
function convert(v: Vector, x: Code, from: DType, to: DType): Code {
  if (to === 'bool') return from === 'float32' ? f32x4.ne(x, v.f(0)) : from === 'bool' ? x : i32x4.ne(x, v.i(0));
  if (from === 'bool') return v128.and(x, to === 'float32' ? v.f(1) : v.i(1));
  if (to === 'float32') return from === 'uint32' ? f32x4.fromI32U(x) : from === 'int32' ? f32x4.fromI32S(x) : x;
  if (from !== 'float32') return x;
  const { keep, done } = v.draft();
  const whole = keep(f32x4.trunc(x));
  const wrapped = f32x4.sub(whole, f32x4.mul(f32x4.floor(f32x4.mul(whole, v.f(2 ** -32))), v.f(2 ** 32)));
  return done(v128.select(f32x4.lt(f32x4.abs(whole), v.f(2 ** 31)), i32x4.truncateS(whole), i32x4.truncateU(wrapped)));
}
