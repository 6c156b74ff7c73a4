/** Derived operations, said in core ones for dialects that do not spell them. Accuracy is near float32's. */
import type { DerivedOp, Op } from './elementwise.ts';
import { ScalarFunction } from './function.ts';
import { ordered, rewrite, type Scalar, Table } from './scalar.ts';

type Definition = (x: Scalar, y: Scalar) => Scalar;

/** The polynomial with these coefficients, lowest power first, by Horner's rule. */
const polynomial = (x: Scalar, coefficients: readonly number[]): Scalar =>
  coefficients.slice(0, -1).reduceRight((sum, coefficient) => sum.mul(x).add(coefficient), x.constant(coefficients.at(-1)!));

/** erfc of x >= 0: the Chebyshev fit with fractional error 1.2e-7 (Press et al., Numerical Recipes, 6.2). */
const complement = (x: Scalar): Scalar => {
  const t = x.mul(0.5).add(1).reciprocal();
  const fit = polynomial(t, [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277]);
  return t.mul(fit.sub(x.square()).exp());
};

const definitions: { readonly [P in DerivedOp]: Definition } = {
  relu: (x) => x.maskedFill(x.le(0), 0),
  sigmoid: (x) => x.neg().exp().add(1).reciprocal(),
  // Near 0 the rounding of 1 + x is divided out again (Goldberg 1991, theorem 4).
  log1p: (x) => {
    const u = x.add(1);
    return x.where(u.eq(1), u.log().mul(x.div(u.sub(1)))).where(u.lt(Infinity), u);
  },
  // tanh(x/2) (exp(x) + 1); exp(x) - 1 where nothing cancels.
  expm1: (x) => x.mul(0.5).tanh().mul(x.exp().add(1)).where(x.abs().lt(1), x.exp().sub(1)),
  log2: (x) => x.log().mul(Math.LOG2E),
  log10: (x) => x.log().mul(Math.LOG10E),
  tan: (x) => x.sin().div(x.cos()),
  asin: (x) => x.atan2(x.square().rsub(1).sqrt()),
  acos: (x) => x.square().rsub(1).sqrt().atan2(x),
  sinh: (x) => {
    const e = x.abs().expm1();
    return e.add(e.div(e.add(1))).mul(0.5).where(x.abs().lt(88), x.abs().mul(0.5).exp().square().mul(0.5)).mul(x.sign());
  },
  cosh: (x) => x.abs().mul(0.5).exp().mul(0.5).mul(x.abs().mul(0.5).exp()).add(x.abs().neg().exp().mul(0.5)),
  asinh: (x) => {
    const a = x.abs();
    return a.square().div(a.square().add(1).sqrt().add(1)).add(a).log1p().where(a.lt(1e9), a.log().add(Math.LN2)).mul(x.sign());
  },
  acosh: (x) => x.add(x.sub(1).sqrt().mul(x.add(1).sqrt())).log().where(x.lt(1e18), x.log().add(Math.LN2)),
  atanh: (x) => {
    const a = x.abs();
    return a.mul(2).div(a.rsub(1)).log1p().mul(0.5).mul(x.sign());
  },
  fmod: (x, y) => x.where(y.isinf().logicalAnd(x.isfinite()), x.sub(x.div(y).trunc().mul(y))),
  // Maclaurin below 0.5; beyond, by the complement.
  erf: (x) => {
    const near = polynomial(x.square(), [1, -1 / 3, 1 / 10, -1 / 42, 1 / 216, -1 / 1320].map((c) => (c * 2) / Math.sqrt(Math.PI))).mul(x);
    return near.where(x.abs().lt(0.5), complement(x.abs()).rsub(1).mul(x.sign()));
  },
  erfc: (x) => complement(x.abs()).where(x.gt(0), complement(x.abs()).rsub(2)),
};

const cache = new WeakMap<ScalarFunction, Map<ReadonlySet<Op>, ScalarFunction>>();

/** `f` with every derived operation outside `spelled` replaced by its definition; cached per function and set. */
export function lowered(f: ScalarFunction, spelled: ReadonlySet<Op>): ScalarFunction {
  const missing = (node: Scalar) => node.op in definitions && !spelled.has(node.op as Op);
  let forms = cache.get(f);
  if (!forms) cache.set(f, (forms = new Map()));
  let result = forms.get(spelled);
  if (!result) {
    result = ordered(f.roots).some(missing) ? lowered(new ScalarFunction(expand(f.roots, missing), f.inputs, f.uniforms), spelled) : f;
    forms.set(spelled, result);
  }
  return result;
}

function expand(roots: readonly Scalar[], missing: (node: Scalar) => boolean): Scalar[] {
  const table = new Table();
  const visit = (node: Scalar): Scalar | undefined => {
    if (!missing(node)) return undefined;
    const [x, y] = rewrite(node.args, table, visit) as [Scalar, Scalar];
    return definitions[node.op as DerivedOp](x, y);
  };
  return rewrite(roots, table, visit);
}
