import { type DType, floating } from '../dtype.ts';

/** What every dialect spells. Comparisons give bool; `and`, `or`, `xor` and `not` are logical on bool and bitwise on integers. */
export type CoreOp =
  | 'add' | 'sub' | 'mul' | 'div' | 'floorDiv' | 'mod' | 'pow' | 'atan2' | 'maximum' | 'minimum'
  | 'neg' | 'abs' | 'sign' | 'floor' | 'ceil' | 'round' | 'trunc' | 'sqrt' | 'exp' | 'log' | 'sin' | 'cos' | 'atan' | 'tanh'
  | 'lt' | 'le' | 'eq' | 'isnan' | 'and' | 'or' | 'xor' | 'not' | 'shl' | 'shr'
  | 'select' | 'cast';

/** What a dialect may spell; where it does not, `lower.ts` says it in core operations. */
export type DerivedOp =
  | 'relu' | 'sigmoid' | 'expm1' | 'log1p' | 'log2' | 'log10' | 'tan' | 'asin' | 'acos' | 'sinh' | 'cosh' | 'asinh' | 'acosh' | 'atanh' | 'erf' | 'erfc' | 'fmod';

/** The operations of a scalar expression. */
export type Op = CoreOp | DerivedOp;

/** An operand: something of the same kind, or a plain number or boolean. */
export type Operand<Self> = Self | number | boolean;

/**
 * The element-wise vocabulary, shared by `Tensor` (computes) and `Scalar` (describes).
 *
 * Required to implement: `dtype`, `apply` and `cast`. Everything else is a gift.
 */
export abstract class Elementwise<Self extends Elementwise<Self>> {
  abstract readonly dtype: DType;
  /** Applies one operation of the expression language. */
  protected abstract apply(op: Op, ...operands: Operand<Self>[]): Self;
  /** The same values as another dtype: to integers truncates towards zero, to bool is "not zero". */
  abstract cast(dtype: DType): Self;

  get #me(): Self { return this as unknown as Self; }
  #unary(op: Op): Self { return this.apply(op, this.#me); }
  #binary(op: Op, y: Operand<Self>): Self { return this.apply(op, this.#me, y); }

