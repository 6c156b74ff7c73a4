/** What generated vector code shares: locals for intermediate values, constants kept out of loops, fused multiply-add where the engine has it. */
import { call, type Code, type Frame, type ModuleBuilder } from './assembler.ts';
import { f32, f32x4, f64, f64x2, i32x4, v128 } from './instructions.ts';

/** Straight-line code being written: `keep` names a value, `done` closes with the result. */
export interface Draft {
  keep(value: Code): Code;
  done(result: Code): Code;
}

export class Vector {
  readonly frame: Frame;
  readonly module: ModuleBuilder;
  readonly #fused: boolean;
  readonly #constants = new Map<string, Code>();
  /** Sets the constants; belongs at the start of the function. */
  readonly prologue: Code[] = [];

  constructor(module: ModuleBuilder, frame: Frame, fused: boolean) {
    this.module = module;
    this.frame = frame;
    this.#fused = fused;
  }

  /** Four times a float32. */
  f(value: number): Code { return this.#constant(`f${Object.is(value, -0) ? '-0' : value}`, f32x4.of(value)); }
  /** Four times an int32. */
  i(value: number): Code { return this.#constant(`i${value}`, i32x4.of(value)); }
  /** Twice a float64. */
  d(value: number): Code { return this.#constant(`d${Object.is(value, -0) ? '-0' : value}`, f64x2.of(value)); }
  get lanes(): Code { return this.#constant('lanes', i32x4.of(0, 1, 2, 3)); }

  /** `a * b + c`, rounded once or twice, everywhere alike on one machine. */
  madd(a: Code, b: Code, c: Code): Code {
    return this.#fused ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
  }

  /** The polynomial with these coefficients, highest power first. */
  polynomial(x: Code, coefficients: readonly number[]): Code {
    return coefficients.slice(1).reduce<Code>((sum, coefficient) => this.madd(sum, x, this.f(coefficient)), this.f(coefficients[0]!));
  }
  /** The same in float64. */
  polynomialD(x: Code, coefficients: readonly number[]): Code {
    return coefficients.slice(1).reduce<Code>((sum, coefficient) => f64x2.add(f64x2.mul(sum, x), this.d(coefficient)), this.d(coefficients[0]!));
  }

  draft(): Draft {
    const lines: Code[] = [];
    return {
      keep: (value) => {
        const local = this.frame.local('v128');
        lines.push(local.set(value));
        return local.get;
      },
      done: (result) => [...lines, result],
    };
  }

  /** Applies an operation on pairs of float64 to both halves of float32 vectors. */
  asDoubles(operands: readonly Code[], operation: (...halves: Code[]) => Code): Code {
    const { keep, done } = this.draft();
    const kept = operands.map(keep);
    const low = keep(f32x4.demote(operation(...kept.map((x) => keep(f64x2.promoteLow(x))))));
    const high = keep(f32x4.demote(operation(...kept.map((x) => keep(f64x2.promoteLow(i32x4.shuffle(x, x, [2, 3, 2, 3])))))));
    return done(i32x4.shuffle(low, high, [0, 1, 4, 5]));
  }

  /** A host function on each lane of float32 vectors. */
  host(name: string, ...operands: Code[]): Code {
    const target = this.module.host(name, operands.length);
    return this.perLane(operands, (lane, ...kept) => [f32.demote(call(target, ...kept.map((x) => f64.promote(f32x4.extract(x, lane)))))], f32x4.replace);
  }

  /** Builds a vector lane by lane. */
  perLane(operands: readonly Code[], value: (lane: number, ...operands: Code[]) => Code, replace: (vector: Code, lane: number, value: Code) => Code): Code {
    const { keep, done } = this.draft();
    const kept = operands.map(keep);
    return done([0, 1, 2, 3].reduce<Code>((result, lane) => replace(result, lane, value(lane, ...kept)), this.i(0)));
  }

  /** `value` with the sign bits of `sign`. */
  copySign(value: Code, sign: Code): Code { return v128.or(value, v128.and(sign, this.f(-0))); }

  #constant(key: string, code: Code): Code {
    let get = this.#constants.get(key);
    if (!get) {
      const local = this.frame.local('v128');
      this.prologue.push(local.set(code));
      this.#constants.set(key, (get = local.get));
    }
    return get;
  }
}
