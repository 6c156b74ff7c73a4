/** Integer operations that SIMD lacks, as functions on one pair of int32 or uint32. Dividing by zero gives 0. */
import type { DType, Op } from '@nn/tensor/backend';
import { call, type Code, type FunctionRef, type ModuleBuilder } from './assembler.ts';
import { either, f64, i32, i64 } from './instructions.ts';

type Build = (module: ModuleBuilder, signed: boolean, a: Code, b: Code) => Code;

const quotient = (signed: boolean, a: Code, b: Code): Code => (signed ? i64.divS(i64.extendS(a), i64.extendS(b)) : i64.divU(i64.extendU(a), i64.extendU(b)));
const remainder = (signed: boolean, a: Code, b: Code): Code => (signed ? i32.remS(a, b) : i32.remU(a, b));
/** Whether the division is inexact and its operands' signs differ: there rounding down is one less than rounding to zero. */
const crossed = (signed: boolean, a: Code, b: Code): Code =>
  (signed ? i32.and(i32.ne(remainder(signed, a, b), i32.of(0)), i32.ltS(i32.xor(a, b), i32.of(0))) : i32.of(0));

const builds: { readonly [P in Op]?: Build } = {
  floorDiv: (_, signed, a, b) => i32.sub(i32.wrap(quotient(signed, a, b)), crossed(signed, a, b)),
  mod: (_, signed, a, b) => i32.add(remainder(signed, a, b), i32.mul(crossed(signed, a, b), b)),
  fmod: (_, signed, a, b) => remainder(signed, a, b),
  pow: (module, signed, a, b) => {
    const wide = signed ? f64.fromI32S : f64.fromI32U;
    return i32.wrap(i64.truncateF64(call(module.host('pow', 2), wide(a), wide(b))));
  },
};

/** The function of `op` on `dtype`, added to `module`. */
export function integerFunction(module: ModuleBuilder, op: Op, dtype: DType): FunctionRef {
  const build = builds[op]!;
  return module.define(['i32', 'i32'], ['i32'], (_, a, b) => {
    const body = build(module, dtype !== 'uint32', a.get, b.get);
    return op === 'pow' ? body : either('i32', i32.eqz(b.get), i32.of(0), body);
  });
}
