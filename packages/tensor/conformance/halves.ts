/** float16: rounding from and to the host, functions computed in float32 and rounded once, sums that are larger on the way than float16 reaches. */
import type { Scalar, Tensor } from '../src/index.ts';
import { concat, full, fuse, fuseRows, linear, rand, tensor } from '../src/index.ts';
import { Generator } from '../src/random.ts';
import { type Case, type CaseOptions, checked, compared, having, input, type Input, operation, points, upload, values } from './case.ts';

const needs = having('float16');
const halves = (shape: readonly number[], more: { readonly seed?: number; readonly scale?: number; readonly shift?: number } = {}): Input => input(shape, { ...more, dtype: 'float16' });
const numbers = points([0, -0, 0.1, -0.3333, 1, 2.5, 1.00048828125, 1000.3, 65504, 65519, -65520, 1e6, 6e-8, 2e-8, 6.1e-5, Infinity, -Infinity, NaN], 'float16');
const mild = points([-4, -1.5, -0.75, -0.1, 0.1, 0.3, 0.75, 1.5, 4], 'float16');
const positive = points([0.01, 0.1, 0.5, 1, 2, 10, 100], 'float16');
const swish = fuse((x: Scalar) => x.mul(x.sigmoid()));
const scaled = fuse((x: Scalar, y: Scalar, rate: Scalar) => x.sub(y.square().mul(rate)));
const shares = fuseRows((x: Scalar) => x.div(x.square().rowSum().sqrt()));
/** Sums of many roundings, against the largest of the result. */
const sums = { times: 4, against: 'largest' } as const;
const some = (name: string, inputs: readonly Input[], f: (...given: Tensor[]) => Tensor | readonly Tensor[], options: CaseOptions = {}) => operation(name, inputs, f, { smoke: name.startsWith('matmul'), ...options });
const nonFinite = ({ nonFinite: has }: { readonly nonFinite: boolean }) => (has ? undefined : 'NaN and infinities are not kept');

