/** Every differentiable operation against finite differences, gradients and gradients of gradients, in float64 on the reference. */
import { describe, expect, it } from 'vitest';
import { customGradient, gradCheck } from '@nn/autograd';
import { concat, contract, fuse, fuseRows, linear, range, type Scalar, stack, tensor, type Tensor } from '@nn/tensor';

/** Values without ties, zeros or whole numbers, from `low` to `high`. */
function spread(shape: readonly number[], low = -2, high = 2, salt = 0): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(Float64Array.from({ length: count }, (_, i) => low + ((high - low) * (((i * 7 + salt * 3 + 2) % 23) + 0.317)) / 23 + 0.0031 * i), { shape });
}
const both = (f: (...xs: Tensor[]) => Tensor, ...inputs: Tensor[]) => gradCheck(f, inputs, { order: 2, eps: 1e-5, tolerance: 2e-5 });

describe('functions of one number', () => {
  const anywhere = ['neg', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc', 'frac', 'square', 'exp', 'expm1', 'sin', 'cos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'erf', 'sigmoid', 'relu', 'nanToNum', 'float64'] as const;
  for (const name of anywhere) it(`${name} to second order`, () => both((x) => (name === 'float64' ? x.double() : x[name]()), spread([7])));
  for (const name of ['sqrt', 'rsqrt', 'log', 'log1p', 'log2', 'log10', 'reciprocal'] as const) it(`${name} to second order`, () => both((x) => x[name](), spread([6], 0.3, 3)));
  for (const name of ['asin', 'acos', 'atanh', 'tan'] as const) it(`${name} to second order`, () => both((x) => x[name](), spread([6], -0.8, 0.8)));
  it('acosh', () => both((x) => x.acosh(), spread([6], 1.3, 4)));
  for (const exponent of [0, 1, 2, 3, 4, -1, -2, 0.5, -0.5, 2.7]) it(`pow ${exponent}`, () => both((x) => x.pow(exponent), spread([5], 0.4, 2)));
  it('clamp', () => both((x) => x.clamp(-1, 1), spread([7])));
});

describe('functions of two', () => {
  for (const name of ['add', 'sub', 'rsub', 'mul', 'maximum', 'minimum', 'atan2'] as const) it(`${name} to second order`, () => both((x, y) => x[name](y), spread([2, 3]), spread([3], -2, 2, 5)));
  for (const name of ['div', 'remainder', 'fmod'] as const) it(`${name} to second order`, () => both((x, y) => x[name](y), spread([2, 3]), spread([2, 1], 0.6, 1.7, 5)));
  it('pow', () => both((x, y) => x.pow(y), spread([2, 3], 0.4, 2), spread([3], -2, 2, 5)));
  it('where and maskedFill', () => both((x, y) => x.where(x.gt(y), y.mul(2)).maskedFill(y.gt(1), 3), spread([5]), spread([5], -2, 2, 5)));
  it('lerp', () => both((x, y, w) => x.lerp(y, w), spread([4]), spread([4], -2, 2, 1), spread([4], 0, 1, 2)));
  it('clamp by tensors', () => both((x, low, high) => x.clamp(low, high), spread([5], -3, 3), spread([5], -2, -1, 1), spread([5], 1, 2, 2)));
});

const mish = fuse((x: Scalar) => x.mul(x.exp().log1p().tanh()));
const polar = fuse((x: Scalar, y: Scalar) => [x.square().add(y.square()).sqrt(), y.atan2(x)]);
const dot = fuse((x: Scalar, y: Scalar) => x.mul(y));

describe('fused functions', () => {
  it('mish', () => both((x) => mish(x), spread([5])));
  it('of several results', () => both((x, y) => { const [r, angle] = polar(x, y); return r.mul(angle); }, spread([4], 0.5, 2), spread([2, 1], -2, -0.5)));
  it('one of several results', () => both((x, y) => polar(x, y)[1], spread([4], 0.5, 2), spread([4], -2, -0.5)));
  it('reduced as they are computed', () => both((x, y) => dot.reduce('sum', 1, x, y), spread([2, 3]), spread([3], -2, 2, 1)));
  it('a product of them', () => both((x, y) => dot.reduce('prod', 1, x, y), spread([2, 3]), spread([3], -2, 2, 1)));
  it('the largest of them', () => both((x, y) => dot.reduce('max', 0, x, y), spread([2, 3]), spread([3], -2, 2, 1)));
});

