/** The vocabulary, a line for each operation: what the backend matrix measures (measure.ts). */
import {
  arange, bincount, bucketize, cat, cdist, contract, convolve, cosineSimilarity, cross, einsum, eye, full, fuse, fuseRows, Generator, linear, linspace, logspace, meshgrid, oneHot, rand, randint, randn, randperm,
  type Scalar, searchsorted, stack, type Tensor, tensordot, where,
} from '../src/index.ts';
import { type Input, input, type Outputs, points } from './case.ts';
import { across, arithmetic, bits, division, few, predicates, relations, unary } from './elementwise.ts';

export interface Entry {
  readonly name: string;
  readonly inputs: readonly Input[];
  readonly f: (...inputs: Tensor[]) => Outputs | Promise<Outputs>;
}

const entry = (name: string, inputs: readonly Input[], f: Entry['f']): Entry => ({ name, inputs, f });
const [flat, other, box] = [input([3, 5]), input([3, 5], { seed: 1 }), input([2, 3, 4])];
const whole = (values: readonly number[], shape?: readonly number[]): Input => points(values, 'int32', shape);
const [some, grid, mask] = [whole([2, 0, 2, 1]), whole([0, 2, 1, 1, 0, 2], [2, 3]), input([3, 5], { seed: 3, dtype: 'bool' })];
const spot = input([1]);
const apart = few.filter((x) => x !== 0);

const swish = fuse((x: Scalar) => x.mul(x.sigmoid()));
const square = fuse((x: Scalar) => x.mul(x));
const peak = fuseRows((x: Scalar) => x.sub(x.rowMax()).exp());
/** Windows of 2 x 2, as convolutions and pools read them. */
const windows = (x: Tensor) => x.unfold(2, 2, 1).unfold(3, 2, 1);