  /** `this + y` */
  add(y: Operand<Self>): Self { return this.#binary('add', y); }
  /** `this - y` */
  sub(y: Operand<Self>): Self { return this.#binary('sub', y); }
  /** `y - this` */
  rsub(y: Operand<Self>): Self { return this.apply('sub', y, this.#me); }
  /** `this * y` */
  mul(y: Operand<Self>): Self { return this.#binary('mul', y); }
  /** True division: integers become float32. */
  div(y: Operand<Self>): Self { return this.#binary('div', y); }
  /** `floor(this / y)`, keeping integers integers. */
  floorDivide(y: Operand<Self>): Self { return this.#binary('floorDiv', y); }
  /** What is left of floor division; it has the sign of `y`. */
  remainder(y: Operand<Self>): Self { return this.#binary('mod', y); }
  /** What is left of division rounded towards zero; it has the sign of `this`. */
  fmod(y: Operand<Self>): Self { return this.#binary('fmod', y); }
  /** `this ** y`. Small whole exponents are compiled in, other numbers are passed at run time. */
  pow(y: Operand<Self>): Self { return this.#binary('pow', y); }
  /** The angle of the point (x, this), in (-pi, pi]. */
  atan2(x: Operand<Self>): Self { return this.#binary('atan2', x); }
  /** The larger one; NaN wins. At a tie each side gets half of the gradient. */
  maximum(y: Operand<Self>): Self { return this.#binary('maximum', y); }
  /** The smaller one; NaN wins. At a tie each side gets half of the gradient. */
  minimum(y: Operand<Self>): Self { return this.#binary('minimum', y); }

  neg(): Self { return this.#unary('neg'); }
  abs(): Self { return this.#unary('abs'); }
  /** -1, 0 or 1. */
  sign(): Self { return this.#unary('sign'); }
  floor(): Self { return this.#unary('floor'); }
  ceil(): Self { return this.#unary('ceil'); }
  /** To the nearest whole number, halves to the even one. */
  round(): Self { return this.#unary('round'); }
  trunc(): Self { return this.#unary('trunc'); }
  /** What follows the point: `this - trunc(this)`. */
  frac(): Self { return this.sub(this.trunc()); }
  square(): Self { return this.mul(this.#me); }
  reciprocal(): Self { return this.apply('div', 1, this.#me); }
  sqrt(): Self { return this.#unary('sqrt'); }
  rsqrt(): Self { return this.sqrt().reciprocal(); }

  exp(): Self { return this.#unary('exp'); }
  /** `exp(this) - 1`, accurate near 0. */
  expm1(): Self { return this.#unary('expm1'); }
  log(): Self { return this.#unary('log'); }
  /** `log(1 + this)`, accurate near 0. */
  log1p(): Self { return this.#unary('log1p'); }
  log2(): Self { return this.#unary('log2'); }
  log10(): Self { return this.#unary('log10'); }
  sin(): Self { return this.#unary('sin'); }
  cos(): Self { return this.#unary('cos'); }
  tan(): Self { return this.#unary('tan'); }
  asin(): Self { return this.#unary('asin'); }
  acos(): Self { return this.#unary('acos'); }
  atan(): Self { return this.#unary('atan'); }
  sinh(): Self { return this.#unary('sinh'); }
  cosh(): Self { return this.#unary('cosh'); }
  tanh(): Self { return this.#unary('tanh'); }
  asinh(): Self { return this.#unary('asinh'); }
  acosh(): Self { return this.#unary('acosh'); }
  atanh(): Self { return this.#unary('atanh'); }
  /** The error function. */
  erf(): Self { return this.#unary('erf'); }
  /** `1 - erf(this)`, accurate where that is small. */
  erfc(): Self { return this.#unary('erfc'); }
  /** `2 ** this` */
  exp2(): Self { return this.apply('pow', 2, this.cast(floating(this.dtype))); }
  /** `log(1 + exp(beta this)) / beta`, without overflow; `this` itself where `beta this` is above `threshold`. */
  softplus(beta = 1, threshold = 20): Self {
    const scaled = this.mul(beta);
    const above = scaled.gt(threshold);
    return scaled.maskedFill(above, 0).exp().log1p().div(beta).maskedFill(above, this.#me);
  }
  /** `log(exp(this) + exp(y))` without overflow. */
  logaddexp(y: Operand<Self>): Self {
    const most = this.maximum(y);
    const gap = this.sub(y).abs();
    return most.add(gap.neg().exp().log1p().where(gap.lt(Infinity), 0));
  }
  /** The length of (this, y), without overflow; its gradient at (0, 0) is 0. */
  hypot(y: Operand<Self>): Self {
    const [a, b] = [this.abs(), typeof y === 'object' ? y.abs() : Math.abs(Number(y))];
    const [long, short] = [a.maximum(b), a.minimum(b)];
    const zero = long.eq(0).logicalOr(long.isinf());
    const ratio = short.div(long.maskedFill(zero, 1));
    return long.mul(ratio.square().add(1).sqrt()).maskedFill(zero, long);
  }
  /** Degrees to radians. */
  deg2rad(): Self { return this.mul(Math.PI / 180); }
  /** Radians to degrees. */
  rad2deg(): Self { return this.mul(180 / Math.PI); }
  /** `1 / (1 + exp(-this))` */
  sigmoid(): Self { return this.#unary('sigmoid'); }
  /** `max(0, this)`; its derivative at 0 is 0. */
  relu(): Self { return this.#unary('relu'); }

  eq(y: Operand<Self>): Self { return this.#binary('eq', y); }
  ne(y: Operand<Self>): Self { return this.#binary('eq', y).logicalNot(); }
  lt(y: Operand<Self>): Self { return this.#binary('lt', y); }
  le(y: Operand<Self>): Self { return this.#binary('le', y); }
  gt(y: Operand<Self>): Self { return this.apply('lt', y, this.#me); }
  ge(y: Operand<Self>): Self { return this.apply('le', y, this.#me); }
  isnan(): Self { return this.#unary('isnan'); }
  isinf(): Self { return this.abs().eq(Infinity); }
  isfinite(): Self { return this.abs().lt(Infinity); }

  logicalAnd(y: Operand<Self>): Self { return this.cast('bool').apply('and', this.cast('bool'), truth(y)); }
  logicalOr(y: Operand<Self>): Self { return this.cast('bool').apply('or', this.cast('bool'), truth(y)); }
  logicalXor(y: Operand<Self>): Self { return this.cast('bool').apply('xor', this.cast('bool'), truth(y)); }
  logicalNot(): Self { return this.apply('not', this.cast('bool')); }
  /** On bool: logical. On integers: bit by bit. */
  bitwiseAnd(y: Operand<Self>): Self { return this.#binary('and', y); }
  bitwiseOr(y: Operand<Self>): Self { return this.#binary('or', y); }
  bitwiseXor(y: Operand<Self>): Self { return this.#binary('xor', y); }
  bitwiseNot(): Self { return this.#unary('not'); }
  bitwiseLeftShift(y: Operand<Self>): Self { return this.#binary('shl', y); }
  /** Arithmetic for int32 (copies the sign), logical for uint32. */
  bitwiseRightShift(y: Operand<Self>): Self { return this.#binary('shr', y); }

  /** `this` where `condition` holds, else `other`. The side not taken gets no gradient, whatever its value. */
  where(condition: Operand<Self>, other: Operand<Self>): Self { return this.apply('select', condition, this.#me, other); }
  /** `value` where `mask` holds, else `this`. */
  maskedFill(mask: Operand<Self>, value: Operand<Self>): Self { return this.apply('select', mask, value, this.#me); }
  /** Limits to [min, max]; either may be left out. The gradient passes where nothing was cut off, limits included. NaN stays NaN. */
  clamp(min?: Operand<Self>, max?: Operand<Self>): Self {
    const floor = min === undefined ? this.#me : this.maskedFill(this.lt(min), min);
    return max === undefined ? floor : floor.apply('select', floor.gt(max), max, floor);
  }
  /** `this + weight * (end - this)` */
  lerp(end: Self, weight: Operand<Self>): Self { return this.add(end.sub(this.#me).mul(weight)); }
  /** Replaces NaN and infinities, by default with 0 and float32's largest numbers. */
  nanToNum(nan = 0, posinf = 3.4028234663852886e38, neginf = -3.4028234663852886e38): Self {
    return this.maskedFill(this.isnan(), nan).maskedFill(this.eq(Infinity), posinf).maskedFill(this.eq(-Infinity), neginf);
  }

  /** As float32. */
  float(): Self { return this.cast('float32'); }
  /** As float16, where the device has it. */
  half(): Self { return this.cast('float16'); }
  /** As float64, where the device has it. */
  double(): Self { return this.cast('float64'); }
  /** As int32, truncating. */
  int(): Self { return this.cast('int32'); }
  /** Whether not zero. */
  bool(): Self { return this.cast('bool'); }
}

function truth<Self extends Elementwise<Self>>(y: Operand<Self>): Operand<Self> {
  return typeof y === 'object' ? y.cast('bool') : Boolean(y);
}