export const float16: readonly Case[] = [
  values('to the host and back', [numbers], (x) => [x, x.reshape(2, 9).T, x.narrow(0, 3, 5)], { needs: nonFinite }),
  values('written in part, at odd places', [halves([7]), halves([3], { seed: 1 }), halves([2], { seed: 2 })], (x, three, two) => {
    const y = x.clone();
    y.narrow(0, 1, 3).assign(three);
    y.narrow(0, 5, 2).assign(two);
    return [y, y.narrow(0, 3, 1)];
  }),
  values('numbers that compare equal once rounded', [points([0.1, 1 / 3, 2049], 'float16')], (x) => [x.eq(0.1), x.eq(1 / 3), x.eq(2049), x.lt(0.1), x.ge(1 / 3)]),
  values('what is too large', [points([65504, 60000, 300, -300], 'float16')], (x) => [x.add(x), x.square(), x.mul(1e9), x.float().mul(2), x.div(1e-3)], { needs: nonFinite }),
  ...(['exp', 'tanh', 'sigmoid', 'relu', 'sin', 'erf', 'expm1', 'abs', 'neg', 'square'] as const).flatMap((name) => some(`${name} of float16`, [mild], (x) => x[name](), { times: 2 })),
  ...(['sqrt', 'log', 'rsqrt', 'reciprocal', 'log1p'] as const).flatMap((name) => some(`${name} of float16`, [positive], (x) => x[name](), { times: 4 })),
  ...(['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'atan2'] as const).flatMap((name) => some(`${name} of float16`, [mild, halves([9], { seed: 3, shift: 5 })], (x, y) => x[name](y), { times: 2 })),
  ...some('numbers with float16', [mild], (x) => [x.add(0.1), x.mul(1e-3), x.rsub(1), x.div(3), x.pow(2), x.clamp(-1, 0.5)], { times: 2 }),
  values('float16 beside other dtypes', [mild, points([1, 2, 3, 4, 5, 6, 7, 8, 9], 'int32'), input([9]), points([1, 0, 1, 0, 1, 0, 1, 0, 1], 'bool')], (x, n, y, on) => [x.add(n), x.add(y), x.mul(on), x.where(on, n), x.lt(n), x.int()]),
  ...some('views of float16', [halves([5, 6]), halves([6], { seed: 2 })], (x, y) => [x.T.mul(2), x.add(y), x.flip(1).sub(y), x.pad([1, 1]).exp(), x.narrow(1, 1, 3).square()], { times: 2 }),
  ...some('fused functions of float16', [halves([3, 7]), halves([3, 7], { seed: 4 })], (x, y) => [swish(x), scaled(x, y, 1e-4)], { times: 2 }),
  values('fused sums of float16', [points([300, 200, -100, 0.5], 'float16')], (x) => [scaled.reduce('sum', 0, x, x, 1e-2), scaled.reduce('max', 0, x, x, 1e-3)], { times: 2 }),
  ...some('reductions of float16', [halves([6, 50])], (x) => [x.sum(0), x.sum(), x.mean(1), x.amax(0), x.amin(1), x.var(1), x.std(0), x.norm(2, 1), x.logsumexp(1)], sums),
  compared('means of what adds up to more than float16 reaches', (device) => {
    const x = full([3000], 100, { dtype: 'float16', device });
    return [x.mean(), x.norm(), x.mul(3).var(), x.sum().isinf()];
  }, { needs: [needs, nonFinite] }),
  ...some('rows of float16', [halves([4, 33])], (x) => [x.softmax(1), x.logSoftmax(0), shares(1, x.add(100))], { times: 4 }),
  ...some('prod, cumsum and sorting of float16', [points([0.5, 1.5, -2, 0.75], 'float16')], (x) => [x.prod(), x.cumsum(0), x.sort().values], { times: 4 }),
  values('places of float16', [halves([4, 9])], (x) => [x.argmax(1), x.argmin(0), x.topk(2).indices, x.isnan()]),
  ...some('gather and scatterAdd of float16', [halves([5, 3]), input([4, 3], { dtype: 'int32', shift: 16 })], (x, i) => [x.gather(0, i.remainder(5)), x.scatterAdd(0, i.remainder(5), x.narrow(0, 0, 4))], { times: 4 }),
  ...some('concat of float16', [halves([3]), halves([2], { seed: 1 }), input([1])], (x, y, z) => [concat([x, y]), concat([x, z])]),
  ...([[1, 5, 7], [7, 33, 1], [5, 9, 6], [33, 40, 36], [64, 64, 64], [3, 2000, 10]] as const).flatMap(([m, k, n]) =>
    some(`matmul of float16 ${m} ${k} ${n}`, [halves([m, k]), halves([k, n], { seed: 5 })], (x, y) => x.matmul(y), sums)),
  ...some('linear of float16', [halves([20, 24]), halves([12, 24], { seed: 1 }), halves([12], { seed: 2 })], (x, w, b) => [linear(x, w, b, 'relu'), x.matmul(w.T).add(b).tanh()], sums),
  ...some('batches of float16 products', [halves([2, 3, 4, 8]), halves([3, 8, 5], { seed: 1 })], (x, y) => x.matmul(y), sums),
  ...some('float16 with float32 products', [halves([4, 8]), input([8, 5], { seed: 1 })], (x, y) => x.matmul(y), sums),
  compared('random float16', (device) => rand([9], { device, dtype: 'float16', generator: new Generator(1) }), { needs }),
  checked('a float16 element takes two bytes', async ({ device }) => {
    const before = device.memory().bytes;
    const x = tensor(new Float32Array(1000), { device, dtype: 'float16' });
    const bytes = device.memory().bytes - before;
    x.release();
    return bytes === 2000 ? [] : [`${bytes} bytes instead of 2000`];
  }, { needs }),
  compared('int32 and float32 beside float16 in one function', (device) => {
    const [x, n, y] = [upload(device, mild), upload(device, input([9], { dtype: 'int32' })), upload(device, input([9], { seed: 1 }))];
    return fuse((a: Scalar, b: Scalar, c: Scalar) => [a.mul(b), a.add(c), a.gt(b)])(x, n, y);
  }, { needs, times: 2 }),
];