describe('reductions', () => {
  for (const name of ['sum', 'mean', 'prod', 'amax', 'amin', 'logsumexp'] as const) {
    it(`${name} to second order`, () => both((x) => x[name](), spread([2, 3])));
    it(`${name} over an axis`, () => both((x) => x[name](1), spread([2, 3])));
    it(`${name} over two axes, kept`, () => both((x) => x[name]([0, 2], { keepDim: true }), spread([2, 2, 3])));
  }
  it('softmax', () => both((x) => x.softmax(1), spread([2, 3])));
  it('logSoftmax', () => both((x) => x.logSoftmax(0), spread([2, 3])));
  it('variance', () => both((x) => x.sub(x.mean(0, { keepDim: true })).square().mean(0), spread([3, 2])));
});

describe('products', () => {
  const shapes = [[[3], [3]], [[2, 3], [3]], [[3], [3, 2]], [[2, 3], [3, 2]], [[2, 2, 3], [3, 2]], [[2, 2, 3], [2, 3, 2]], [[2, 1, 2, 3], [2, 3, 2]]] as const;
  for (const [a, b] of shapes) it(`[${a.join()}] x [${b.join()}]`, () => both((x, y) => x.matmul(y), spread(a), spread(b, -1, 1, 3)));
  it('of transposes', () => both((x, y) => x.T.matmul(y.T), spread([3, 2]), spread([2, 3], -1, 1, 3)));
  it('over groups of axes', () => both((x, y) => contract(x, y, { rows: 1, inner: 2, columns: 1 }), spread([2, 2, 3]), spread([2, 3, 2], -1, 1, 3)));
  it('of padded windows', () => both((x, w) => contract(x.pad([1, 1, 1, 1]).unfold(0, 2, 2).unfold(1, 2, 1), w, { rows: 2, inner: 2, columns: 1 }), spread([3, 3]), spread([2, 2, 2], -1, 1, 3)));
  it('over groups of axes, with bias and activation', () => both((x, y, bias) => contract(x, y, { rows: 1, inner: 2, columns: 1 }, { bias, activation: 'sigmoid' }), spread([2, 2, 3]), spread([2, 3, 2], -1, 1, 3), spread([2])));
  it('with itself', () => both((x) => x.matmul(x.T), spread([2, 3])));
  it('of empty inner size', () => both((x, y, bias) => x.matmul(y, { bias }), spread([2, 0]), spread([0, 3]), spread([3])));
  for (const activation of ['relu', 'sigmoid', 'tanh', undefined] as const) {
    it(`linear with bias and ${activation ?? 'no activation'}`, () => both((x, w, bias) => linear(x, w, bias, activation), spread([2, 3]), spread([2, 3], -1, 1, 3), spread([2], -1, 1, 5)));
  }
});

const softened = fuseRows((x: Scalar) => { const e = x.sub(x.rowPeak()).exp(); return e.div(e.rowSum()); });
const normed = fuseRows((x: Scalar, scale: Scalar) => {
  const centred = x.sub(x.rowSum().div(3));
  const spreadOf = centred.square().rowSum().div(3).add(1e-5);
  return [centred.mul(spreadOf.rsqrt()).mul(scale), spreadOf];
});
const ranged = fuseRows((x: Scalar, y: Scalar) => x.sub(y.rowMin()).div(y.rowMax().sub(x.rowMin()).square().add(1)));
const apart = fuseRows((x: Scalar, at: Scalar) => [x.sub(at).square().rowSum().mul(at), x.mul(at.exp())], { perRow: [1] });
const surprise = fuseRows((x: Scalar, target: Scalar) => { const d = x.sub(x.rowPeak()); return d.exp().rowSum().log().sub(d).mul(target).rowSum(); });
const constantRow = fuseRows((x: Scalar, at: Scalar) => x.add(at.square().rowSum()), { perRow: [1] });

describe('functions of rows', () => {
  for (const axes of [[0], [1], [0, 1]]) it(`softmax over ${axes.join()}`, () => both((x) => softened(axes, x).square(), spread([2, 3])));
  it('norm', () => both((x, scale) => normed(1, x, scale)[0], spread([2, 3]), spread([3], 0.5, 1.5, 1)));
  it('norm and its spread', () => both((x, scale) => { const [y, s] = normed(1, x, scale); return y.mul(s); }, spread([2, 3]), spread([3], 0.5, 1.5, 1)));
  it('one of several results', () => both((x, scale) => normed(1, x, scale)[1], spread([2, 3]), spread([3], 0.5, 1.5, 1)));
  it('extremes', () => both((x, y) => ranged(1, x, y), spread([2, 3]), spread([2, 3], -2, 2, 5)));
  it('an operand per row', () => both((x, at) => { const [a, b] = apart(1, x, at); return a.mul(b); }, spread([2, 3]), spread([2, 1], -1, 1, 2)));
  it('an operand of all rows', () => both((x, at) => { const [a, b] = apart([1], x, at); return a.mul(b); }, spread([2, 3]), spread([1, 1], -1, 1, 2)));
  it('a result per row, of broadcast operands', () => both((x, target) => surprise(1, x, target), spread([2, 3]), spread([3], 0, 1, 1)));
  it('the sum of what is the same all along a row', () => both((x, at) => constantRow(1, x, at).square(), spread([2, 3]), spread([2, 1], -1, 1, 2)));
});