export const vocabulary: Readonly<Record<string, readonly Entry[]>> = {
  'Element by element': [
    ...(Object.keys(unary) as (keyof typeof unary)[]).map((name) => entry(name, [points(unary[name])], (x) => x[name]())),
    ...arithmetic.map((name) => entry(name, across(few, name === 'div' ? apart : few), (x, y) => x[name](y))),
    ...division.map((name) => entry(name, across(few, apart), (x, y) => x[name](y))),
    entry('pow', across([0.25, 0.5, 1, 1.5, 3], few), (x, y) => x.pow(y)),
    entry('clamp', [points(few)], (x) => x.clamp(-0.75, 1.25)),
    entry('lerp', [flat, other], (x, y) => x.lerp(y, 0.3)),
    entry('where', [mask, flat, other], (c, x, y) => where(c, x, y)),
    entry('maskedFill', [mask, flat], (c, x) => x.maskedFill(c, 7)),
    ...[...relations].map((name) => entry(name, across(few, few), (x, y) => x[name](y))),
    ...predicates.map((name) => entry(name, [points(few)], (x) => x[name]())),
    ...bits.map((name) => entry(name, [input([9], { dtype: 'int32' }), input([9], { dtype: 'int32', seed: 1 })], (x, y) => x[name](y))),
    entry('cast to int32', [points(few)], (x) => x.int()),
    entry('cast to float64', [points(few)], (x) => x.double()),
    entry('fuse (swish)', [flat], (x) => swish(x)),
  ],
  'Reduced': [
    entry('sum', [box], (x) => x.sum(1)), entry('mean', [box], (x) => x.mean(1)), entry('prod', [box], (x) => x.prod(2)), entry('amax', [box], (x) => x.amax(1)), entry('amin', [box], (x) => x.amin(1)),
    entry('max', [box], (x) => Object.values(x.max(1)) as Tensor[]), entry('min', [box], (x) => Object.values(x.min(1)) as Tensor[]), entry('argmax', [box], (x) => x.argmax(1)), entry('argmin', [box], (x) => x.argmin(1)),
    entry('var', [box], (x) => x.var(1)), entry('std', [box], (x) => x.std(1)), entry('norm', [flat], (x) => x.norm(2, 1)), entry('logsumexp', [flat], (x) => x.logsumexp(1)),
    entry('any', [mask], (x) => x.any(1)), entry('all', [mask], (x) => x.all(1)), entry('median', [flat], (x) => x.median(1).values), entry('kthvalue', [flat], (x) => x.kthvalue(2).values),
    entry('quantile', [flat], (x) => x.quantile(0.3, 1)), entry('histc', [input([40])], (x) => x.histc(5)), entry('fuse(...).reduce', [flat], (x) => square.reduce('sum', 1, x)),
  ],
  'Rows and scans': [
    entry('softmax', [flat], (x) => x.softmax(1)), entry('logSoftmax', [flat], (x) => x.logSoftmax(1)), entry('softmin', [flat], (x) => x.softmin(1)), entry('fuseRows', [flat], (x) => peak(1, x)),
    entry('cumsum', [flat], (x) => x.cumsum(1)), entry('cumprod', [points([1.5, 0.5, 2, -1, 0.5, 2], 'float32', [2, 3])], (x) => x.cumprod(1)), entry('cummax', [flat], (x) => x.cummax(1).values), entry('cummin', [flat], (x) => x.cummin(1).values),
    entry('sort', [flat], (x) => x.sort(1).values), entry('argsort', [flat], (x) => x.argsort(1)), entry('topk', [flat], (x) => x.topk(2, 1).values),
    entry('searchsorted', [points([-1, 0, 2, 2, 3]), flat], (s, x) => searchsorted(s, x)), entry('bucketize', [flat, points([-1, 0, 2, 2, 3])], (x, s) => bucketize(x, s)),
  ],
  'Products': [
    entry('matmul', [input([7, 33]), input([33, 9], { seed: 1 })], (x, y) => x.matmul(y)), entry('matmul of batches', [box, input([2, 4, 5], { seed: 1 })], (x, y) => x.matmul(y)),
    entry('linear with relu', [input([6, 9]), input([5, 9], { seed: 1 }), input([5], { seed: 2 })], (x, w, b) => linear(x, w, b, 'relu')),
    entry('dot', [input([9]), input([9], { seed: 1 })], (x, y) => x.dot(y)), entry('outer', [input([4]), input([5], { seed: 1 })], (x, y) => x.outer(y)), entry('mv', [flat, input([5], { seed: 1 })], (x, y) => x.mv(y)),
    entry('einsum', [flat, other], (x, y) => einsum('ij,kj->ik', x, y)), entry('tensordot', [flat, other], (x, y) => tensordot(x, y.T, 1)),
    entry('contract of windows', [input([2, 3, 5, 4]), input([3, 2, 2, 4], { seed: 1 })], (x, w) => contract(windows(x).permute(0, 2, 3, 1, 4, 5), w, { rows: 3, inner: 3, columns: 1 })),
    entry('cross', [input([4, 3]), input([4, 3], { seed: 1 })], (x, y) => cross(x, y, 1)), entry('cdist', [flat, input([4, 5], { seed: 5 })], (x, y) => cdist(x, y)), entry('cosineSimilarity', [flat, other], (x, y) => cosineSimilarity(x, y)),
    entry('convolve', [input([7]), input([3], { seed: 1 })], (x, y) => convolve(x, y)),
  ],
  'Moved': [
    entry('reshape', [box], (x) => x.reshape(6, 4)), entry('permute', [box], (x) => x.permute(2, 0, 1)), entry('expand', [input([3, 1])], (x) => x.expand([3, 4])), entry('narrow', [box], (x) => x.narrow(1, 1, 2)),
    entry('at, a step of -2', [flat], (x) => x.narrow(1, 0, 4).flip(1)), entry('pad', [flat], (x) => x.pad([1, 2])), entry('unfold', [flat], (x) => x.unfold(1, 3, 1)), entry('diagonal', [flat], (x) => x.diagonal()),
    entry('clone of a transpose', [flat], (x) => x.T.clone()), entry('cat', [flat, other], (x, y) => cat([x, y], 1)), entry('stack', [flat, other], (x, y) => stack([x, y])), entry('repeat', [flat], (x) => x.repeat(2, 1)), entry('repeatInterleave', [flat], (x) => x.repeatInterleave(2, 1)),
    entry('roll', [box], (x) => x.roll(1, 1)), entry('rot90', [flat], (x) => x.rot90()), entry('tril', [flat], (x) => x.tril()), entry('diag', [input([4])], (x) => x.diag()), entry('trace', [flat], (x) => x.trace()), entry('meshgrid', [input([3]), input([2])], (x, y) => meshgrid([x, y])),
  ],
  'Indexed': [
    entry('gather', [flat, grid], (x, i) => x.gather(0, i)), entry('indexSelect', [flat, some], (x, i) => x.indexSelect(0, i)), entry('take', [flat, whole([0, 14, 7])], (x, i) => x.take(i)), entry('at an index tensor', [flat, some], (x, i) => x.at(i)),
    entry('scatterAdd', [flat, grid, input([2, 3], { seed: 1 })], (x, i, s) => x.scatterAdd(0, i, s)), entry('scatter', [flat, grid, input([2, 3], { seed: 1 })], (x, i, s) => x.scatter(0, i, s)), entry('indexAdd', [flat, some, input([4, 5], { seed: 1 })], (x, i, s) => x.indexAdd(0, i, s)),
    entry('indexPut', [flat, whole([0, 2]), whole([1, 4]), input([2], { seed: 1 })], (x, i, j, v) => x.indexPut([i, j], v)), entry('sliceScatter', [flat, input([2, 5], { seed: 1 })], (x, s) => x.sliceScatter(s, { start: 1 })), entry('oneHot', [some], (i) => oneHot(i, 4)),
    entry('maskedSelect', [flat, mask], (x, m) => x.maskedSelect(m)), entry('nonzero', [mask], (x) => x.nonzero()), entry('bincount', [some], (x) => bincount(x)),
  ],
  'Made': [
    entry('full', [spot], ({ device }) => full([3], 2.5, { device })), entry('arange', [spot], ({ device }) => arange(0, 1, 0.1, { device })), entry('linspace', [spot], ({ device }) => linspace(-1, 2, 7, { device })), entry('logspace', [spot], ({ device }) => logspace(0, 3, 4, { device })), entry('eye', [spot], ({ device }) => eye(3, 3, { device })),
    entry('rand', [spot], ({ device }) => rand([9], { device, generator: new Generator(0) })), entry('randn', [spot], ({ device }) => randn([9], { device, generator: new Generator(0) })), entry('randint', [spot], ({ device }) => randint(0, 10, [9], { device, generator: new Generator(0) })), entry('randperm', [spot], ({ device }) => randperm(9, { device, generator: new Generator(0) })),
  ],
};