const ints = (values: number[][]) => tensor(values, { dtype: 'int32' });

describe('views and indexing', () => {
  const cases: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    reshape: (x) => x.reshape(4, 3), 'reshape of a transpose': (x) => x.T.reshape(-1), permute: (x) => x.permute(1, 0), expand: (x) => x.unsqueeze(1).expand([3, 2, 4]),
    narrow: (x) => x.narrow(1, 1, 2), 'every second': (x) => x.at(range(0, 3, 2), range(1, 4, 2)), backwards: (x) => x.at(range(2, undefined, -2)), 'one row': (x) => x.at(1),
    flip: (x) => x.flip(), pad: (x) => x.pad([1, 2, 0, 1]), 'pad with a value': (x) => x.pad([1, 0], 3), crop: (x) => x.pad([-1, 0, -1, 1]), diagonal: (x) => x.diagonal(), 'diagonal backwards': (x) => x.diagonal(0, 1, 0), 'diagonal below': (x) => x.diagonal(-1),
    unfold: (x) => x.unfold(1, 2), 'unfold with steps': (x) => x.unfold(1, 2, 2), 'unfold with gaps': (x) => x.unfold(1, 2, 1, { dilation: 2 }), 'padded windows': (x) => x.pad([1, 1, 1, 1]).unfold(0, 3, 2).unfold(1, 2, 2),
    clone: (x) => x.clone(), concat: (x) => concat([x, x.mul(2)], 1), stack: (x) => stack([x, x.flip(0)], 2),
    gather: (x) => x.gather(0, ints([[0, 2, 2, 1], [0, 0, 0, 0]])), 'gather along': (x) => x.gather(1, ints([[3, 3], [0, 1], [2, 2]])), indexSelect: (x) => x.indexSelect(0, tensor([2, 2, 0], { dtype: 'int32' })),
  };
  // Squared, so that there is a second derivative.
  for (const [name, f] of Object.entries(cases)) it(`${name} to second order`, () => both((x) => f(x).square(), spread([3, 4])));
  it('concat of several', () => both((x, y) => concat([x, y, x]).square(), spread([2, 2]), spread([1, 2], -2, 2, 1)));
  it('scatterAdd', () => both((x, source) => x.scatterAdd(0, ints([[0, 2], [0, 0]]), source).square(), spread([3, 2]), spread([2, 2], -2, 2, 1)));
  it('a convolution', () => both((x, w) => x.pad([1, 1, 1, 1]).unfold(0, 2, 2).unfold(1, 2, 2).flatten(2).matmul(w).square(), spread([3, 3]), spread([4], -1, 1, 3)));
});

describe('compositions', () => {
  it('cross entropy', () => both((x) => x.logSoftmax(1).gather(1, ints([[0], [2]])).mean().neg(), spread([2, 3])));
  it('a network', () => both((x, w, v) => x.matmul(w).tanh().matmul(v).sigmoid(), spread([2, 3]), spread([3, 2], -1, 1, 1), spread([2, 1], -1, 1, 2)));
  it('layer norm', () => both((x, g) => { const d = x.sub(x.mean(1, { keepDim: true })); return d.mul(d.square().mean(1, { keepDim: true }).add(1e-5).rsqrt()).mul(g); }, spread([2, 3]), spread([3], 0.5, 1.5, 1)));
  it('a custom gradient that is right', () => both(customGradient({ forward: (x) => x.exp(), backward: ([g], _, [y]) => [g!.mul(y!)], saves: { inputs: false } }), spread([4])));
});

it('finds what is wrong', async () => {
  const wrong = customGradient({ name: 'wrong', forward: (x) => x.square(), backward: ([g], [x]) => [g!.mul(x!)] });
  await expect(gradCheck(wrong, [spread([3])])).rejects.toThrow(/^gradCheck: the gradient of input 0 \[3\] differs at element 0: .* by backward, .* by differences/);
  await expect(gradCheck((x) => x.exp(), [tensor([1])])).rejects.toThrow("gradCheck: input 0 is float32. Differences need float64: tensor(values, { dtype: 'float64' }).");
});
